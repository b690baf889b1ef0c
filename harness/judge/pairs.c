/* SPDX-License-Identifier: GPL-2.0-only */
#include "pairs.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "judge-limits.h"
#include "sharing-names.h"

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

/*
 * What ran before a point in its boot is part of what it costs; and boots of
 * different runs may have planned different points.
 */
static bool same_before(const struct subject *s, const struct run_boot *a,
			const struct run_boot *b)
{
	for (unsigned i = 0; i <= s->point; i++)
		if (boot_plans(a, i) != boot_plans(b, i))
			return false;
	return true;
}

int pair_of(const struct subject *s, const struct run_boot *base)
{
	int i = run_find_boot(s->run, s->contender, base->perturbation,
			      base->role);

	return i >= 0 && same_before(s, base, &s->run->boots[i]) ? i : -1;
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
		struct pair p = { .perturbation = boot->perturbation };
		int other;

		if (boot->kernel != s->base ||
		    !is_evidence(s->evidence, boot->role) ||
		    !boot_plans(boot, s->point))
			continue;
		other = pair_of(s, boot);
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

static double range_of(const double *v, size_t nr)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < nr; i++) {
		lo = fmin(lo, v[i]);
		hi = fmax(hi, v[i]);
	}
	return nr ? hi - lo : 0;
}

/* Pairs of null boots of the baseline with those that they are of. */
struct null_pairs {
	double *logs; /* |ln|; owned */
	size_t nr;
	double largest; /* of logs */
	double most;	/* largest difference */
};

static void find_null(const struct subject *s, struct null_pairs *ret)
{
	const struct run *run = s->run;

	*ret = (struct null_pairs){
		.logs = xcalloc(run->nr_boots + 1, sizeof(*ret->logs)),
	};
	for (unsigned n = 0; n < run->nr_boots; n++) {
		const struct run_boot *b = &run->boots[n];
		int of = run_find_boot(run, s->base, b->perturbation,
				       BOOT_MEASURE);
		double base = boot_value(s, of, s->statistic);
		double padded = transplanted(s, (int)n, of);

		if (b->kernel != s->base || b->role != BOOT_NULL ||
		    isnan(base) || isnan(padded))
			continue;
		ret->logs[ret->nr] = fabs(log_ratio(base, padded));
		ret->largest = fmax(ret->largest, ret->logs[ret->nr++]);
		ret->most = fmax(ret->most, fabs(padded - base));
	}
}

/*
 * Where the null has two modes, its spread says far more than ever happens: the
 * threshold stays within what was seen.
 */
static double threshold_of(const struct subject *s, const struct null_pairs *n)
{
	double median, spread, least = log1p(judge_threshold(s->statistic));

	if (n->nr == 0)
		return least;
	median = stats_median(n->logs, n->nr);
	spread = stats_mad(n->logs, n->nr, median);
	return fmax(least,
		    fmin(n->largest, median + JUDGE_NULL_SPREADS * spread));
}

struct floor_range {
	double least, most;
};

static struct floor_range floor_range(const char *metric)
{
	if (strcmp(metric, SHARING_MOVES) == 0)
		return (struct floor_range){ JUDGE_FLOOR_MOVES_LEAST,
					     JUDGE_FLOOR_MOVES };
	return (struct floor_range){ JUDGE_FLOOR_LEAST, JUDGE_FLOOR };
}

/*
 * What the point moves by on the baseline: in the layout null, and from one
 * perturbation to the other.  What moves by more than the limit is the
 * threshold's business.
 */
static double floor_of(const struct subject *s, const struct null_pairs *n,
		       const struct pairs *p)
{
	struct floor_range range = floor_range(s->metric);
	double moves = n->most;

	/* A few samples make a tail: four quiet boots say little of it. */
	if (n->nr < JUDGE_MIN_NULL || s->statistic != STAT_CENTRE)
		return range.most;
	moves = fmax(moves, range_of(p->base, p->nr));
	return fmin(range.most, fmax(range.least, moves));
}

static void find_limits(const struct subject *s, struct pairs *p)
{
	struct null_pairs n;

	find_null(s, &n);
	p->nr_null = (unsigned)n.nr;
	p->threshold = threshold_of(s, &n);
	p->floor = floor_of(s, &n, p);
	free(n.logs);
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
	find_limits(s, ret);
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
