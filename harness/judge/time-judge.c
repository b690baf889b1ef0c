/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-judge.h"

#include <math.h>

#include "alloc.h"
#include "random.h"
#include "time-faults.h"
#include "time-limits.h"
#include "time-needed.h"
#include "time-words.h"

enum stage {
	STAGE_SCREEN = 1,
	STAGE_FRESH = 2,
	STAGE_BOTH = STAGE_SCREEN | STAGE_FRESH,
};

/* Logs of the boots of a stage. */
struct logs {
	double *v[NR_TIME]; /* owned */
	size_t nr[NR_TIME];
};

static void logs_release(struct logs *l)
{
	for (int k = 0; k < NR_TIME; k++)
		free(l->v[k]);
}

static void logs_take(const struct time_subject *s, enum stage stage,
		      struct logs *ret)
{
	*ret = (struct logs){ 0 };
	for (int k = 0; k < NR_TIME; k++) {
		const struct time_side *side = &s->side[k];

		ret->v[k] = xcalloc(side->nr + 1, sizeof(double));
		for (size_t i = 0; i < side->nr; i++) {
			const struct time_boot *b = &side->boots[i];

			if (stage & (b->fresh ? STAGE_FRESH : STAGE_SCREEN))
				ret->v[k][ret->nr[k]++] = log(b->value);
		}
	}
}

static void welch_of(const struct logs *l, struct welch *ret)
{
	time_welch(l->v[TIME_BASE], l->nr[TIME_BASE], l->v[TIME_CONT],
		   l->nr[TIME_CONT], TIME_LEVEL, ret);
}

static size_t nr_fresh(const struct time_subject *s, int k)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->side[k].nr; i++)
		nr += s->side[k].boots[i].fresh;
	return nr;
}

static bool has_fresh(const struct time_subject *s)
{
	return nr_fresh(s, TIME_BASE) > 0 && nr_fresh(s, TIME_CONT) > 0;
}

static bool was_screened(const struct time_subject *s)
{
	for (int k = 0; k < NR_TIME; k++)
		if (s->side[k].nr - nr_fresh(s, k) < 2)
			return false;
	return true;
}

static bool screen_flags(const struct time_subject *s)
{
	struct welch w;
	struct logs l;

	/* Fresh boots of what was never screened: chosen by its name. */
	if (!was_screened(s))
		return has_fresh(s);
	logs_take(s, STAGE_SCREEN, &l);
	welch_of(&l, &w);
	logs_release(&l);
	return w.p <= TIME_SCREEN_LEVEL;
}

/*
 * Which boots speak for a point.  In two stages a flagged one has to be
 * confirmed by fresh boots alone.  One that was not flagged cannot have changed
 * any more; whether it is shown not to have may rest on all of its boots.
 */
static enum stage stage_of(const struct time_subject *s, bool staged,
			   struct time_result *r)
{
	r->flagged = screen_flags(s);
	r->of_family = !staged || (r->flagged && has_fresh(s));
	r->fresh = staged && r->of_family;
	return r->fresh ? STAGE_FRESH : STAGE_BOTH;
}

static void find_figures(const struct time_subject *s, bool staged,
			 struct time_result *r)
{
	struct logs l;

	logs_take(s, stage_of(s, staged, r), &l);
	for (int k = 0; k < NR_TIME; k++)
		r->nr[k] = l.nr[k];
	welch_of(&l, &r->welch);
	if (l.nr[TIME_BASE] < TIME_MIN_BOOTS ||
	    l.nr[TIME_CONT] < TIME_MIN_BOOTS)
		r->of_family = false;
	logs_release(&l);
}

/* Permutations are made where Welch's p leaves something to decide. */
static void test(const struct time_subject *s, double level, uint64_t seed,
		 struct time_result *r)
{
	struct logs l;

	r->p = r->welch.p;
	if (r->p > TIME_ALPHA)
		return;
	logs_take(s, r->fresh ? STAGE_FRESH : STAGE_BOTH, &l);
	r->p_permutation =
		time_permutation(l.v[TIME_BASE], l.nr[TIME_BASE],
				 l.v[TIME_CONT], l.nr[TIME_CONT], level, seed);
	if (!isnan(r->p_permutation))
		r->p = fmax(r->p, r->p_permutation);
	logs_release(&l);
}

