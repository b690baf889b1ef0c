/* SPDX-License-Identifier: GPL-2.0-only */
/* Into the kernel and back, which every other operation pays for too. */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static pid_t parent;

static int syscall_begin(struct bench_ctx *ctx)
{
	parent = getppid();
	return 0;
}

static int syscall_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		syscall(SYS_getppid);
	return 0;
}

static int syscall_check(struct bench_ctx *ctx)
{
	pid_t now = syscall(SYS_getppid);

	if (now != parent)
		return ctx_fail(ctx, -EIO, "getppid() says %d, not %d",
				(int)now, (int)parent);
	return 0;
}

BENCH_DEFINE(syscall_getppid) = {
	.name = "syscall",
	.summary = "a system call that does next to nothing, getppid()",
	.version = 1,
	.kconfig = "CGROUPS",
	.nr_ops = 64,
	.begin = syscall_begin,
	.run = syscall_run,
	.check = syscall_check,
};
