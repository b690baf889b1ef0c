/* SPDX-License-Identifier: GPL-2.0-only */
#include "pairs.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "judge-limits.h"

/* ln(b/a) for a, b >= 0; infinite if one of them is 0. */
static double log_ratio(double a, double b)
{
	if (a == b)
		return 0;
	if (a <= 0)
		return INFINITY;
	if (b <= 0)
		return -INFINITY;
	return log(b / a);
}

/* A statistic of a trusted boot, NaN if there is none. */
static double boot_value(const struct subject *s, int boot,
			 enum statistic statistic)
{
	if (boot < 0 || boot_trust(&s->run->boots[boot]) != TRUST_GOOD)
		return NAN;
	return values_statistic(s->values, (unsigned)boot, s->point, s->metric,
				statistic);
}

/*
 * What a boot's statistic is if its centre were that of another boot.  So a
 * tail is judged by what it adds, and not once more by what all operations
 * cost.
 */
static double transplanted(const struct subject *s, int boot, int onto)
{
	double value = boot_value(s, boot, s->statistic);

	if (s->statistic == STAT_CENTRE)
		return value;
	return value - boot_value(s, boot, STAT_CENTRE) +
	       boot_value(s, onto, STAT_CENTRE);
}

/* One perturbation measured on both kernels. */
struct pair {
	unsigned perturbation;
	double base, cont;
	double moved; /* cont with the centre of base */
	double base_p99, cont_p99;
};

static int cmp_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->perturbation > y->perturbation) -
	       (x->perturbation < y->perturbation);
}

/* Fills pairs[run.nr_boots]; returns how many there are. */
static size_t find_pairs(const struct subject *s, struct pair *pairs)
{
	const struct run *run = s->run;
	size_t nr = 0;

	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		int other = run_find_boot(run, s->contender, boot->perturbation,
					  BOOT_MEASURE);
		struct pair p = { .perturbation = boot->perturbation };

		if (boot->kernel != s->base || boot->role != BOOT_MEASURE)
			continue;
		p.base = boot_value(s, (int)b, s->statistic);
		p.cont = boot_value(s, other, s->statistic);
		if (isnan(p.base) || isnan(p.cont))
			continue;
		p.moved = transplanted(s, other, (int)b);
		p.base_p99 = boot_value(s, (int)b, STAT_P99);
		p.cont_p99 = boot_value(s, other, STAT_P99);
		pairs[nr++] = p;
	}
	if (nr > 0)
		qsort(pairs, nr, sizeof(*pairs), cmp_pair);
	return nr;
}

static void collect_pairs(const struct subject *s, struct pairs *p)
{
	size_t max = s->run->nr_boots + 1;
	_cleanup_free_ struct pair *pairs = xcalloc(max, sizeof(*pairs));
	_cleanup_free_ double *base_p99 = xcalloc(max, sizeof(*base_p99));
	_cleanup_free_ double *cont_p99 = xcalloc(max, sizeof(*cont_p99));
	size_t nr = find_pairs(s, pairs);

	p->nr = nr;
	p->perturbation = xcalloc(nr + 1, sizeof(*p->perturbation));
	p->base = xcalloc(nr + 1, sizeof(*p->base));
	p->cont = xcalloc(nr + 1, sizeof(*p->cont));
	p->logs = xcalloc(nr + 1, sizeof(*p->logs));
	p->diffs = xcalloc(nr + 1, sizeof(*p->diffs));
	for (size_t i = 0; i < nr; i++) {
		p->perturbation[i] = pairs[i].perturbation;
		p->base[i] = pairs[i].base;
		p->cont[i] = pairs[i].cont;
		p->logs[i] = log_ratio(pairs[i].base, pairs[i].moved);
		p->diffs[i] = pairs[i].moved - pairs[i].base;
		base_p99[i] = pairs[i].base_p99;
		cont_p99[i] = pairs[i].cont_p99;
	}
	p->base_p99 = stats_median(base_p99, nr);
	p->cont_p99 = stats_median(cont_p99, nr);
}

/* Threshold of |logs| from the baseline's null boots. */
static double layout_threshold(const struct subject *s, unsigned *nr_null)
{
	const struct run *run = s->run;
	_cleanup_free_ double *null = xcalloc(run->nr_boots + 1, sizeof(*null));
	double median, least = log1p(judge_threshold(s->statistic));
	unsigned nr = 0;

	for (unsigned n = 0; n < run->nr_boots; n++) {
		const struct run_boot *b = &run->boots[n];
		int of = run_find_boot(run, s->base, b->perturbation,
				       BOOT_MEASURE);
		double base = boot_value(s, of, s->statistic);
		double padded = transplanted(s, (int)n, of);

		if (b->kernel == s->base && b->role == BOOT_NULL &&
		    !isnan(base) && !isnan(padded))
			null[nr++] = fabs(log_ratio(base, padded));
	}
	*nr_null = nr;
	if (nr == 0)
		return least;
	median = stats_median(null, nr);
	return fmax(least,
		    median + JUDGE_NULL_SPREADS * stats_mad(null, nr, median));
}

void pairs_find(const struct subject *s, struct pairs *ret)
{
	memset(ret, 0, sizeof(*ret));
	collect_pairs(s, ret);
	ret->base_median = stats_median(ret->base, ret->nr);
	ret->cont_median = stats_median(ret->cont, ret->nr);
	ret->tail = s->statistic != STAT_CENTRE;
	ret->delta = ret->tail ? stats_median(ret->diffs, ret->nr)
			       : ret->cont_median - ret->base_median;
	ret->median = stats_median(ret->logs, ret->nr);
	ret->ival = stats_median_interval(ret->logs, ret->nr, JUDGE_LEVEL);
	ret->threshold = layout_threshold(s, &ret->nr_null);
	ret->signs = stats_signs(ret->logs, ret->nr);
	ret->agree = ret->signs.pos > ret->signs.neg ? ret->signs.pos
						     : ret->signs.neg;
}

void pairs_release(struct pairs *p)
{
	free(p->perturbation);
	free(p->base);
	free(p->cont);
	free(p->logs);
	free(p->diffs);
}
