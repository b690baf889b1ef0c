/* SPDX-License-Identifier: GPL-2.0-only */
#include "count.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "judge-limits.h"

/* Fewer calls an operation are an accident, such as a task of the system's. */
#define CALLS_MIN 0.5

bool point_pays(const struct calls *calls, unsigned place, size_t point)
{
	return calls_at(calls, place, point) >= CALLS_MIN;
}

static void add_fault(struct calibration *c, const struct effect *e,
		      const char *what)
{
	c->faults =
		xreallocarray(c->faults, c->nr_faults + 1, sizeof(*c->faults));
	c->faults[c->nr_faults++] =
		xasprintf("%s: %s%s%s, %+.3g%%: %s", what, e->bench,
			  *e->params ? " " : "", e->params,
			  (e->ratio - 1) * 100, e->reason ? e->reason : "");
}

/* What it says where nothing changed. */
static void add_null(struct calibration *c, struct calib_null_count *n,
		     const struct effect *e, const char *what)
{
	n->nr++;
	if (verdict_changed(e->verdict)) {
		n->changed++;
		add_fault(c, e, what);
	} else if (e->verdict != V_NO_CHANGE) {
		n->doubtful++;
	}
}

/* A point that was not measured says nothing. */
static bool is_measured(const struct effect *e)
{
	return e->nr_boots > 0;
}

void count_null(struct calibration *c, enum calib_null n,
		const struct comparison *cmp)
{
	_cleanup_free_ char *what =
		xasprintf("false alarm, %s kernel", calib_null_name(n));

	for (size_t i = 0; i < cmp->nr_effects; i++)
		if (is_measured(&cmp->effects[i]))
			add_null(c, &c->nulls[n], &cmp->effects[i], what);
}

/* ---- costs ---- */

static struct calib_point *find_point(struct calib_cost *cost,
				      const struct effect *e)
{
	for (size_t i = 0; i < cost->nr_points; i++) {
		struct calib_point *p = &cost->points[i];

		if (!strcmp(p->bench, e->bench) &&
		    !strcmp(p->params, e->params) &&
		    !strcmp(p->metric, e->metric))
			return p;
	}
	return NULL;
}

bool point_shows_tail(const struct run_boot *b, const struct calls *calls,
		      unsigned place, size_t point)
{
	unsigned nr = 0;
	double ops = 0;

	for (size_t i = 0; i < b->nr_samples; i++) {
		if (b->samples[i].point != point)
			continue;
		nr++;
		ops += (double)b->samples[i].nr_ops;
	}
	return nr >= JUDGE_TAIL_SAMPLES &&
	       ops * calls_at(calls, place, point) >= COST_TAIL_CALLS;
}

static bool shows_tail(const struct comparison *cmp, const struct calls *calls,
		       unsigned place, unsigned point)
{
	for (unsigned b = 0; b < cmp->run->nr_boots; b++) {
		const struct run_boot *boot = &cmp->run->boots[b];

		if (boot->role == BOOT_MEASURE &&
		    !point_shows_tail(boot, calls, place, point))
			return false;
	}
	return true;
}

/* Drifts are as large as they came to. */
static double added(const struct calib_cost *cost, const struct calls *calls,
		    const struct effect *e)
{
	double insns = cost_insns(cost->cost.kind, cost->cost.n) *
		       calls_at(calls, cost->cost.place, e->point);

	return isnan(insns) ? e->cont_median - e->base_median : insns;
}

static struct calib_point *add_point(struct calib_cost *cost,
				     const struct calls *calls,
				     const struct comparison *cmp,
				     const struct effect *e)
{
	struct calib_point *p;

	cost->points = xreallocarray(cost->points, cost->nr_points + 1,
				     sizeof(*cost->points));
	p = &cost->points[cost->nr_points++];
	*p = (struct calib_point){
		.bench = xstrdup(e->bench),
		.params = xstrdup(e->params),
		.metric = xstrdup(e->metric),
		.insns = added(cost, calls, e),
		.tail_seen = shows_tail(cmp, calls, cost->cost.place, e->point),
	};
	p->part = e->base_median > 0 ? p->insns / e->base_median : 0;
	return p;
}

