/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comparison of contender kernels with a baseline on one exact machine.
 * Procedure: verdict.c, judge-limits.h, cgmark.1 (VERDICTS).
 */
#ifndef CGMARK_COMPARE_H
#define CGMARK_COMPARE_H

#include "exit-status.h"
#include "notes.h"
#include "run.h"
#include "values.h"
#include "verdict.h"

/* One point and metric, baseline against one contender. */
struct effect {
	const char *bench;
	unsigned version;
	const char *params;
	const char *metric;
	unsigned point;	    /* index in run.points */
	unsigned contender; /* index in run.kernels */

	unsigned nr_boots;	/* perturbations measured on both */
	unsigned *perturbation; /* of base[i] and cont[i]; owned */
	double *base;		/* per perturbation, per operation; owned */
	double *cont;
	double base_median; /* median of base[] */
	double cont_median;
	double base_p99; /* median over boots of the p99 sample */
	double cont_p99;
	double delta;	  /* cont_median - base_median, in the unit */
	double ratio;	  /* exp(median log-ratio) */
	double lo, hi;	  /* interval of the ratio */
	double level;	  /* its coverage, e.g. 0.93 */
	double threshold; /* relative, e.g. 0.002 */
	unsigned nr_null; /* boot pairs the layout null rests on */
	unsigned agree;	  /* log-ratios of the majority sign */
	bool exact;	  /* both repeat boots were bit-identical */
	enum verdict verdict;
	char *reason;				    /* in words */
	enum point_status base_status, cont_status; /* worst over boots */
};

struct comparison {
	const struct run *run;
	struct values *values; /* of run; owned */
	unsigned base;	       /* index in run.kernels */
	unsigned *contenders;
	size_t nr_contenders;
	bool *same_code;	/* per contender: equal vmlinux */
	unsigned *nr_compared;	/* per contender: points with a pair */
	unsigned *nr_lacking;	/* skipped there, not on the baseline */
	struct effect *effects; /* sorted by severity */
	size_t nr_effects;
	unsigned count[NR_VERDICTS]; /* by enum verdict */
	struct notes notes;
};

/* Doubtful data are no error: they get V_INVALID. */
struct comparison *compare_run(const struct run *run, unsigned base,
			       const unsigned *contenders, size_t nr);
void compare_free(struct comparison *c);
/*
 * The exit status for the verdicts.  INCONCLUSIVE, INVALID and points that a
 * contender lacks count if strict.  A contender with no point in common always
 * counts: nothing shows that it has no regression.
 */
enum exit_status compare_status(const struct comparison *c, bool strict);

#endif
