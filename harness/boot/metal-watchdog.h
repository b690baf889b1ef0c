/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hardware watchdog, armed at home before it leaves.  The kernel under test has
 * no driver for it, so that nobody feeds it and it is a deadline that holds whatever
 * that kernel does.
 */
#ifndef CGMARK_METAL_WATCHDOG_H
#define CGMARK_METAL_WATCHDOG_H

#include "strbuf.h"

/*
 * Can it be armed for so many seconds, and does it stay so over a kexec?  0 with its
 * name in *name; or -errno with the reason in *why.  Arms nothing.
 */
int metal_watchdog_check(unsigned seconds, struct strbuf *name,
			 struct strbuf *why);
/* 0 and *fd, which keeps it armed even when it is closed.  -errno, logged. */
int metal_watchdog_arm(unsigned seconds, int *fd);
/* If home does not leave after all. */
void metal_watchdog_disarm(int fd);
/* Was the last reset its work?  1, 0; -1: nobody can tell. */
int metal_watchdog_fired(void);

#endif
