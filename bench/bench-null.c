/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nothing: what the clock and the call of run() add to every figure.  It is
 * reported beside the others, not subtracted.
 */
#include "bench.h"

static int null_run(struct bench_ctx *ctx, uint64_t nr)
{
	/* The loop of the other benchmarks, kept although it does nothing. */
	for (uint64_t i = 0; i < nr; i++)
		__asm__ volatile("" : : : "memory");
	return 0;
}

BENCH_DEFINE(null) = {
	.name = "null",
	.summary = "nothing: read the clock twice",
	.version = 1,
	.kconfig = "CGROUPS",
	.run = null_run,
};
