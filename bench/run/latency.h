/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long calls of one kernel function take.  A probe at its entry and one at
 * its return (perf's PMU "kprobe") each leave a record with the time.  A probe
 * costs more than many of the functions it is on, so each function gets a pass
 * of its own, which is never a timed one.
 */
#ifndef CGMARK_LATENCY_H
#define CGMARK_LATENCY_H

#include "measure.h"
#include "perf.h"

/* All calls in the samples of a point.  Without calls there are no times. */
struct latency {
	uint64_t calls;
	uint64_t min_ns, median_ns, p99_ns, max_ns;
	char why[REC_WHY_MAX]; /* why there is no result, or "" */
};

/*
 * Take m->samples samples with the probes on.  Returns what run() or between()
 * of the benchmark returned if not 0; any other failure is in ret->why.
 */
int latency_run(const struct measure *m, const char *function,
		uint64_t phase_ns, struct latency *ret);

/* --- parts, for tests --- */

struct latency_call {
	uint32_t tid;
	uint64_t begin_ns;
};

/* Calls in flight, innermost last, and the times of those that returned. */
struct latency_calls {
	struct latency_call *open;
	size_t nr_open, max_open;
	uint64_t *times_ns;
	size_t nr, max;
	uint64_t lost;
};

void latency_calls_release(struct latency_calls *c);
/*
 * Record an entry or a return.  A return without an entry belongs to a call
 * from before the sample and is ignored.  0 or -ENOMEM.
 */
int latency_begin(struct latency_calls *c, uint32_t tid, uint64_t ns);
int latency_end(struct latency_calls *c, uint32_t tid, uint64_t ns);
/* Drop the calls that the end of a sample cut off. */
void latency_forget_open(struct latency_calls *c);
/* Sorts the times. */
void latency_sum(struct latency_calls *c, struct latency *ret);

/*
 * Consume the records of a ring of size bytes (a power of 2) from tail to head.
 * begin_id is the event id of the entry probes.  0 or -errno.
 */
int latency_take_ring(struct latency_calls *c, const void *ring, size_t size,
		      uint64_t tail, uint64_t head, uint64_t begin_id);

#endif
