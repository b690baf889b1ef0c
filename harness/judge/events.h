/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernels counted at the points of a run, event by event, for reports.
 * Keeps pointers into the run, which must outlive it.
 */
#ifndef CGMARK_EVENT_TABLE_H
#define CGMARK_EVENT_TABLE_H

#include "values.h"

enum { EV_BASE, EV_CONT, NR_EV };

struct event_side {
	double value;	 /* per operation, median over boots; NaN: none */
	const char *why; /* why there is none; NULL: nobody asked for it */
	bool lacking;	 /* the machine or the kernel does not have it */
};

/* One event at one point, on both kernels. */
struct event_row {
	unsigned point; /* index in run.points */
	unsigned event; /* index in metrics */
	struct event_side side[NR_EV];
};

struct event_table {
	const struct run *run;
	int kernel[NR_EV]; /* indices in run.kernels; -1: no contender */
	/* Events by name, then of each function FUNCTION:calls and so on. */
	char **metrics;
	size_t nr_metrics;
	struct event_row *rows; /* by point, then by event */
	size_t nr;
};

/* contender -1: only the base.  No rows if the run has no events. */
struct event_table *event_table_new(const struct values *v,
				    const struct run *run, unsigned base,
				    int contender);
void event_table_free(struct event_table *t);
static inline void event_table_freep(struct event_table **t)
{
	event_table_free(*t);
}

/*
 * Describes what could not be counted, one line each, sorted by event:
 * "cycles on base and new: ENOENT: ...".  Returns the number of lines; the
 * caller frees them.
 */
size_t event_table_lacks(const struct event_table *t, char ***ret);

#endif
