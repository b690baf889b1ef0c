/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pure functions on arrays of doubles.  They leave the input unchanged; it need
 * not be sorted, must not contain NaN, and may contain infinities, which sort
 * like any number.  Distribution functions come from libRmath.
 */
#ifndef CGMARK_STATS_H
#define CGMARK_STATS_H

#include <stddef.h>

struct interval {
	double lo, hi;
	double level; /* coverage reached, 0..1 */
};

/* Ascending. */
void stats_sort(double *v, size_t n);

/* All five: NaN for n == 0. */
double stats_median(const double *v, size_t n);
/*
 * The mean without the lowest and the highest twentieth, at least one each; with
 * fewer than three values, of all.
 */
double stats_centre(const double *v, size_t n);
/* Type 7 (linear between order statistics), p in 0..1. */
double stats_quantile(const double *v, size_t n, double p);
/* Several at once, which sorts only once. */
void stats_quantiles(const double *v, size_t n, const double *p, size_t nr,
		     double *ret);
/* The same of values in ascending order, n >= 1. */
double stats_quantile_sorted(const double *v, size_t n, double p);
/*
 * Median of the absolute deviations from the median, times 1.4826: the standard
 * deviation of normal values, which a few that lie elsewhere hardly move.
 */
double stats_mad(const double *v, size_t n, double median);

/*
 * Distribution-free confidence interval for the median: the k-th smallest to
 * the k-th largest value with the largest k whose binomial coverage is at least
 * level.  Where even the extremes cover less (n < 5 at 90%), the extremes, and
 * .level says so.  NaN bounds and level 0 for n == 0.
 */
struct interval stats_median_interval(const double *v, size_t n, double level);
/* The k (1..n/2, at least 1) that stats_median_interval() uses. */
size_t stats_median_rank(size_t n, double level);

/* Clopper-Pearson interval of a rate: x of n.  0..1 for n == 0. */
struct interval stats_clopper_pearson(size_t x, size_t n, double level);

struct signs {
	size_t pos, neg, zero;
	double p; /* two-sided sign test, zeros left out */
};

struct signs stats_signs(const double *v, size_t n);

#endif
