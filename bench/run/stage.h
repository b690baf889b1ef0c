/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes of a group as the runner sees them: order, wait, kill. */
#ifndef CGMARK_STAGE_H
#define CGMARK_STAGE_H

#include <sys/types.h>

#include "events.h"
#include "latency.h"
#include "measure.h"
#include "places.h"

/* How far a point got, which tells whose fault it is if it ended there. */
enum phase {
	PHASE_NONE,
	PHASE_START,
	PHASE_BEGIN,
	PHASE_WARM_UP,
	PHASE_SAMPLES,
	PHASE_CHECK,
	PHASE_DONE,
};

/* What a point leaves behind, in shared memory. */
struct outcome {
	enum phase phase;
	int r; /* 0, BENCH_SKIP, or -errno of that phase */
	bool bad_param;
	bool may_idle;
	uint64_t idle_ms; /* during the samples, of all CPUs */
	uint64_t nr_ops;
	char text[CTX_TEXT_MAX];
};

struct stage_shared {
	struct ctx_traces traces;
	char setup_text[CTX_TEXT_MAX];
	bool setup_bad_param;
	pid_t point_pid;
	struct outcome out;
	uint64_t values[];
};

/* An order and all that the point needs, sent through a pipe. */
struct stage_order {
	const struct plan_point *plan; /* NULL: run setup() */
};

struct stage {
	struct bench_ctx ctx;
	const struct measure_clock *clock;
	uint64_t phase_ns;
	struct events events;	    /* none: points are timed */
	struct event_count *counts; /* one per event, shared with points */
	char (*latencies)[LATENCY_NAME_MAX]; /* functions; likewise */
	unsigned nr_latencies;
	struct latency *times; /* one per function, shared with points */
	struct stage_shared *shared;
	size_t shared_bytes;
	size_t counts_bytes;
	pid_t pid;
	int pidfd;
	int order_fd;
	int reply_fd;
};

/*
 * Make the cgroups and the stage process, with room for max_samples.  -errno
 * with the reason in shared->setup_text, or -ENOMEM with shared NULL.
 */
int stage_start(struct stage *st, unsigned max_samples);
/*
 * Carry out an order.  *ret is what setup() returned, or a point's wait status.
 * -ETIMEDOUT: still running after timeout_ms.  -ECHILD: the stage died and *ret
 * is its wait status (-1: unknown).
 */
int stage_order(struct stage *st, const struct plan_point *plan,
		unsigned timeout_ms, int *ret);
/* Kill a point that does not end.  Returns as stage_order() does. */
int stage_kill_point(struct stage *st, int *ret);
/* Are points counted instead of timed? */
static inline bool stage_counts(const struct stage *st)
{
	return st->events.nr + st->nr_latencies > 0;
}
/* Kill what a point left running. */
int stage_kill_leftovers(struct stage *st);
/* Kill, reap and undo everything.  -errno with the reason in why. */
int stage_end(struct stage *st, char *why, size_t size);

#endif
