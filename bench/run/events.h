/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples in which the kernel counts events around the operations, in place of
 * the clock.  Events of one kind are counted together as far as the processor
 * has counters; the others get passes of their own.  Nothing is multiplexed,
 * and nothing is scaled up from a part of the time.
 */
#ifndef CGMARK_EVENTS_H
#define CGMARK_EVENTS_H

#include "measure.h"
#include "perf.h"

struct events {
	const struct event *list;
	unsigned nr;
	bool tasks;	   /* the point and what it starts; else the machine */
	uint64_t phase_ns; /* as measure_settle() takes it */
};

/* Of one event: why it was not counted, or "" and its values. */
struct event_count {
	char why[REC_WHY_MAX];
	uint64_t *values; /* room for the samples */
};

/*
 * Count m->nr_ops operations m->samples times, for each group of events after
 * m->warmup of them.  counts: one an event, of evs->list.  What run() or
 * between() returned if not 0.
 */
int events_run(const struct measure *m, const struct events *evs,
	       struct event_count *counts);

#endif
