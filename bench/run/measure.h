/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks, calibration and the sampling loop. */
#ifndef CGMARK_MEASURE_H
#define CGMARK_MEASURE_H

#include "bench.h"

struct measure_clock {
	const char *name;	 /* "insns", "ns" */
	const char *metric;	 /* of points that never idle */
	const char *idle_metric; /* of points that may */
	bool exact;		 /* repeats to the tick: nothing to calibrate */
	uint64_t (*read)(void);	 /* NULL: the CPU's counter, read in line */
};

/* Find a clock by the plan's option clock=; NULL: this program lacks it. */
const struct measure_clock *measure_clock_find(const char *name);

struct measure {
	const struct bench *bench;
	struct bench_ctx *ctx;
	const struct measure_clock *clock;
	unsigned samples;
	unsigned warmup;
	uint64_t nr_ops;
	uint64_t *values; /* room for `samples`; clock ticks */
};

/*
 * Operations per sample if the plan does not say.  On an exact clock, or if
 * each operation has to be undone, it is what the benchmark says; else that is
 * doubled until a sample lasts MEASURE_MIN_NS, so that the clock's own cost and
 * resolution do not show.  Returns what run() or between() returned if not 0.
 */
#define MEASURE_MIN_NS 1000000ULL
#define MEASURE_MAX_OPS (1ULL << 30)
int measure_calibrate(struct measure *m);

/* Take the warm-up samples, or the samples; what run() returned if not 0. */
int measure_warm_up(struct measure *m);
int measure_sample(struct measure *m);
/* Take one sample with these two calls in place of the clock; as above. */
int measure_around(const struct measure *m, void (*start)(void *),
		   void (*stop)(void *), void *arg);

/*
 * Nanoseconds for which tasks had the CPUs; the scheduler accounts them when a
 * task leaves a CPU.  On an exact clock a nanosecond is an instruction.  0 or
 * -errno: the kernel has no CONFIG_SCHEDSTATS.
 */
int measure_busy_ns(uint64_t *ret);
/* The same, from the text of /proc/schedstat; -EBADMSG: unknown format. */
int measure_sum_busy(const char *text, uint64_t *ret);

/* Idle milliseconds since boot, over all CPUs; 0 if the kernel cannot tell. */
uint64_t measure_idle_ms(void);

/*
 * Sleep until phase_ns after a tenth of a second of CLOCK_MONOTONIC: the next
 * one that leaves the kernel at least a quarter of a second to finish what was
 * begun (deferred frees, grace periods).  So the timer phase of a point does
 * not depend on how long its predecessors took.
 */
void measure_settle(uint64_t phase_ns);

#endif
