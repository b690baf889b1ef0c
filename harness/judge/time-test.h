/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests on two samples of boot values, pure functions.  Values are logs, so a
 * difference is a log-ratio; they have to be finite, and need no order.
 * Distribution functions come from libRmath.
 */
#ifndef CGMARK_TIME_TEST_H
#define CGMARK_TIME_TEST_H

#include <stdint.h>

#include "stats.h"

/*
 * Difference of two means with unequal variances: B. L. Welch, "The
 * generalization of Student's problem when several different population
 * variances are involved", Biometrika 34 (1947); degrees of freedom by
 * F. E. Satterthwaite, Biometrics Bulletin 2 (1946).
 */
struct welch {
	double mean[2]; /* of a and b */
	double diff;	/* mean of b - mean of a */
	double var[2];	/* of a and b, unbiased */
	double se;	/* standard error of diff */
	double df;
	double p; /* two-sided, of no difference: 0..1 */
	struct interval ival;
};

/*
 * Fewer than two values on a side: diff as far as there is one, else NaN; p 1
 * and an infinite interval.  No variance at all: the interval is a point, and
 * p is 0 unless diff is.
 */
void time_welch(const double *a, size_t nr_a, const double *b, size_t nr_b,
		double level, struct welch *ret);

/* The largest sum of both sizes for which time_permutation() is made. */
#define TIME_PERM_VALUES_MAX 256

/*
 * p of a two-sided permutation test, > 0..1: how often a split of all values
 * into two groups of these sizes has Welch's t at least as large.  The
 * studentised statistic keeps the level where variances differ (A. Janssen,
 * Statistics & Probability Letters 36 (1997)).  All splits if there are at most
 * 20,000.  Else random ones, drawn by the seed, until 100 are as extreme
 * (J. Besag, P. Clifford: "Sequential Monte Carlo p-values", Biometrika 78
 * (1991)), or as many were drawn as it takes to tell p from the level at which
 * it has to be significant: 20 / level, but 4,999 to 499,999.
 *
 * 1 with fewer than two values on a side; NaN for more values than the maximum,
 * where means are as good as normal and Welch needs no help.
 */
double time_permutation(const double *a, size_t nr_a, const double *b,
			size_t nr_b, double level, uint64_t seed);
/* The smallest p that it can return; 0 where it is not made. */
double time_permutation_least(size_t nr_a, size_t nr_b, double level);

/*
 * Adjusts p-values for their number: S. Holm, Scandinavian Journal of
 * Statistics 6 (1979).  What is at most alpha after that is significant, with a
 * family-wise error rate of alpha whatever their dependence.  NaN: not of the
 * family; stays NaN.  p and ret may be the same array.
 */
void time_holm(const double *p, size_t nr, double *ret);

/*
 * Two groups of boots: the split of the sorted values, each part at least a
 * quarter of them and two, that leaves the least variance within.
 */
struct split {
	size_t lower;	/* values in the lower group; 0: cannot be split */
	double between; /* sum of squares between the groups */
	double total;	/* sum of squares of all */
	double gap;	/* mean of the upper group - mean of the lower one */
};

void time_split(const double *v, size_t nr, struct split *ret);
/*
 * The share of between in total that one kernel's nr values reach once in
 * 10,000 if they are normal, and more rarely if they have heavier tails.  By
 * simulation; 1 for nr < 4: never.
 */
double time_split_limit(double nr);

struct drift {
	double p;     /* two-sided, of no trend; 1 with fewer than 4 values */
	double total; /* change from the first place to the last, fitted */
};

/*
 * A trend of residuals over places in order: Spearman's rank correlation, whose
 * p is by Student's t with nr - 2 - lost degrees of freedom; lost: parameters
 * that were fitted to get the residuals.  The line is one of least squares.
 */
void time_drift(const double *residual, const double *place, size_t nr,
		size_t lost, struct drift *ret);

#endif
