/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that have another name in the contender: renamed in its source, or
 * with another suffix of GCC (.isra.0, .constprop.0, .part.0).  There is no
 * list of names: a function that ran only on the baseline and one that ran only
 * on the contender are one if callers, callees and counts say so.
 */
#ifndef CGMARK_RENAMES_H
#define CGMARK_RENAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "key-index.h"
#include "profile.h"

struct rename_pair {
	const char *base, *cont; /* the profiles' */
};

struct renames {
	struct rename_pair *list;
	size_t nr;
	struct key_index by_cont; /* in the list, from 1 */
	uint64_t steps;		  /* pairs that were compared, for tests */
};

/*
 * Pairs of which neither has a second candidate.  None if one of the kernels has
 * thousands of functions that the other lacks.  Keeps pointers.
 */
void renames_find(const struct profile *base, const struct profile *cont,
		  struct renames *ret);
void renames_release(struct renames *r);
/* The baseline's name of a function of the contender; NULL: the same. */
const char *renames_base(const struct renames *r, const char *cont,
			 uint64_t *steps);

/*
 * Is one name made from the other?  Without suffixes of GCC they are equal, or
 * one begins or ends with the words of the other: kmem_cache_alloc_noprof.
 */
bool renames_related(const char *a, const char *b);

#endif