/* Returns the size of the family. */
static size_t test_family(const struct time_subject *s, size_t nr,
			  uint64_t seed, struct time_result *r)
{
	size_t family = 0;

	for (size_t i = 0; i < nr; i++)
		family += r[i].of_family;
	for (size_t i = 0; i < nr; i++) {
		uint64_t own = random_next(&seed);

		if (r[i].of_family && r[i].verdict != V_INVALID)
			test(&s[i], TIME_ALPHA / (double)family, own, &r[i]);
	}
	return family;
}

/* A point with a fault was tested as well: the others pay for it. */
static void adjust(struct time_result *r, size_t nr)
{
	_cleanup_free_ double *p = xcalloc(nr + 1, sizeof(*p));

	for (size_t i = 0; i < nr; i++)
		p[i] = !r[i].of_family		   ? NAN
		       : r[i].verdict == V_INVALID ? 1
						   : r[i].p;
	time_holm(p, nr, p);
	for (size_t i = 0; i < nr; i++)
		r[i].p_holm = p[i];
}

static enum verdict decide(const struct time_subject *s,
			   const struct time_result *r)
{
	double threshold = log1p(s->threshold), diff = r->welch.diff;

	if (r->nr[TIME_BASE] < TIME_MIN_BOOTS ||
	    r->nr[TIME_CONT] < TIME_MIN_BOOTS)
		return V_INCONCLUSIVE;
	if (r->of_family && r->p_holm <= TIME_ALPHA && fabs(diff) > threshold)
		return diff > 0 ? V_REGRESSION : V_IMPROVEMENT;
	/* What was flagged may not be called unchanged by the same boots. */
	if (r->flagged && !r->of_family)
		return V_INCONCLUSIVE;
	if (r->welch.ival.lo > -threshold && r->welch.ival.hi < threshold)
		return V_NO_CHANGE;
	return V_INCONCLUSIVE;
}

/* In boots of each kernel in all: fresh ones come on top of the screening. */
static size_t needed(const struct time_subject *s, const struct time_result *r,
		     size_t family)
{
	size_t nr = r->nr[TIME_BASE] > r->nr[TIME_CONT] ? r->nr[TIME_BASE]
							: r->nr[TIME_CONT];
	size_t screen =
		r->fresh ? s->side[TIME_BASE].nr - nr_fresh(s, TIME_BASE) : 0;
	size_t n;

	if (r->nr[TIME_BASE] < TIME_MIN_BOOTS ||
	    r->nr[TIME_CONT] < TIME_MIN_BOOTS)
		return time_needed_least(family);
	if (r->flagged && !r->of_family)
		return TIME_SCREEN_BOOTS + TIME_CONFIRM_BOOTS;
	n = time_needed(&r->welch, nr, log1p(s->threshold), family);
	return n > 0 && n + screen <= TIME_BOOTS_MAX ? n + screen : 0;
}

static bool any_fresh(const struct time_subject *s, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (has_fresh(&s[i]))
			return true;
	return false;
}

static void settle(const struct time_subject *s, struct time_result *r,
		   size_t family)
{
	if (r->verdict == V_INVALID)
		return;
	r->verdict = decide(s, r);
	if (r->verdict == V_INCONCLUSIVE)
		r->needed = needed(s, r, family);
	r->reason = time_reason(s, r, family);
}

void time_judge(const struct time_subject *s, size_t nr, uint64_t seed,
		struct time_result *ret)
{
	bool staged = any_fresh(s, nr);
	size_t family;

	for (size_t i = 0; i < nr; i++) {
		ret[i] = (struct time_result){
			.verdict = V_INCONCLUSIVE,
			.reason = s[i].fault ? xstrdup(s[i].fault)
					     : time_fault(&s[i]),
			.welch = { .mean = { NAN, NAN }, .diff = NAN },
			.p_permutation = NAN,
			.p = NAN,
		};
		if (ret[i].reason)
			ret[i].verdict = V_INVALID;
		if (time_values_sound(&s[i]))
			find_figures(&s[i], staged, &ret[i]);
	}
	family = test_family(s, nr, seed, ret);
	adjust(ret, nr);
	for (size_t i = 0; i < nr; i++)
		settle(&s[i], &ret[i], family);
}

void time_results_release(struct time_result *r, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		free(r[i].reason);
		r[i].reason = NULL;
	}
}
