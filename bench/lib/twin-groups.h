/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the workers of twin benchmarks (turns.h) have their cgroups, all of them
 * two levels below that of the benchmark:
 *   group=same      in one group
 *   group=siblings  in a group each, of one parent
 *   group=apart     in a group each, of a parent each
 */
#ifndef CGMARK_TWIN_GROUPS_H
#define CGMARK_TWIN_GROUPS_H

#include "turns.h"

#define TWIN_PARAMS PARAM("group", "same,siblings,apart"), TURNS_PARAMS

/*
 * In setup(): choose the place, on v2 with all controllers, or in a v1 hierarchy
 * without any.  Results as for ctx_hierarchy().
 */
int twin_groups_setup(struct bench_ctx *ctx, int version);
/* In setup(): make that group for each worker. */
int twin_groups_make(struct bench_ctx *ctx, const char *name,
		     struct cg ret[TURNS_MAX]);

#endif
