/* SPDX-License-Identifier: GPL-2.0-only */
/* The benchmarks linked in, and their points in a plan. */
#ifndef CGMARK_POINTS_H
#define CGMARK_POINTS_H

#include "bench.h"
#include "event.h"
#include "record.h"

struct point {
	struct plan_point plan;
	const struct bench *bench; /* NULL: see error */
	char error[160];	   /* why it cannot run, or "" */
};

struct points {
	struct point *list;
	unsigned nr;
	unsigned max;
	char clock[16];	   /* option clock=, default "ns" */
	uint64_t phase_ns; /* option phase_ns=, default 0 */
	bool setup_only;   /* option setup_only=1 */
	/*
	 * Options event=, in a mapping of their own.  If there are any, points
	 * are counted instead of timed.
	 */
	struct event *events;
	unsigned nr_events;
	bool event_tasks; /* option event_scope=task */
	/* Options latency=, likewise. */
	char (*latencies)[LATENCY_NAME_MAX];
	unsigned nr_latencies;
};

size_t points_nr_benches(void);
const struct bench *points_bench(size_t i);
const struct bench *points_find_bench(const char *name);

/* Points first, first + 1, ... of the whole plan. */
struct points_range {
	unsigned first, nr;
};

/*
 * The points of `binary` in a range of the plan (NULL: all of it), in plan
 * order.  A point that cannot run (no such benchmark, another version, bad
 * params) is in the list with its error.  The list is a shared mapping, so that
 * a fork does not pay for a long plan.  Returns -errno if the plan itself is
 * malformed; *err says how.
 */
int points_read_plan(const char *path, const char *binary,
		     const struct points_range *range, struct points *ret,
		     struct rec_error *err);
/* A list of one point, at the benchmark's defaults. */
int points_single(const char *bench, const char *params, struct points *ret);
void points_release(struct points *pts);

/* Index after the last point that can share the set-up of point i. */
unsigned points_group_end(const struct points *pts, unsigned i);

#endif
