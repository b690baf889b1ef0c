/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-test.h"

#include <math.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "alloc.h"

/* ---- Welch ---- */

/* From the first value on, so that equal values have no variance at all. */
static double mean_of(const double *v, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += v[i] - v[0];
	return nr ? v[0] + sum / (double)nr : NAN;
}

static double variance_of(const double *v, size_t nr)
{
	double mean = mean_of(v, nr), sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += (v[i] - mean) * (v[i] - mean);
	return nr > 1 ? sum / (double)(nr - 1) : NAN;
}

static double welch_df(const struct welch *w, size_t nr_a, size_t nr_b)
{
	double a = w->var[0] / (double)nr_a, b = w->var[1] / (double)nr_b;

	if (a + b <= 0)
		return (double)(nr_a + nr_b - 2);
	/* Shares of the whole: squares of small variances would vanish. */
	a /= w->se * w->se;
	b /= w->se * w->se;
	return 1 / (a * a / (double)(nr_a - 1) + b * b / (double)(nr_b - 1));
}

void time_welch(const double *a, size_t nr_a, const double *b, size_t nr_b,
		double level, struct welch *ret)
{
	double reach;

	ret->mean[0] = mean_of(a, nr_a);
	ret->mean[1] = mean_of(b, nr_b);
	ret->diff = ret->mean[1] - ret->mean[0];
	ret->var[0] = variance_of(a, nr_a);
	ret->var[1] = variance_of(b, nr_b);
	if (nr_a < 2 || nr_b < 2) {
		ret->se = INFINITY;
		ret->df = NAN;
		ret->p = 1;
		ret->ival = (struct interval){ -INFINITY, INFINITY, level };
		return;
	}
	ret->se = sqrt(ret->var[0] / (double)nr_a + ret->var[1] / (double)nr_b);
	ret->df = welch_df(ret, nr_a, nr_b);
	if (ret->se > 0)
		ret->p = 2 * pt(-fabs(ret->diff) / ret->se, ret->df, 1, 0);
	else
		ret->p = ret->diff == 0;
	reach = ret->se > 0 ? ret->se * qt((1 + level) / 2, ret->df, 1, 0) : 0;
	ret->ival = (struct interval){ ret->diff - reach, ret->diff + reach,
				       level };
}

/* ---- Holm ---- */

struct ranked {
	double p;
	size_t at;
};

static int cmp_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

void time_holm(const double *p, size_t nr, double *ret)
{
	_cleanup_free_ struct ranked *order = xcalloc(nr + 1, sizeof(*order));
	double least = 0;
	size_t m = 0;

	for (size_t i = 0; i < nr; i++) {
		if (!isnan(p[i]))
			order[m++] = (struct ranked){ p[i], i };
		ret[i] = p[i];
	}
	qsort(order, m, sizeof(*order), cmp_ranked);
	for (size_t i = 0; i < m; i++) {
		least = fmax(least, fmin(1, (double)(m - i) * order[i].p));
		ret[order[i].at] = least;
	}
}

/* ---- two groups ---- */

void time_split(const double *v, size_t nr, struct split *ret)
{
	_cleanup_free_ double *s = xcalloc(nr + 1, sizeof(*s));
	size_t least = nr / 4 + (nr % 4 > 0);
	double mean = mean_of(v, nr), sum = 0;

	*ret = (struct split){ 0 };
	memcpy(s, v, nr * sizeof(*s));
	stats_sort(s, nr);
	if (least < 2)
		least = 2;
	for (size_t i = 0; i < nr; i++)
		ret->total += (s[i] - mean) * (s[i] - mean);
	for (size_t i = 1; i < nr; i++) {
		double n = (double)nr, lower = (double)i, upper = n - lower;
		double between;

		sum += s[i - 1] - mean;
		between = sum * sum * n / (lower * upper);
		if (i < least || nr - i < least || between <= ret->between)
			continue;
		ret->between = between;
		ret->lower = i;
		ret->gap = -sum * n / (lower * upper);
	}
}

/* Of 200,000 normal samples (50,000 of 64 values); 99.99% quantiles. */
static const struct {
	double nr, share;
} split_limits[] = {
	{ 4, 1 },      { 5, 0.999 },  { 6, 0.996 },  { 8, 0.984 },
	{ 10, 0.969 }, { 12, 0.952 }, { 14, 0.943 }, { 16, 0.923 },
	{ 20, 0.904 }, { 24, 0.884 }, { 32, 0.849 }, { 64, 0.791 },
};

double time_split_limit(double nr)
{
	const size_t last = ARRAY_SIZE(split_limits) - 1;

	if (nr <= split_limits[0].nr)
		return 1;
	for (size_t i = 1; i <= last; i++) {
		double from = split_limits[i - 1].nr, to = split_limits[i].nr;
		double share = (nr - from) / (to - from);

		if (nr <= to)
			return (1 - share) * split_limits[i - 1].share +
			       share * split_limits[i].share;
	}
	return split_limits[last].share;
}

/* ---- drift ---- */

/* Ranks from 0 on; equal values share the mean of theirs.  Caller frees. */
static double *ranks_of(const double *v, size_t nr)
{
	_cleanup_free_ struct ranked *s = xcalloc(nr + 1, sizeof(*s));
	double *rank = xcalloc(nr + 1, sizeof(*rank));

	for (size_t i = 0; i < nr; i++)
		s[i] = (struct ranked){ v[i], i };
	qsort(s, nr, sizeof(*s), cmp_ranked);
	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && s[end].p == s[i].p; end++)
			;
		for (size_t k = i; k < end; k++)
			rank[s[k].at] = (double)(i + end - 1) / 2;
	}
	return rank;
}

struct line {
	double slope, r;
};

/* r is 0 where either does not vary. */
static struct line fit_line(const double *x, const double *y, size_t nr)
{
	double mx = mean_of(x, nr), my = mean_of(y, nr);
	double xx = 0, yy = 0, xy = 0;

	for (size_t i = 0; i < nr; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		yy += (y[i] - my) * (y[i] - my);
		xy += (x[i] - mx) * (y[i] - my);
	}
	return (struct line){ xx > 0 ? xy / xx : 0,
			      xx > 0 && yy > 0 ? xy / sqrt(xx) / sqrt(yy) : 0 };
}

void time_drift(const double *residual, const double *place, size_t nr,
		size_t lost, struct drift *ret)
{
	_cleanup_free_ double *x = NULL, *y = NULL;
	double df, r, first = INFINITY, last = -INFINITY;

	*ret = (struct drift){ .p = 1 };
	if (nr < 4 || nr < lost + 3)
		return;
	df = (double)(nr - 2 - lost);
	x = ranks_of(place, nr);
	y = ranks_of(residual, nr);
	r = fit_line(x, y, nr).r;
	ret->p = fabs(r) < 1
			 ? 2 * pt(-fabs(r) * sqrt(df / (1 - r * r)), df, 1, 0)
			 : 0;
	for (size_t i = 0; i < nr; i++) {
		first = fmin(first, place[i]);
		last = fmax(last, place[i]);
	}
	ret->total = fit_line(place, residual, nr).slope * (last - first);
}
