/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boots of two kernels paired by perturbation: values of one metric at one
 * point, and their statistics.
 */
#ifndef CGMARK_PAIRS_H
#define CGMARK_PAIRS_H

#include "run.h"
#include "stats.h"
#include "values.h"

/* Which boots. */
enum evidence {
	EVIDENCE_SCREENING,  /* those planned, and what settled them */
	EVIDENCE_CONFIRMING, /* those on what was found to have changed */
};

static inline bool is_evidence(enum evidence e, enum boot_role r)
{
	return e == EVIDENCE_CONFIRMING ? r == BOOT_CONFIRM
					: r == BOOT_MEASURE || r == BOOT_SETTLE;
}

/* What to compare. */
struct subject {
	const struct run *run;
	const struct values *values; /* of run */
	unsigned base;		     /* index in run.kernels */
	unsigned contender;	     /* likewise */
	unsigned point;		     /* index in run.points */
	const char *metric;	     /* "": there is none */
	enum statistic statistic;    /* what stands for a boot */
	enum evidence evidence;
};

struct pairs {
	size_t nr;		/* perturbations measured on both kernels */
	unsigned *perturbation; /* ascending; these arrays are owned */
	double *base;		/* per operation */
	double *cont;
	/*
	 * ln(cont / base) and cont - base; of a tail, less what the centre
	 * differs by.
	 */
	double *logs;
	double *diffs;
	double base_median;
	double cont_median;
	double base_p99; /* median over boots of the p99 sample */
	double cont_p99;
	double delta;	      /* cont_median - base_median; tail: of diffs */
	double median;	      /* of logs */
	struct interval ival; /* of the median of logs */
	double threshold;     /* of |logs| */
	double floor;	      /* of |delta| */
	unsigned nr_null;     /* boot pairs the threshold rests on */
	struct signs signs;   /* of logs */
	size_t agree;	      /* logs of the majority's sign */
	bool tail;	      /* of another statistic than the centre */
};

/*
 * The boot of the contender that a boot of the baseline is paired with at the
 * point: with its role and perturbation, and the same points before it.  Index in
 * run.boots, or -1.
 */
int pair_of(const struct subject *s, const struct run_boot *base);
/* The caller releases ret. */
void pairs_find(const struct subject *s, struct pairs *ret);
void pairs_release(struct pairs *p);

#endif
