/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Life of a thread that exits at once.  At its exit the kernel clears its id
 * and wakes whoever waits for that.  The very last part comes later: on one CPU
 * it is over before the waker yields the CPU, on several it may be missed.
 *
 * Params as for fork/exit.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fork-family.h"

#define STACK_BYTES 16384

static struct cg place = CG_NONE;
static char stack[STACK_BYTES] __attribute__((aligned(16)));
static _Atomic pid_t thread_id; /* 0 if there is none */
static uint64_t waited_for;
static volatile uint64_t ran; /* counted by the threads themselves */

static int thread_setup(struct bench_ctx *ctx)
{
	return fork_family_setup(ctx, &place);
}

static int thread_begin(struct bench_ctx *ctx)
{
	return place.fd < 0 ? 0 : cg_attach(&place, 0);
}

static int thread_main(void *arg)
{
	ran++;
	return 0;
}

static int thread_one(void)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			  CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID |
			  CLONE_CHILD_CLEARTID;
	pid_t tid;

	if (clone(thread_main, stack + sizeof(stack), flags, NULL, &thread_id,
		  NULL, &thread_id) < 0)
		return -errno;
	while ((tid = thread_id))
		syscall(SYS_futex, &thread_id, FUTEX_WAIT, tid, NULL, NULL, 0);
	waited_for++;
	return 0;
}

static int thread_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = thread_one();
	return r;
}

static int thread_check(struct bench_ctx *ctx)
{
	if (!ran || ran != waited_for)
		return ctx_fail(ctx, -EIO, "%lu threads ran, %lu ended",
				(unsigned long)ran, (unsigned long)waited_for);
	return fork_family_check_gone(ctx);
}

BENCH_DEFINE(fork_thread) = {
	.name = "fork/thread",
	.summary = "make a thread that ends at once, and wait for its end",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG",
	.extra = true,
	.samples = 15,
	.nr_ops = 4,
	.first = "controllers=v1",
	.params = PARAMS(FORK_FAMILY_PARAMS("none,all", "v1,cpu")),
	.setup = thread_setup,
	.begin = thread_begin,
	.run = thread_run,
	.check = thread_check,
};
