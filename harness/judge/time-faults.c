/* SPDX-License-Identifier: GPL-2.0-only */
#include "time-faults.h"

#include <math.h>

#include "alloc.h"
#include "percent.h"
#include "time-limits.h"

static bool is_sound(double v)
{
	return isfinite(v) && v > 0;
}

bool time_values_sound(const struct time_subject *s)
{
	for (int k = 0; k < NR_TIME; k++)
		for (size_t i = 0; i < s->side[k].nr; i++)
			if (!is_sound(s->side[k].boots[i].value))
				return false;
	return true;
}

/* ---- one boot ---- */

static char *fault_of_boot(const struct time_boot *b)
{
	const struct time_facts *f = &b->facts;
	bool named = f->throttled_by && *f->throttled_by;

	if (!is_sound(b->value))
		return xasprintf("boot %s has the value %g, and time is above "
				 "0: its clock is too coarse, or wrong",
				 b->id, b->value);
	if (f->planned > 0 && f->taken < f->planned)
		return xasprintf("boot %s lost samples: %u of %u are there",
				 b->id, f->taken, f->planned);
	if (f->steal > TIME_STEAL_MAX)
		return xasprintf("boot %s: the host ran something else for "
				 "%.1f%% of its time (steal), at most %g%% is "
				 "accepted",
				 b->id, f->steal * 100, TIME_STEAL_MAX * 100);
	if (f->throttled > TIME_STEAL_MAX)
		return xasprintf("boot %s was throttled%s%s for %.1f%% of its "
				 "time, at most %g%% is accepted",
				 b->id, named ? " in cgroup " : "",
				 named ? f->throttled_by : "",
				 f->throttled * 100, TIME_STEAL_MAX * 100);
	return NULL;
}

static char *fault_of_boots(const struct time_subject *s)
{
	for (int k = 0; k < NR_TIME; k++)
		if (s->side[k].nr == 0)
			return xasprintf("not measured in any boot of %s",
					 s->side[k].kernel);
	for (int k = 0; k < NR_TIME; k++) {
		for (size_t i = 0; i < s->side[k].nr; i++) {
			char *why = fault_of_boot(&s->side[k].boots[i]);

			if (why)
				return why;
		}
	}
	return NULL;
}

/* ---- all boots ---- */

/* Boots of both kernels, base first. */
struct pooled {
	size_t nr[NR_TIME];
	size_t all;
	double *logs;	   /* these arrays are owned */
	double *residuals; /* logs - mean of the kernel */
	double *places;
};

static void pooled_release(struct pooled *p)
{
	free(p->logs);
	free(p->residuals);
	free(p->places);
}

static void pool(const struct time_subject *s, struct pooled *p)
{
	size_t max = s->side[TIME_BASE].nr + s->side[TIME_CONT].nr + 1, at = 0;

	*p = (struct pooled){ 0 };
	p->logs = xcalloc(max, sizeof(*p->logs));
	p->residuals = xcalloc(max, sizeof(*p->residuals));
	p->places = xcalloc(max, sizeof(*p->places));
	for (int k = 0; k < NR_TIME; k++) {
		const struct time_side *side = &s->side[k];
		double mean = 0;

		for (size_t i = 0; i < side->nr; i++) {
			p->logs[at + i] = log(side->boots[i].value);
			p->places[at + i] = side->boots[i].place;
			mean += p->logs[at + i] / (double)side->nr;
		}
		for (size_t i = 0; i < side->nr; i++)
			p->residuals[at + i] = p->logs[at + i] - mean;
		p->nr[k] = side->nr;
		at += side->nr;
	}
	p->all = at;
}

static double mean_place(const double *v, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += v[i];
	return sum / (double)nr;
}

/*
 * If one kernel came before the other, whatever changed meanwhile looks like a
 * difference between them.  All before all is half of the range apart; ABBA not
 * at all.
 */
static char *fault_order(const struct time_subject *s, const struct pooled *p)
{
	double first = INFINITY, last = -INFINITY, apart;
	size_t nr = p->nr[TIME_BASE];

	for (size_t i = 0; i < p->all; i++) {
		first = fmin(first, p->places[i]);
		last = fmax(last, p->places[i]);
	}
	apart = mean_place(p->places + nr, p->nr[TIME_CONT]) -
		mean_place(p->places, nr);
	if (fabs(apart) <= 0.75 * (last - first + 1) / 2)
		return NULL;
	return xasprintf("not interleaved: the boots of %s came before those "
			 "of %s, so time that passed looks like a difference",
			 s->side[apart > 0 ? TIME_BASE : TIME_CONT].kernel,
			 s->side[apart > 0 ? TIME_CONT : TIME_BASE].kernel);
}

static char *fault_drift(const struct time_subject *s, const struct pooled *p)
{
	_cleanup_free_ char *total = NULL;
	struct drift d;

	time_drift(p->residuals, p->places, p->all, 1, &d);
	if (d.p > TIME_DRIFT_LEVEL || fabs(d.total) < log1p(s->threshold))
		return NULL;
	total = percent(d.total);
	return xasprintf("drift: %s from the first boot to the last, whichever "
			 "kernel (p %.2g)",
			 total, d.p);
}

static char *groups_text(const char *who, const struct split *sp, size_t nr)
{
	_cleanup_free_ char *gap = percent(sp->gap);

	return xasprintf("bimodal: the boots of %s form two groups, %zu and "
			 "%zu of them, the upper one %s above the other",
			 who, sp->lower, nr - sp->lower, gap);
}

/* Groups that are nearer than the threshold cannot fake a change. */
static bool is_split(const struct split *sp, double nr, double threshold)
{
	return sp->gap >= threshold &&
	       sp->between > time_split_limit(nr) * sp->total;
}

/*
 * Each kernel for itself, then both together, which shows groups in fewer
 * boots: by simulation both are like one kernel with 0.8 of the boots.
 */
static char *fault_groups(const struct time_subject *s, const struct pooled *p)
{
	double threshold = log1p(s->threshold);
	struct split sp[NR_TIME], both;

	time_split(p->logs, p->nr[TIME_BASE], &sp[TIME_BASE]);
	time_split(p->logs + p->nr[TIME_BASE], p->nr[TIME_CONT],
		   &sp[TIME_CONT]);
	for (int k = 0; k < NR_TIME; k++)
		if (is_split(&sp[k], (double)p->nr[k], threshold))
			return groups_text(s->side[k].kernel, &sp[k], p->nr[k]);
	both = (struct split){
		.lower = sp[TIME_BASE].lower + sp[TIME_CONT].lower,
		.between = sp[TIME_BASE].between + sp[TIME_CONT].between,
		.total = sp[TIME_BASE].total + sp[TIME_CONT].total,
		.gap = fmin(sp[TIME_BASE].gap, sp[TIME_CONT].gap),
	};
	if (is_split(&both, 0.8 * (double)p->all, threshold))
		return groups_text("both kernels", &both, p->all);
	return NULL;
}

char *time_fault(const struct time_subject *s)
{
	struct pooled p;
	char *why = fault_of_boots(s);

	if (why || s->side[TIME_BASE].nr < TIME_MIN_BOOTS ||
	    s->side[TIME_CONT].nr < TIME_MIN_BOOTS)
		return why;
	pool(s, &p);
	why = fault_order(s, &p);
	if (!why)
		why = fault_drift(s, &p);
	if (!why)
		why = fault_groups(s, &p);
	pooled_release(&p);
	return why;
}
