/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernels of a comparison beside each other, one row a point and metric, for
 * reports.  It also has the points without a verdict: those that a kernel
 * skipped.  Keeps pointers into the comparison, which must outlive it.
 */
#ifndef CGMARK_KERNEL_TABLE_H
#define CGMARK_KERNEL_TABLE_H

#include "compare.h"

/* One point and metric on one kernel. */
struct kernel_cell {
	enum point_status status; /* worst over boots; SKIP: in all of them */
	const char *why;	  /* reason of a SKIP or failure, or "" */
	double value;		  /* per operation, median; NaN: none */
	double *boots; /* of each measuring boot that has one; owned */
	size_t nr_boots;
	unsigned nr_planned; /* measuring boots */
	unsigned nr_failed;  /* those in which the point has no result */
	/* Against the baseline; NULL for it, and where one of both skipped. */
	const struct effect *effect;
};

struct kernel_row {
	unsigned point; /* index in run.points */
	const char *bench;
	unsigned version;
	const char *params;
	const char *metric;	   /* "": nothing was measured */
	struct kernel_cell *cells; /* by column; owned */
	bool changed;		   /* REGRESSION or IMPROVEMENT somewhere */
};

struct kernel_table {
	const struct comparison *comparison;
	unsigned *kernels; /* indices in run.kernels; the baseline first */
	size_t nr_kernels;
	struct kernel_row *rows; /* most severe first, as effects are */
	size_t nr;
};

struct kernel_table *kernel_table_new(const struct comparison *c);
void kernel_table_free(struct kernel_table *t);
static inline void kernel_table_freep(struct kernel_table **t)
{
	kernel_table_free(*t);
}

/* Is the change a fact: REGRESSION or IMPROVEMENT? */
static inline bool effect_changed(const struct effect *e)
{
	return verdict_changed(e->verdict);
}

#endif
