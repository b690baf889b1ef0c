/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends the kernel under test in mid-measurement, if that has the patch of
 * kernel/test/fault: for test-vm-metal.sh, and in no guest but that.  By its name it
 * comes behind "null".
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define FAULT "/sys/module/kernel/parameters/cgmark_fault"

static int ruin_run(struct bench_ctx *ctx, uint64_t nr)
{
	const char *what = ctx_param(ctx, "what");
	int fd = open(FAULT, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return ctx_fail(ctx, -errno, "open " FAULT);
	/* It does not return if the kernel does as it is told. */
	if (write(fd, what, strlen(what)) < 0)
		return ctx_fail(ctx, -errno, "write " FAULT);
	close(fd);
	return 0;
}

static int ruin_check(struct bench_ctx *ctx)
{
	return ctx_fail(ctx, -EIO, "the kernel survived");
}

BENCH_DEFINE(ruin) = {
	.name = "ruin",
	.summary = "panic, hang or triple fault",
	.version = 1,
	.kconfig = "CGROUPS",
	.params = PARAMS(PARAM("what", "panic,hang,triple")),
	.run = ruin_run,
	.check = ruin_check,
};
