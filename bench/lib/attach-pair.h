/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the attach benchmarks share: a pair of cgroups, something that is moved
 * to and fro between them by a write to an open file, a pace and a load.
 */
#ifndef CGMARK_ATTACH_PAIR_H
#define CGMARK_ATTACH_PAIR_H

#include "bench.h"
#include "load.h"

/* Those of all of them; `_cores` are the controllers of the default sweep. */
#define ATTACH_PARAMS(_cores, _more)                                         \
	PARAM("version", "1,2"),                                             \
		PARAM_MORE_AT("controllers", _cores, _more, "pace=burst"),   \
		PARAM_AXIS_AT("favordynmods", "0", "1", "controllers=none"), \
		PARAM_VARIANT("pace", "burst,200ms"),                        \
		LOAD_PARAM_PAUSES("controllers=none")

/*
 * A place to make cgroups in, as version, controllers and favordynmods say.
 * With threads its children can have threads of one process apart.  Results as
 * of ctx_hierarchy().
 */
int attach_base(struct bench_ctx *ctx, bool threads, struct cg *ret);

/* "burst" or "200ms": slept before each sample. */
int attach_begin_pace(struct bench_ctx *ctx);
void attach_sleep_pace(void);

/*
 * In setup(): the pair, for whole processes or for threads; `far` has the
 * second cgroup in another branch and three levels further down.
 */
enum attach_how {
	ATTACH_PROCESS,
	ATTACH_THREAD,
	ATTACH_FAR,
};
int attach_setup_pair(struct bench_ctx *ctx, enum attach_how how);

/*
 * In begin(): pace, load, and who is moved: a task by its id, or 0, the caller.
 * `tasks` is the number of threads that move.
 */
int attach_begin(struct bench_ctx *ctx, pid_t tid, uint64_t tasks);
int attach_between(struct bench_ctx *ctx);
int attach_run(struct bench_ctx *ctx, uint64_t nr);
/* The task moved is in the group it was moved to, with all that go with it. */
int attach_check(struct bench_ctx *ctx);

/* Number of threads, 1 to 10000, from param threads. */
int attach_threads(struct bench_ctx *ctx, uint64_t *ret);
/* Hierarchy of the pair as cg_of() takes it. */
const char *attach_hierarchy(const struct bench_ctx *ctx);

#endif
