/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Night by night, as somebody would who waits for the next one: has the series split
 * in two since the last step?  What is found does not depend on what comes later.
 */
#include <math.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "alloc.h"
#include "history-limits.h"
#include "mann-whitney.h"
#include "stats.h"
#include "steps.h"

/* Nights first..last, and pairs of one before and one from the split on. */
struct splits {
	const struct history_night *nights;
	size_t first, last;
	unsigned falls, rises; /* pairs with before >= after, and <= */
};

/* Moves the split from k to k + 1. */
static void move_split(struct splits *sp, size_t k)
{
	double x = sp->nights[k].value;

	for (size_t i = sp->first; i < k; i++) {
		sp->falls -= sp->nights[i].value >= x;
		sp->rises -= sp->nights[i].value <= x;
	}
	for (size_t i = k + 1; i <= sp->last; i++) {
		sp->falls += x >= sp->nights[i].value;
		sp->rises += x <= sp->nights[i].value;
	}
}

/* The largest U of a step; -1: there is none. */
static int critical(unsigned m, unsigned n)
{
	/* One more than it and 1; 0: not asked for yet. */
	static int known[HISTORY_WINDOW][HISTORY_WINDOW];
	double level =
		n <= HISTORY_RECENT ? HISTORY_LEVEL : HISTORY_LEVEL_LATER;

	if (!known[m][n])
		known[m][n] = mw_critical(m, n, level) + 2;
	return known[m][n] - 2;
}

/* The split with the smallest p of those that are steps; 0: there is none. */
static size_t best_split(const struct history_night *nights, size_t first,
			 size_t last, double *p_ret)
{
	struct splits sp = { nights, first, last, 0, 0 };
	size_t best = 0;

	*p_ret = NAN;
	for (size_t k = first; k < last; k++) {
		unsigned m = (unsigned)(k + 1 - first);
		unsigned n = (unsigned)(last - k), u;
		double p;

		move_split(&sp, k);
		u = sp.falls < sp.rises ? sp.falls : sp.rises;
		if ((int)u > critical(m, n))
			continue;
		p = mw_p(m, n, u);
		if (!best || p < *p_ret) {
			*p_ret = p;
			best = k + 1;
		}
	}
	return best;
}

/* Median of nights first..end - 1. */
static double median_of(const struct history_night *nights, size_t first,
			size_t end)
{
	_cleanup_free_ double *v = xcalloc(end - first + 1, sizeof(*v));

	for (size_t i = first; i < end; i++)
		v[i - first] = nights[i].value;
	return stats_median(v, end - first);
}

static size_t window_start(size_t first, size_t end)
{
	return end > first + HISTORY_WINDOW ? end - HISTORY_WINDOW : first;
}

/* What nights first..at - 1 lead to expect of night at. */
static void predict(struct history_night *nights, size_t first, size_t at)
{
	double n = (double)(at - first), sum = 0, squares = 0, mean, half;
	struct history_night *to = &nights[at];

	to->lo = to->hi = NAN;
	if (at - first < HISTORY_PREDICTION_NIGHTS)
		return;
	for (size_t i = first; i < at; i++)
		sum += log(nights[i].value);
	mean = sum / n;
	for (size_t i = first; i < at; i++)
		squares += pow(log(nights[i].value) - mean, 2);
	half = qt((1 + HISTORY_PREDICTION) / 2, n - 1, 1, 0) *
	       sqrt(squares / (n - 1) * (1 + 1 / n));
	to->lo = exp(mean - half);
	to->hi = exp(mean + half);
	to->outside = to->value < to->lo || to->value > to->hi;
}

/* Once all steps are known, so are the nights on both sides of each. */
static void fill_medians(struct history_series *s, size_t nr_old,
			 const struct history_segment *seg)
{
	for (size_t i = nr_old; i < s->nr_steps; i++) {
		struct history_step *st = &s->steps[i];
		size_t from = i > nr_old ? s->steps[i - 1].at : seg->first;
		size_t end = i + 1 < s->nr_steps ? s->steps[i + 1].at
						 : seg->first + seg->nr;

		if (end > st->at + HISTORY_WINDOW)
			end = st->at + HISTORY_WINDOW;
		st->before = median_of(s->nights, window_start(from, st->at),
				       st->at);
		st->after = median_of(s->nights, st->at, end);
		st->ratio = st->after / st->before;
	}
}

void steps_find_time(struct history_series *s,
		     const struct history_segment *seg)
{
	size_t since = seg->first, end = seg->first + seg->nr;
	size_t nr_old = s->nr_steps;

	for (size_t i = seg->first; i < end; i++) {
		struct history_step step = { .found = i };

		predict(s->nights, window_start(since, i), i);
		step.at = best_split(s->nights, window_start(since, i + 1), i,
				     &step.p);
		if (!step.at)
			continue;
		since = step.at;
		steps_add(s, &step);
	}
	fill_medians(s, nr_old, seg);
}
