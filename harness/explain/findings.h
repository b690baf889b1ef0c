/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that reports show of a run, computed once for all formats.  Keeps
 * pointers into the run, which must outlive it.
 */
#ifndef CGMARK_FINDINGS_H
#define CGMARK_FINDINGS_H

#include "calibration.h"
#include "compare.h"
#include "events.h"
#include "explain.h"
#include "kernel-table.h"
#include "ways.h"

struct findings {
	struct comparison *comparison;
	struct kernel_table *table;
	struct row_list **rows; /* per contender */
	/* Per contender; one for the base if there are no contenders. */
	struct event_table **events;
	size_t nr_events;
	struct way_table **ways; /* of the base, then of each contender */
	size_t nr_ways;
	/* Of such runs, as far as one is kept; set by who made this, owned. */
	struct calibration *calibration;
};

/* Reads the profiles of the run if it has any; logs damaged ones. */
struct findings *findings_new(const struct run *run, unsigned base,
			      const unsigned *contenders, size_t nr);
void findings_free(struct findings *f);
static inline void findings_freep(struct findings **f)
{
	findings_free(*f);
}

#endif
