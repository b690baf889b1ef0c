/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the attach benchmarks share: a pair of cgroups, something that a write
 * to an open file moves to and fro between them, a pace and a load.
 */
#ifndef CGMARK_ATTACH_PAIR_H
#define CGMARK_ATTACH_PAIR_H

#include "bench.h"
#include "load.h"

/* Params of all of them; `_cores`: the controllers of the default sweep. */
#define ATTACH_PARAMS(_cores, _more)                                         \
	PARAM("version", "1,2"),                                             \
		PARAM_MORE_AT("controllers", _cores, _more, "pace=burst"),   \
		PARAM_AXIS_AT("favordynmods", "0", "1", "controllers=none"), \
		PARAM_AXIS_AT("rcu", "normal", "expedited",                  \
			      "controllers=none"),                           \
		PARAM_VARIANT("pace", "burst,200ms"),                        \
		LOAD_PARAM_PAUSES("controllers=none")

/*
 * Find or mount a place to make cgroups in, as version, controllers, rcu and
 * favordynmods say.  With threads its children can hold single threads of a
 * process.  Results as for ctx_hierarchy().
 */
int attach_base(struct bench_ctx *ctx, bool threads, struct cg *ret);

/* "burst" or "200ms": how long to sleep before each sample. */
int attach_begin_pace(struct bench_ctx *ctx);
void attach_sleep_pace(void);

/*
 * In setup(): make the pair, for processes or for threads.  `far` puts the
 * second cgroup into another branch, three levels deeper.
 */
enum attach_how {
	ATTACH_PROCESS,
	ATTACH_THREAD,
	ATTACH_FAR,
};
int attach_setup_pair(struct bench_ctx *ctx, enum attach_how how);

/*
 * In begin(): pace, load, and whom to move: a task by its id, or 0, the caller.
 * `tasks` is the number of threads that move.
 */
int attach_begin(struct bench_ctx *ctx, pid_t tid, uint64_t tasks);
int attach_between(struct bench_ctx *ctx);
int attach_run(struct bench_ctx *ctx, uint64_t nr);
/* Is the task in the group it was moved to, with all that move with it? */
int attach_check(struct bench_ctx *ctx);

/* The param threads, a number from 1 to 10000. */
int attach_threads(struct bench_ctx *ctx, uint64_t *ret);
/* Hierarchy of the pair, as cg_of() takes it. */
const char *attach_hierarchy(const struct bench_ctx *ctx);

#endif
