/* SPDX-License-Identifier: GPL-2.0-only */
/* Which boots of a run were measured when. */
#ifndef CGMARK_BOOTS_TEXT_H
#define CGMARK_BOOTS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "run.h"

struct boot_ages {
	size_t nr_old;	 /* taken from an earlier run */
	size_t nr_again; /* booted although they were kept, and identical */
	size_t nr_new;
	size_t nr_unfinished;
	const char *from, *to; /* when the old ones were measured; or NULL */
	const char *again;     /* the only one of those; or NULL */
};

/* Points into the run. */
struct boot_ages boot_ages(const struct run *run);
/*
 * "22: 11 measured; 10 from the cache, of 2026-11-28T16:04:02Z; base-p3 was booted
 * again and is identical"; the caller frees.
 */
char *print_boots(const struct run *run);

#endif
