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

/* By the plan's option clock=; NULL: this program has no such clock. */
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
 * Operations a sample if the plan leaves it open: what the benchmark says on an
 * exact clock or where it is undone after each operation, else doubled from
 * there until a sample lasts MEASURE_MIN_NS, so that the clock's own cost and
 * grain do not show.  What run() or between() returned if not 0.
 */
#define MEASURE_MIN_NS 1000000ULL
#define MEASURE_MAX_OPS (1ULL << 30)
int measure_calibrate(struct measure *m);

/* Take warm-up samples or the samples; what run() returned if not 0. */
int measure_warm_up(struct measure *m);
int measure_sample(struct measure *m);
/* One sample with these in place of the clock's readings; as above. */
int measure_around(const struct measure *m, void (*start)(void *),
		   void (*stop)(void *), void *arg);

/*
 * Nanoseconds for which tasks had the CPUs, as the scheduler books them when a
 * task leaves one; on an exact clock a nanosecond is an instruction.  0 or
 * -errno: the kernel has no CONFIG_SCHEDSTATS.
 */
int measure_busy_ns(uint64_t *ret);
/* The same of the text of /proc/schedstat; -EBADMSG: it has another form. */
int measure_sum_busy(const char *text, uint64_t *ret);

/* Milliseconds that all CPUs idled since boot; 0 if the kernel cannot say. */
uint64_t measure_idle_ms(void);

/*
 * Sleep to the next whole tenth of a second of CLOCK_MONOTONIC that leaves the
 * kernel at least a quarter to finish what was begun (deferred frees, grace
 * periods), and phase_ns beyond.  Thus the timer phase of a point does not
 * depend on how long what came before took.
 */
void measure_settle(uint64_t phase_ns);

#endif
