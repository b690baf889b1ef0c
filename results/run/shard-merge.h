/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run directory of those of its shards (run.shard), which have one plan.  A
 * shard may be there several times, such as one that was killed and measured again.
 */
#ifndef CGMARK_SHARD_MERGE_H
#define CGMARK_SHARD_MERGE_H

#include "run.h"

/*
 * Whether they can be one run: logs the first reason why not, -EINVAL.  same_host:
 * figures depend on it.
 */
int shards_check(struct run *const *shards, size_t nr, bool same_host);

/* Are any of them in that run already? */
bool shards_are_in(struct run *const *shards, size_t nr,
		   const struct run *merged);

/*
 * A run with all boots of their plan, of which none is measured yet.  It has no
 * directory, id or time.
 */
struct run *shards_plan(struct run *const *shards, size_t nr);

/*
 * Takes from the shards each boot that they have better than the run, where it is
 * finished better than not, and well better than not well; *nr_taken says how many.
 * run.json is written before and after.  -errno was logged.
 */
int shards_take(struct run *merged, struct run *const *shards, size_t nr,
		size_t *nr_taken);

#endif
