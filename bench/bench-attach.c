/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process moves itself to and fro between two sibling cgroups by writing "0"
 * to cgroup.procs.  That takes the threadgroup rwsem for writing; the first
 * time it waits for an RCU grace period.  In a burst the rwsem stays ready for
 * writers and nothing waits; with a pace of 200 ms it does not, and each
 * operation pays for the wait, unless a hierarchy is mounted with favordynmods;
 * with rcu=expedited it pays for interrupting the CPUs instead.
 *
 * file=tasks moves only the calling thread (v1's tasks, v2's cgroup.threads),
 * which does not need that rwsem.  On version=1, controllers=all is all of
 * mainline in one hierarchy (controllers=every: also those that a series adds);
 * on version=2 with file=tasks it is those that support threaded cgroups.
 */
#include <errno.h>
#include <string.h>

#include "attach-pair.h"
#include "idle-task.h"

static bool by_thread;

static int attach_self_setup(struct bench_ctx *ctx)
{
	const char *file = ctx_param(ctx, "file");

	by_thread = !strcmp(file, "tasks");
	if (!by_thread && strcmp(file, "procs"))
		return ctx_bad_param(ctx, "file");
	return attach_setup_pair(ctx,
				 by_thread ? ATTACH_THREAD : ATTACH_PROCESS);
}

static int attach_self_begin(struct bench_ctx *ctx)
{
	uint64_t threads;
	long tid = 0;
	int r = attach_threads(ctx, &threads);

	for (uint64_t i = 1; i < threads && r == 0 && tid >= 0; i++)
		tid = idle_task_thread();
	if (tid < 0)
		return ctx_fail(ctx, tid, "make a thread: %s", strerror(-tid));
	return r ? r : attach_begin(ctx, 0, by_thread ? 1 : threads);
}

BENCH_DEFINE(attach_self) = {
	.name = "attach/self",
	.summary = "move the caller between two siblings by cgroup.procs",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED",
	.first = "controllers=all,version=1",
	.params = PARAMS(ATTACH_PARAMS("none,cpu", "all,cpuset"),
			 PARAM_AXIS("file", "procs", "tasks"),
			 PARAM_AXIS_AT("threads", "1", "4,16,64,256",
				       "pace=burst")),
	.setup = attach_self_setup,
	.begin = attach_self_begin,
	.run = attach_run,
	.between = attach_between,
	.check = attach_check,
};
