/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another task is moved to and fro between two cgroups, by pid.
 *
 *   attach/process  a child with its threads, by cgroup.procs
 *   attach/thread   one thread of a child, by tasks (v1) or cgroup.threads (v2)
 *   attach/foreign  a daemon: a process of another user in its own session, no
 *                   descendant of the mover, moved to a cgroup in another
 *                   branch three levels deeper, as a service manager does it
 *
 * All of them sleep.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach-pair.h"
#include "idle-task.h"

#define NOBODY 65534

/* What a target reports when it is ready. */
struct target {
	pid_t pid;
	long last; /* thread created last, or -errno */
};

static int setup_process(struct bench_ctx *ctx)
{
	return attach_setup_pair(ctx, ATTACH_PROCESS);
}

static int setup_thread(struct bench_ctx *ctx)
{
	return attach_setup_pair(ctx, ATTACH_THREAD);
}

static int setup_foreign(struct bench_ctx *ctx)
{
	return attach_setup_pair(ctx, ATTACH_FAR);
}

/* --- targets --- */

static void target_main(int fd, uint64_t threads)
{
	struct target t = { .pid = getpid(), .last = getpid() };

	for (uint64_t i = 1; i < threads && t.last > 0; i++)
		t.last = idle_task_thread();
	if (write(fd, &t, sizeof(t)) != sizeof(t))
		_exit(1);
	close(fd);
	for (;;)
		pause();
}

/* The process in between exits, so that init inherits the daemon. */
static void become_daemon(void)
{
	pid_t pid = fork();

	if (pid)
		_exit(pid < 0);
	if (setsid() < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		_exit(1);
}

static int spawn_target(struct bench_ctx *ctx, bool daemon, uint64_t threads,
			struct target *ret)
{
	int p[2];
	ssize_t n;
	pid_t pid;

	if (pipe(p) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(p[0]);
		if (daemon)
			become_daemon();
		target_main(p[1], threads);
	}
	close(p[1]);
	n = pid < 0 ? -1 : read(p[0], ret, sizeof(*ret));
	close(p[0]);
	if (n != sizeof(*ret))
		return ctx_fail(ctx, -ECHILD,
				"the process to move did not start");
	if (daemon)
		waitpid(pid, NULL, 0);
	if (ret->last < 0)
		return ctx_fail(ctx, ret->last, "make a thread: %s",
				strerror(-ret->last));
	return 0;
}

static int begin(struct bench_ctx *ctx, bool daemon, bool by_thread)
{
	struct target t;
	uint64_t threads;
	int r = attach_threads(ctx, &threads);

	if (r == 0)
		r = spawn_target(ctx, daemon, threads, &t);
	if (r)
		return r;
	return by_thread ? attach_begin(ctx, t.last, 1)
			 : attach_begin(ctx, t.pid, threads);
}

static int begin_process(struct bench_ctx *ctx)
{
	return begin(ctx, false, false);
}

static int begin_thread(struct bench_ctx *ctx)
{
	return begin(ctx, false, true);
}

static int begin_foreign(struct bench_ctx *ctx)
{
	return begin(ctx, true, false);
}

#define COMMON                                                          \
	.version = 1, .kconfig = "CGROUPS CGROUP_SCHED", .extra = true, \
	.first = "controllers=all,version=1", .samples = 15,            \
	.run = attach_run, .between = attach_between, .check = attach_check

#define COMMON_PARAMS(_more)          \
	ATTACH_PARAMS("none", _more), \
		PARAM_AXIS_AT("threads", "1", "4,16,64,256", "pace=burst")

BENCH_DEFINE(attach_process) = {
	.name = "attach/process",
	.summary = "move a process with all its threads by cgroup.procs",
	/* net_cls, on v1 only, also looks at every file that is open. */
	.params = PARAMS(COMMON_PARAMS("cpu,all,cpuset,net_cls")),
	.setup = setup_process,
	.begin = begin_process,
	COMMON,
};

BENCH_DEFINE(attach_thread) = {
	.name = "attach/thread",
	.summary = "move one thread of a child by tasks or cgroup.threads",
	.params = PARAMS(COMMON_PARAMS("cpu,all,cpuset")),
	.setup = setup_thread,
	.begin = begin_thread,
	COMMON,
};

BENCH_DEFINE(attach_foreign) = {
	.name = "attach/foreign",
	.summary = "move a daemon of another user to a distant cgroup",
	.params = PARAMS(COMMON_PARAMS("cpu,all,cpuset")),
	.setup = setup_foreign,
	.begin = begin_foreign,
	COMMON,
};