static void count_point(struct calibration *c, struct calib_cost *cost,
			struct calib_point *p, const struct effect *e)
{
	_cleanup_free_ char *name = cost_name(&cost->cost);
	_cleanup_free_ char *miss = xasprintf("miss, %s", name);
	_cleanup_free_ char *wrong = xasprintf("wrong direction, %s", name);
	bool large = p->insns >= CALIB_INSNS && !strcmp(p->metric, "insns");

	p->nr++;
	if (e->verdict == V_REGRESSION) {
		p->found++;
		p->tail += effect_is_tail(e);
	} else if (e->verdict == V_IMPROVEMENT) {
		p->wrong++;
		add_fault(c, e, wrong);
	} else if (large &&
		   ((cost->cost.kind == COST_TAIL && p->tail_seen &&
		     p->part >= CALIB_TAIL_PART) ||
		    (cost->cost.kind != COST_TAIL && p->part >= CALIB_PART))) {
		add_fault(c, e, miss);
	}
}

void count_cost(struct calibration *c, struct calib_cost *cost,
		const struct calls *calls, const struct comparison *cmp)
{
	_cleanup_free_ char *name = cost_name(&cost->cost);
	_cleanup_free_ char *what = xasprintf("wrong benchmark, %s", name);

	for (size_t i = 0; i < cmp->nr_effects; i++) {
		const struct effect *e = &cmp->effects[i];
		struct calib_point *p;

		if (!is_measured(e))
			continue;
		if (calls_at(calls, cost->cost.place, e->point) == 0) {
			add_null(c, &cost->others, e, what);
			continue;
		}
		if (!point_pays(calls, cost->cost.place, e->point))
			continue;
		p = find_point(cost, e);
		if (!p)
			p = add_point(cost, calls, cmp, e);
		count_point(c, cost, p, e);
	}
}

/* ---- summing up ---- */

struct rate rate_found(const struct calibration *c, enum cost_kind kind,
		       struct size_range size)
{
	struct rate ret = { 0, 0 };

	for (size_t i = 0; i < c->nr_costs; i++) {
		const struct calib_cost *cost = &c->costs[i];

		for (size_t j = 0; j < cost->nr_points; j++) {
			const struct calib_point *p = &cost->points[j];

			if (cost->cost.kind != kind || p->part < size.lo ||
			    p->part >= size.hi || p->insns < CALIB_INSNS ||
			    strcmp(p->metric, "insns") != 0 ||
			    (kind == COST_TAIL && !p->tail_seen))
				continue;
			ret.x += kind == COST_TAIL ? p->tail : p->found;
			ret.n += p->nr;
		}
	}
	return ret;
}

static void add_rate(struct rate *to, struct rate r)
{
	to->x += r.x;
	to->n += r.n;
}

struct calib_summary calib_sum_up(const struct calibration *c)
{
	const struct size_range centre = { CALIB_PART, INFINITY };
	const struct size_range tail = { CALIB_TAIL_PART, INFINITY };
	const struct calib_null_count *n = c->nulls;
	struct calib_summary s = {
		.same = { n[NULL_SAME].changed, n[NULL_SAME].nr },
		.padded = { n[NULL_PADDED].changed, n[NULL_PADDED].nr },
		.doubtful = n[NULL_SAME].doubtful + n[NULL_PADDED].doubtful,
		.tails = rate_found(c, COST_TAIL, tail),
	};

	add_rate(&s.found, rate_found(c, COST_INSNS, centre));
	add_rate(&s.found, rate_found(c, COST_LOADS, centre));
	for (size_t i = 0; i < c->nr_costs; i++) {
		const struct calib_cost *cost = &c->costs[i];

		add_rate(&s.others, (struct rate){ cost->others.changed,
						   cost->others.nr });
		for (size_t j = 0; j < cost->nr_points; j++)
			s.wrong += cost->points[j].wrong;
	}
	return s;
}
