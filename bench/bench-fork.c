/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Life of a process that does nothing, from fork() to the end of wait().  Every
 * controller enabled in the parent's cgroup has hooks on that path.
 *
 * controllers=none and =all are on v2; =v1 is all of them in one v1 hierarchy.
 * depth puts the parent further down, sets adds css_sets beside its own, which
 * should cost nothing, and listeners hear of every exit.  favordynmods=1 keeps
 * the threadgroup rwsem ready for writers, at the cost of forks; psi=0 takes
 * pressure stall information off the parent's groups on v2; threads are alive in
 * the parent.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpus-possible.h"
#include "fork-family.h"

/* Not 0, which a child that failed might return as well. */
#define CHILD_STATUS 42

static uint64_t children;

static struct cg place = CG_NONE;

static int fork_setup(struct bench_ctx *ctx)
{
	int r = cpus_possible_setup(ctx);

	if (r == 0)
		r = fork_family_setup(ctx, &place);
	return r ? r : fork_state_setup(ctx, &place);
}

static int fork_begin(struct bench_ctx *ctx)
{
	return fork_state_begin(ctx, &place);
}

static int fork_one(void)
{
	int status;
	/* Not fork(): the work of libc around it is not the kernel's. */
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
	int r;

	if (!children)
		return ctx_fail(ctx, -EIO, "no child was seen to end");
	r = fork_state_check(ctx);
	return r ? r : fork_family_check_gone(ctx);
}

BENCH_DEFINE(fork_exit) = {
	.name = "fork/exit",
	.summary = "fork, _exit in the child, waitpid in the parent",
	.version = 2,
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG",
	.first = "controllers=v1",
	/*
	 * One fork a sample, so that a slow one in a hundred shows; many, as slabs
	 * are refilled and RCU frees in batches.
	 */
	.samples = 400,
	.params = PARAMS(FORK_FAMILY_PARAMS("v1,none,all", "cpu"),
			 FORK_FAMILY_STATE,
			 CPUS_POSSIBLE_AT("controllers=all")),
	.setup = fork_setup,
	.begin = fork_begin,
	.run = fork_run,
	.check = fork_check,
};
