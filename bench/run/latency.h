/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long calls of one function of the kernel take: a probe where it begins
 * and one where it returns (perf's PMU "kprobe"), which leave a record each
 * with the time.  Probes cost more than many functions that they are on, so
 * this is a pass of its own for each function, and never a timed one.
 */
#ifndef CGMARK_LATENCY_H
#define CGMARK_LATENCY_H

#include "measure.h"
#include "perf.h"

/* Of all calls in the samples of a point; 0 calls: no times. */
struct latency {
	uint64_t calls;
	uint64_t min_ns, median_ns, p99_ns, max_ns;
	char why[REC_WHY_MAX]; /* not empty: could not be found out */
};

/*
 * Take m->samples samples with the probes on.  What run() or between() of the
 * benchmark returned if not 0; what else goes wrong is in ret->why.
 */
int latency_run(const struct measure *m, const char *function,
		uint64_t phase_ns, struct latency *ret);

/* --- parts, for tests --- */

struct latency_call {
	uint32_t tid;
	uint64_t begin_ns;
};

/* Calls that did not return yet, innermost last, and times of those that did.
 */
struct latency_calls {
	struct latency_call *open;
	size_t nr_open, max_open;
	uint64_t *times_ns;
	size_t nr, max;
	uint64_t lost;
};

void latency_calls_release(struct latency_calls *c);
/*
 * What happened to a call; a return without a beginning, which was before the
 * sample, is nothing.  0 or -ENOMEM.
 */
int latency_begin(struct latency_calls *c, uint32_t tid, uint64_t ns);
int latency_end(struct latency_calls *c, uint32_t tid, uint64_t ns);
/* Calls that a sample cut off are nothing either. */
void latency_forget_open(struct latency_calls *c);
/* Sorts the times. */
void latency_sum(struct latency_calls *c, struct latency *ret);

/*
 * Take over the records of a ring of size bytes (a power of 2) from tail to
 * head; begin_id is the id of the events where the function begins.  0 or
 * -errno.
 */
int latency_take_ring(struct latency_calls *c, const void *ring, size_t size,
		      uint64_t tail, uint64_t head, uint64_t begin_id);

#endif
