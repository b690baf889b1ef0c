/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups whose statistics are read: params groups, files, dirty, depth, dying.
 * No heap, as the point reads what is here.
 */
#ifndef CGMARK_STATS_GROUPS_H
#define CGMARK_STATS_GROUPS_H

#include "bench.h"
#include "dying.h"

#define STATS_GROUPS_MAX 1000
#define STATS_FILES_MAX 4

struct stats_groups {
	struct cg top;
	struct cg home; /* where the point is while nothing is measured */
	uint64_t nr, dirty, depth, nr_dying;
	unsigned nr_files;
	const char *files[STATS_FILES_MAX];
	int dirs[STATS_GROUPS_MAX]; /* of the groups */
	int kept[STATS_GROUPS_MAX][STATS_FILES_MAX];
	/* At the bottom of each group: where memory is used. */
	int leaves[STATS_GROUPS_MAX];
	struct dying dying;
};

/* In setup(), of v1 or v2.  Results as for ctx_hierarchy(). */
int stats_groups_setup(struct bench_ctx *ctx, struct stats_groups *g,
		       int version);
/* The same with one group and these files, none dirty. */
int stats_groups_one(struct bench_ctx *ctx, struct stats_groups *g, int version,
		     const char *files);
/* Does anything have to be done before a sample? */
bool stats_groups_change(const struct stats_groups *g);
/*
 * Before a sample: charge and uncharge pages at the bottom of each group, map
 * and unmap the pages of those that are dying.
 */
int stats_groups_soil(const struct stats_groups *g);
#endif
