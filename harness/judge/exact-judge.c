/* SPDX-License-Identifier: GPL-2.0-only */
#include "exact-judge.h"

#include <math.h>

#include "alloc.h"
#include "faults.h"
#include "judge-limits.h"
#include "percent.h"
#include "tail.h"

/* What one kind of boots says. */
struct opinion {
	struct subject of;
	struct pairs pairs;
	enum verdict verdict;
	enum statistic statistic;
	char *reason;
	bool no_accident; /* further boots would say the same */
};

static void opinion_release(struct opinion *o)
{
	pairs_release(&o->pairs);
	free(o->reason);
}

static void form(struct opinion *o)
{
	o->verdict = verdict_decide(
		&o->pairs, same_kernel(o->of.run, o->of.base, o->of.contender),
		&o->reason);
	if (o->verdict != V_INVALID)
		o->statistic =
			tail_judge(&o->of, &o->pairs, &o->verdict, &o->reason);
}

/* Moves the arrays into the effect and copies the rest. */
static void take_pairs(struct effect *e, struct pairs *p)
{
	e->nr_boots = (unsigned)p->nr;
	e->perturbation = steal_ptr(p->perturbation);
	e->base = steal_ptr(p->base);
	e->cont = steal_ptr(p->cont);
	e->base_median = p->base_median;
	e->cont_median = p->cont_median;
	e->base_p99 = p->base_p99;
	e->cont_p99 = p->cont_p99;
	e->delta = p->delta;
	e->ratio = exp(p->median);
	e->lo = exp(p->ival.lo);
	e->hi = exp(p->ival.hi);
	e->level = p->ival.level;
	e->threshold = expm1(p->threshold);
	e->floor = p->floor;
	e->nr_null = p->nr_null;
	e->agree = (unsigned)p->agree;
}

static void take(struct effect *e, struct opinion *o)
{
	e->verdict = o->verdict;
	e->statistic = o->statistic;
	e->reason = steal_ptr(o->reason);
	if (o->verdict == V_INCONCLUSIVE && !o->no_accident)
		e->nr_needed = (unsigned)verdict_needed(&o->pairs);
	take_pairs(e, &o->pairs);
}

static void keep_screening(struct effect *e, const struct opinion *o)
{
	e->screening = (struct screening){
		.there = true,
		.verdict = o->verdict,
		.statistic = o->statistic,
		.nr_boots = (unsigned)o->pairs.nr,
		.agree = (unsigned)o->pairs.agree,
		.base_median = o->pairs.base_median,
		.cont_median = o->pairs.cont_median,
		.delta = o->pairs.delta,
		.ratio = exp(o->pairs.median),
		.lo = exp(o->pairs.ival.lo),
		.hi = exp(o->pairs.ival.hi),
		.level = o->pairs.ival.level,
	};
}

static bool all_above(const struct pairs *p, const struct pairs *q)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < p->nr; i++)
		lo = fmin(lo, p->logs[i]);
	for (size_t i = 0; i < q->nr; i++)
		hi = fmax(hi, q->logs[i]);
	return lo > hi;
}

/*
 * Is each log-ratio of one beyond all of the other?  Of eight and eight that is
 * an accident in one of 6,435 cases.  By the statistic that showed the change.
 */
static bool are_apart(const struct opinion *a, const struct opinion *b)
{
	struct subject of = b->of;
	struct pairs p;
	bool apart;

	of.statistic = a->statistic;
	pairs_find(&of, &p);
	apart = all_above(&a->pairs, &p) || all_above(&p, &a->pairs);
	pairs_release(&p);
	return apart;
}

/*
 * A change that further boots do not show was an accident of the first ones.  If
 * no accident explains it, the points do that ran before it in the first ones.
 */
static void withdraw(struct opinion *first, struct opinion *later)
{
	_cleanup_free_ char *was = percent(first->pairs.median);
	_cleanup_free_ char *is = percent(later->pairs.median);
	_cleanup_free_ char *why = steal_ptr(later->reason);

	if (!are_apart(first, later)) {
		later->verdict = V_NO_CHANGE;
		later->reason = xasprintf("%s in %zu screening boots was not "
					  "confirmed: %s",
					  was, first->pairs.nr, why);
		return;
	}
	later->verdict = V_INCONCLUSIVE;
	later->no_accident = true;
	later->reason =
		xasprintf("%s in %zu screening boots, but %s in %zu "
			  "that were to confirm it and ran fewer points "
			  "before it: what runs before it matters",
			  was, first->pairs.nr, is, later->pairs.nr);
}

static void weigh(struct opinion *first, struct opinion *later)
{
	_cleanup_free_ char *was = percent(first->pairs.median);
	_cleanup_free_ char *why = NULL;

	if (later->verdict == V_NO_CHANGE ||
	    (verdict_changed(later->verdict) &&
	     later->verdict != first->verdict)) {
		withdraw(first, later);
		return;
	}
	why = steal_ptr(later->reason);
	later->reason = xasprintf("%s (screening: %s)", why, was);
}

/* Enough boots to confirm it?  Then *e is what they say. */
static bool confirm(struct opinion *first, struct effect *e)
{
	struct opinion later = { .of = first->of };
	bool enough;

	later.of.evidence = EVIDENCE_CONFIRMING;
	pairs_find(&later.of, &later.pairs);
	e->nr_confirm = (unsigned)later.pairs.nr;
	enough = later.pairs.nr >= JUDGE_MIN_PAIRS &&
		 later.pairs.nr >=
			 judge_confirming(first->of.run->perturbations);
	if (enough) {
		form(&later);
		weigh(first, &later);
		keep_screening(e, first);
		take(e, &later);
	}
	opinion_release(&later);
	return enough;
}

void exact_judge(const struct subject *s, struct notes *notes, struct effect *e)
{
	struct opinion first = { .of = *s };

	pairs_find(s, &first.pairs);
	first.reason = fault_find(s, &first.pairs, notes, &e->exact);
	if (first.reason)
		first.verdict = V_INVALID;
	else
		form(&first);
	if (!verdict_changed(first.verdict) || !confirm(&first, e))
		take(e, &first);
	opinion_release(&first);
}
