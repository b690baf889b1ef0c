/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one kernel costs by each way to the same end: its points that differ in
 * the param "way" only, beside each other, for reports.  No verdict rests on it.
 * Keeps pointers into the run, which must outlive it.
 */
#ifndef CGMARK_WAYS_H
#define CGMARK_WAYS_H

#include "values.h"

struct way {
	char *name;		  /* value of the param; owned */
	unsigned point;		  /* index in run.points */
	enum point_status status; /* worst over boots that can be trusted */
	double value;	   /* per operation, median over boots; NaN: none */
	double ratio;	   /* of value to that of the reference; NaN: none */
	unsigned nr_boots; /* that value rests on */
	const char *why;   /* why there is no value; "" if there is one */
};

/* Points that differ in nothing else, in one metric. */
struct way_group {
	const char *bench;
	unsigned version;
	char *params;	    /* without the way; owned */
	const char *metric; /* "": none of them was measured */
	struct way *ways;   /* two or more, in the order of the plan; owned */
	size_t nr;
	size_t nr_values; /* that have a value */
	/*
	 * The way that others are compared with: "mainline", or else the first
	 * one that has a value; -1: none has.
	 */
	int reference;
};

struct way_table {
	const struct run *run;
	unsigned kernel;	  /* index in run.kernels */
	struct way_group *groups; /* by first point */
	size_t nr;
};

struct way_table *way_table_new(const struct values *v, const struct run *run,
				unsigned kernel);
void way_table_free(struct way_table *t);
static inline void way_table_freep(struct way_table **t)
{
	way_table_free(*t);
}

/* Is there anything to compare: two values at least? */
static inline bool way_group_shows(const struct way_group *g)
{
	return g->nr_values >= 2;
}

/* The way of a point in that metric, or NULL. */
const struct way *way_table_find(const struct way_table *t, unsigned point,
				 const char *metric);

#endif
