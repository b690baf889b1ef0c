/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers that are bound to a CPU each and do their operations in turns: first
 * that on CPU 0, then that on CPU 1, and so on.  So the state that they share is
 * handed on with each operation, and what happens does not depend on who the
 * machine lets run for how long.  The point's own process is the first worker.
 *
 * Each marks its operations (mark.h), so that machine sim can record what they
 * share.  While it waits for its turn a worker spins; a round ends when all have
 * done their operations, and then they sleep.
 *
 * spin=N is how often a worker looks before it lets the other CPUs of an emulator
 * run.  It changes how long their turns are, and should not show in any figure
 * but the number of instructions.
 */
#ifndef CGMARK_TURNS_H
#define CGMARK_TURNS_H

#include "bench.h"

#define TURNS_MAX 4

/* Their functions return 0 or -errno; who: from 0, the CPU as well. */
struct turns_work {
	int (*begin)(unsigned who); /* once, in the worker; or NULL */
	int (*operation)(unsigned who);
	int (*rewind)(unsigned who); /* before a sample: undo; or NULL */
};

#define TURNS_PARAMS                        \
	PARAM_VARIANT("parallel", "1,2,4"), \
		PARAM_VARIANT_AXIS_AT("spin", "64", "1", "parallel=2")

/*
 * In setup(): how many workers there are to be.  0, or as for ctx_param_u64().
 * In begin(): start them; BENCH_SKIP if there are not as many CPUs.
 */
int turns_start(struct bench_ctx *ctx, const struct turns_work *work);
/* In run(): each does so many operations. */
int turns_run(uint64_t nr);
/* In between(): each rewinds, and what the kernel has put off is done. */
int turns_rewind(void);
/* In check(): each has done all of them.  0 or -errno with the reason. */
int turns_check(struct bench_ctx *ctx);
unsigned turns_nr(void);

#endif
