/* SPDX-License-Identifier: GPL-2.0-only */
/* What is judged where time is measured, and what comes out: time-judge.h. */
#ifndef CGMARK_TIME_SUBJECT_H
#define CGMARK_TIME_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "time-test.h"
#include "verdict.h"

/*
 * What happened to a boot while it measured the point, as far as its recorder
 * knows.  Shares are of that time, 0..1; NaN: not known.
 */
struct time_facts {
	double steal;	  /* in which the host ran something else */
	double throttled; /* in which a limit or heat held it back */
	unsigned planned; /* samples; 0: not known */
	unsigned taken;
	const char *throttled_by; /* a control group; NULL or "": not known */
};

struct time_boot {
	const char *id; /* for reasons */
	double value;	/* per operation; above 0 and finite, else a fault */
	unsigned place; /* among the boots of the run, as they were made */
	bool fresh;	/* made for confirmation, and not used for screening */
	struct time_facts facts;
};

enum { TIME_BASE, TIME_CONT, NR_TIME };

struct time_side {
	const char *kernel;	       /* name, for reasons */
	const struct time_boot *boots; /* in any order */
	size_t nr;
};

/* One statistic (median, p99) of one point. */
struct time_subject {
	struct time_side side[NR_TIME];
	double threshold;  /* relative, above 0: 0.02 */
	const char *fault; /* what else makes it INVALID; NULL: nothing */
};

struct time_result {
	enum verdict verdict;
	char *reason;	      /* in words; owned by the caller */
	bool flagged;	      /* by screening boots: worth fresh ones */
	bool of_family;	      /* could become REGRESSION or IMPROVEMENT */
	bool fresh;	      /* figures are of fresh boots alone */
	size_t nr[NR_TIME];   /* boots that the figures rest on */
	struct welch welch;   /* contender - base, of logs */
	double p_permutation; /* NaN: not made */
	double p;	      /* the larger of the two; NaN: no test */
	double p_holm;	      /* NaN: not of the family */
	/* Boots of each kernel that would settle it; 0: none or too many. */
	size_t needed;
};

#endif
