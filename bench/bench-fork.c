/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Life of a process that does nothing, from fork() to the end of wait().  Every
 * controller that is on in the parent's cgroup has its hooks on that way.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* Any but 0, which a child that failed on the way might give as well. */
#define CHILD_STATUS 42

static uint64_t children;

static int fork_setup(struct bench_ctx *ctx)
{
	return ctx_controllers(ctx, ctx_param(ctx, "controllers"));
}

static int fork_one(void)
{
	int status;
	/* Not fork(): what libc does around it is not the kernel's cost. */
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(CHILD_STATUS);
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_STATUS)
		return -EIO;
	children++;
	return 0;
}

static int fork_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = fork_one();
	return r;
}

static int fork_check(struct bench_ctx *ctx)
{
	if (!children)
		return ctx_fail(ctx, -EIO, "no child was seen to end");
	if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD)
		return ctx_fail(ctx, -EIO, "a child is left over");
	return 0;
}

BENCH_DEFINE(fork_exit) = {
	.name = "fork/exit",
	.summary = "fork, _exit in the child, waitpid in the parent",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG",
	/* Slabs are refilled every few forks: let each sample have some. */
	.nr_ops = 4,
	.params = PARAMS(PARAM("controllers", "none,all")),
	.setup = fork_setup,
	.run = fork_run,
	.check = fork_check,
};
