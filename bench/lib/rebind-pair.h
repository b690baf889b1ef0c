/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rebind benchmarks share: a hierarchy with tasks, another beside it,
 * and operations that put two controllers (or an added one) into the first and
 * take them apart again.  Params way, groups and tasks.
 */
#ifndef CGMARK_REBIND_PAIR_H
#define CGMARK_REBIND_PAIR_H

#include "rebind-hierarchy.h"

#define REBIND_MAIN "name=cgmark-main"
#define REBIND_SIDE "name=cgmark-side"

#define REBIND_PARAMS                                                   \
	PARAM("way", "mainline,new"), PARAM("groups", "1,16,128,1024"), \
		PARAM_MORE_AT("tasks", "0,256", "16,64,1024,4096",      \
			      "groups=16"),                             \
		PARAM_AXIS_AT("rcu", "normal", "expedited", "groups=1")

struct rebind {
	struct rebind_hierarchy main, side;
	bool new_way;
	uint64_t groups, tasks;
	bool want_both; /* add and merge; else remove and split */
	char controller[32], control_file[64];
	/* Mount options. */
	char main_alone[64], main_both[64], side_opts[64];
	/* Put both controllers into one hierarchy (or add one); undo that. */
	int (*join)(struct bench_ctx *ctx);
	int (*part)(struct bench_ctx *ctx);
	int (*verify)(struct bench_ctx *ctx, bool joined);
	bool joined, done;
};

/*
 * In setup(), this one first: from then on *rb is the pair of the callbacks
 * below.  Returns as setup() does.
 */
int rebind_take_params(struct bench_ctx *ctx, struct rebind *rb);
int rebind_take_places(struct bench_ctx *ctx, struct rebind *rb);
/* Mount a hierarchy for a moment: does the controller exist, and is it free? */
int rebind_try(struct bench_ctx *ctx, struct rebind *rb, const char *options);
/* Put tasks into the groups of main. */
int rebind_fill(struct bench_ctx *ctx, struct rebind *rb);

/* Callbacks of a benchmark.  between() checks the last sample and undoes it. */
int rebind_between(struct bench_ctx *ctx);
int rebind_run(struct bench_ctx *ctx, uint64_t nr);
int rebind_check(struct bench_ctx *ctx);

/* For verify(): group i of h has its tasks.  0, or -errno with the reason. */
int rebind_expect_tasks(struct bench_ctx *ctx, const struct rebind *rb,
			struct rebind_hierarchy *h, unsigned i);
int rebind_expect_number(struct bench_ctx *ctx, struct rebind_hierarchy *h,
			 unsigned i, const char *file, unsigned want);
/* The hierarchy has the controller, which counts its tasks. */
int rebind_expect_controller(struct bench_ctx *ctx, const struct rebind *rb,
			     struct rebind_hierarchy *h, unsigned i);
int rebind_expect_none(struct bench_ctx *ctx, const struct rebind *rb,
		       struct rebind_hierarchy *h, unsigned i);

#endif
