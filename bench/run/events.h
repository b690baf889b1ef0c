/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples that count kernel events around the operations instead of reading the
 * clock.  Events of one kind are counted together as long as the processor has
 * counters; the rest get passes of their own.  Nothing is multiplexed or
 * scaled.
 */
#ifndef CGMARK_EVENTS_H
#define CGMARK_EVENTS_H

#include "measure.h"
#include "perf.h"

struct events {
	const struct event *list;
	unsigned nr;
	bool tasks;	   /* the point and its children; else the machine */
	uint64_t phase_ns; /* as measure_settle() takes it */
};

/* One event: why it was not counted, or "" and its values. */
struct event_count {
	char why[REC_WHY_MAX];
	uint64_t *values; /* room for the samples */
};

/*
 * Count m->nr_ops operations m->samples times for each group of events, after
 * m->warmup of them.  counts has one entry for each event of evs->list.
 * Returns what run() or between() returned if that is not 0.
 */
int events_run(const struct measure *m, const struct events *evs,
	       struct event_count *counts);

#endif
