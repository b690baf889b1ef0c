/* SPDX-License-Identifier: GPL-2.0-only */
/* The permutation test of time-test.h. */
#include <math.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "alloc.h"
#include "random.h"
#include "time-test.h"

#define EXACT_SPLITS_MAX 20000
#define RANDOM_SPLITS_MIN 4999
#define RANDOM_SPLITS_MAX 499999
#define RANDOM_HITS 100

/* All values, centred and scaled to at most 1, and what splits are made of. */
struct pool {
	double *v; /* owned */
	size_t nr;
	size_t take; /* size of the smaller group, which is drawn */
	double sum, squares;
	double per_n, per_m;		 /* 1 / n */
	double per_pairs_n, per_pairs_m; /* 1 / (n (n - 1)) */
	double seen;			 /* statistic of the data */
	size_t hits;			 /* splits at least as extreme */
	size_t splits;
};

/*
 * Welch's t, squared, of the split whose drawn group has this sum and this sum
 * of squares.  Variance that is nothing but rounding counts as none.
 */
static double t_squared(const struct pool *p, double sum, double squares)
{
	double rest = p->sum - sum, diff = sum * p->per_n - rest * p->per_m;
	double within = squares - sum * sum * p->per_n;
	double beyond = p->squares - squares - rest * rest * p->per_m;
	double var = within * p->per_pairs_n + beyond * p->per_pairs_m;

	if (var > 1e-13)
		return diff * diff / var;
	return diff * diff > 1e-13 ? INFINITY : 0;
}

static void count_split(struct pool *p, double sum, double squares)
{
	p->splits++;
	/* Splits that are equal but for rounding are as extreme. */
	p->hits += t_squared(p, sum, squares) >= p->seen * (1 - 1e-9);
}

/* All ways to draw left more values from v[at..]. */
static void each_split(struct pool *p, size_t at, size_t left, double sum,
		       double squares)
{
	if (left == 0) {
		count_split(p, sum, squares);
		return;
	}
	for (; at + left <= p->nr; at++)
		each_split(p, at + 1, left - 1, sum + p->v[at],
			   squares + p->v[at] * p->v[at]);
}

/* So many that 20 of them are as extreme where p is at the level. */
static size_t random_splits_for(double level)
{
	double nr = 20 / level;

	if (nr > RANDOM_SPLITS_MAX)
		return RANDOM_SPLITS_MAX;
	return nr > RANDOM_SPLITS_MIN ? (size_t)nr : RANDOM_SPLITS_MIN;
}

static void random_splits(struct pool *p, size_t nr, uint64_t *state)
{
	while (p->splits < nr && p->hits < RANDOM_HITS) {
		double sum = 0, squares = 0;

		for (size_t i = 0; i < p->take; i++) {
			size_t j = i + random_below(state, p->nr - i);
			double v = p->v[j];

			p->v[j] = p->v[i];
			p->v[i] = v;
			sum += v;
			squares += v * v;
		}
		count_split(p, sum, squares);
	}
}

static bool fill_pool(struct pool *p, const double *a, size_t nr_a,
		      const double *b, size_t nr_b)
{
	double mean = 0, largest = 0, sum = 0, squares = 0;
	double n = (double)nr_a, m = (double)nr_b;

	p->per_n = 1 / n;
	p->per_m = 1 / m;
	p->per_pairs_n = 1 / (n * (n - 1));
	p->per_pairs_m = 1 / (m * (m - 1));
	p->nr = nr_a + nr_b;
	p->take = nr_a;
	p->v = xcalloc(p->nr, sizeof(*p->v));
	memcpy(p->v, a, nr_a * sizeof(*a));
	memcpy(p->v + nr_a, b, nr_b * sizeof(*b));
	for (size_t i = 0; i < p->nr; i++)
		mean += (p->v[i] - a[0]) / (double)p->nr;
	for (size_t i = 0; i < p->nr; i++) {
		p->v[i] = p->v[i] - a[0] - mean;
		largest = fmax(largest, fabs(p->v[i]));
	}
	for (size_t i = 0; i < p->nr && largest > 0; i++) {
		p->v[i] /= largest;
		p->sum += p->v[i];
		p->squares += p->v[i] * p->v[i];
	}
	for (size_t i = 0; i < p->take; i++) {
		sum += p->v[i];
		squares += p->v[i] * p->v[i];
	}
	p->seen = t_squared(p, sum, squares);
	return largest > 0;
}

static double nr_splits(size_t nr_a, size_t nr_b)
{
	return choose((double)(nr_a + nr_b), (double)fmin(nr_a, nr_b));
}

static bool is_too_many(size_t nr_a, size_t nr_b)
{
	return nr_a > TIME_PERM_VALUES_MAX ||
	       nr_b > TIME_PERM_VALUES_MAX - nr_a;
}

double time_permutation_least(size_t nr_a, size_t nr_b, double level)
{
	double splits;

	if (nr_a < 2 || nr_b < 2)
		return 1;
	if (is_too_many(nr_a, nr_b))
		return 0;
	splits = nr_splits(nr_a, nr_b);
	if (splits > EXACT_SPLITS_MAX)
		return 1. / (double)(random_splits_for(level) + 1);
	/* With equal sizes the mirror image is as extreme. */
	return (nr_a == nr_b ? 2 : 1) / splits;
}

double time_permutation(const double *a, size_t nr_a, const double *b,
			size_t nr_b, double level, uint64_t seed)
{
	struct pool p = { 0 };
	double ret = 1;

	if (nr_a < 2 || nr_b < 2)
		return 1;
	if (is_too_many(nr_a, nr_b))
		return NAN;
	if (nr_a > nr_b)
		return time_permutation(b, nr_b, a, nr_a, level, seed);
	if (!fill_pool(&p, a, nr_a, b, nr_b))
		ret = 1;
	else if (nr_splits(nr_a, nr_b) <= EXACT_SPLITS_MAX) {
		each_split(&p, 0, p.take, 0, 0);
		ret = fmax(1, (double)p.hits) / (double)p.splits;
	} else {
		random_splits(&p, random_splits_for(level), &seed);
		ret = p.hits >= RANDOM_HITS
			      ? (double)p.hits / (double)p.splits
			      : (double)(p.hits + 1) / (double)(p.splits + 1);
	}
	free(p.v);
	return ret;
}
