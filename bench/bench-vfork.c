/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Life of a child that borrows its parent's memory, from vfork() to the end of
 * wait(): what fork/exit costs without copying page tables.
 *
 * Params as for fork/exit.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fork-family.h"

/* Not 0, which a child that failed might return as well. */
#define CHILD_STATUS 42

static struct cg place = CG_NONE;
static uint64_t waited_for;
static volatile uint64_t ran; /* counted by the children themselves */

static int vfork_setup(struct bench_ctx *ctx)
{
	return fork_family_setup(ctx, &place);
}

static int vfork_begin(struct bench_ctx *ctx)
{
	return place.fd < 0 ? 0 : cg_attach(&place, 0);
}

static int vfork_one(void)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		ran++;
		_exit(CHILD_STATUS);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_STATUS)
		return -EIO;
	waited_for++;
	return 0;
}

static int vfork_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = vfork_one();
	return r;
}

static int vfork_check(struct bench_ctx *ctx)
{
	if (!ran || ran != waited_for)
		return ctx_fail(ctx, -EIO, "%lu children ran, %lu ended",
				(unsigned long)ran, (unsigned long)waited_for);
	return fork_family_check_gone(ctx);
}

BENCH_DEFINE(fork_vfork) = {
	.name = "fork/vfork",
	.summary = "vfork, _exit in the child, waitpid in the parent",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG",
	.extra = true,
	.samples = 15,
	.nr_ops = 4,
	.first = "controllers=v1",
	.params = PARAMS(FORK_FAMILY_PARAMS("none,all", "v1,cpu")),
	.setup = vfork_setup,
	.begin = vfork_begin,
	.run = vfork_run,
	.check = vfork_check,
};
