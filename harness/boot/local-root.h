/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root of a process that measures the running kernel: what the guests of other
 * machines find, in memory.  It has no devices but those that every program may
 * use, so that nothing is written to those of this machine.
 */
#ifndef CGMARK_LOCAL_ROOT_H
#define CGMARK_LOCAL_ROOT_H

#include "machine.h"

/*
 * In a mount namespace of one's own: make it on dir, a folder that exists, and
 * enter it.  memory_on_v2: leave the mark that keeps the memory controller there
 * (bench/run/places.c).  -errno with the reason in *why.
 */
int local_root_enter(const char *dir, const struct boot_image *img,
		     bool memory_on_v2, struct strbuf *why);

#endif
