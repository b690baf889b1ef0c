/* SPDX-License-Identifier: GPL-2.0-only */
#include "stats.h"

#include <math.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "alloc.h"

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), cmp_double);
}

/* Caller frees; n >= 1. */
static double *sorted_copy(const double *v, size_t n)
{
	double *s = xcalloc(n, sizeof(*s));

	memcpy(s, v, n * sizeof(*s));
	stats_sort(s, n);
	return s;
}

/*
 * Next to an infinity, takes the nearer neighbour instead of interpolating; the
 * finite one if both are equally near; 0 between the two infinities.
 */
static double between(double lo, double hi, double share)
{
	if (share <= 0 || lo == hi)
		return lo;
	if (isfinite(lo) && isfinite(hi))
		return lo + share * (hi - lo);
	if (share != 0.5)
		return share < 0.5 ? lo : hi;
	if (isinf(lo) && isinf(hi))
		return 0;
	return isinf(lo) ? hi : lo;
}

double stats_quantile_sorted(const double *s, size_t n, double p)
{
	double pos = fmin(fmax(p, 0), 1) * (double)(n - 1);
	size_t at = (size_t)floor(pos);

	if (at + 1 >= n)
		return s[n - 1];
	return between(s[at], s[at + 1], pos - (double)at);
}

void stats_quantiles(const double *v, size_t n, const double *p, size_t nr,
		     double *ret)
{
	_cleanup_free_ double *s = n > 0 ? sorted_copy(v, n) : NULL;

	for (size_t i = 0; i < nr; i++)
		ret[i] = s ? stats_quantile_sorted(s, n, p[i]) : NAN;
}

double stats_quantile(const double *v, size_t n, double p)
{
	double ret;

	stats_quantiles(v, n, &p, 1, &ret);
	return ret;
}

double stats_median(const double *v, size_t n)
{
	return stats_quantile(v, n, 0.5);
}

static double mean(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return n ? sum / (double)n : NAN;
}

static size_t nr_trimmed(size_t n)
{
	return n < 3 ? 0 : n < 40 ? 1 : n / 20;
}

double stats_centre(const double *v, size_t n)
{
	_cleanup_free_ double *s = n > 0 ? sorted_copy(v, n) : NULL;
	size_t cut = nr_trimmed(n);

	return s ? mean(s + cut, n - 2 * cut) : NAN;
}

double stats_mad(const double *v, size_t n, double median)
{
	_cleanup_free_ double *d = xcalloc(n + 1, sizeof(*d));

	/* Of two infinite values, too. */
	for (size_t i = 0; i < n; i++)
		d[i] = v[i] == median ? 0 : fabs(v[i] - median);
	return 1.4826 * stats_median(d, n);
}

size_t stats_median_rank(size_t n, double level)
{
	double tail = (1 - level) / 2;
	double k;

	/*
	 * qbinom gives the smallest k with P(X <= k) >= tail, so the ranks
	 * below k leave out less than the tail on each side.
	 */
	k = qbinom(tail, (double)n, 0.5, 1, 0);
	return k < 1 ? 1 : (size_t)k;
}

struct interval stats_median_interval(const double *v, size_t n, double level)
{
	_cleanup_free_ double *s = NULL;
	struct interval ret = { NAN, NAN, 0 };
	size_t k;

	if (n == 0)
		return ret;
	s = sorted_copy(v, n);
	k = stats_median_rank(n, level);
	ret.lo = s[k - 1];
	ret.hi = s[n - k];
	ret.level = 1 - 2 * pbinom((double)k - 1, (double)n, 0.5, 1, 0);
	if (ret.level < 0) /* n == 1: the value itself covers nothing */
		ret.level = 0;
	return ret;
}

struct interval stats_clopper_pearson(size_t x, size_t n, double level)
{
	struct interval ret = { 0, 1, level };
	double tail = (1 - level) / 2;

	if (n == 0 || x > n)
		return ret;
	if (x > 0)
		ret.lo = qbeta(tail, (double)x, (double)(n - x + 1), 1, 0);
	if (x < n)
		ret.hi = qbeta(tail, (double)(x + 1), (double)(n - x), 0, 0);
	return ret;
}

struct signs stats_signs(const double *v, size_t n)
{
	struct signs ret = { 0 };
	size_t less;

	for (size_t i = 0; i < n; i++) {
		ret.pos += v[i] > 0;
		ret.neg += v[i] < 0;
		ret.zero += v[i] == 0;
	}
	less = ret.pos < ret.neg ? ret.pos : ret.neg;
	ret.p = fmin(1, 2 * pbinom((double)less, (double)(ret.pos + ret.neg),
				   0.5, 1, 0));
	return ret;
}
