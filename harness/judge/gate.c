/* SPDX-License-Identifier: GPL-2.0-only */
#include "gate.h"

#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "judge-limits.h"

/* ---- expected changes ---- */

static bool is_about(const struct gate *g, const struct policy_change *c,
		     const struct effect *e)
{
	const struct run *run = g->comparison->run;

	return policy_change_is_about(c, e->bench, e->params,
				      run->kernels[e->contender].name);
}

/* Relative, upwards for a cost and downwards for a gain. */
static bool within_limit(const struct policy_change *c, const struct effect *e)
{
	return isinf(c->limit) || fabs(e->ratio - 1) <= c->limit;
}

/*
 * The change that expects this regression: one whose limit holds it, or else any
 * that is about it.
 */
static const struct policy_change *
find_expected(const struct gate *g, const struct effect *e, bool *holds)
{
	const struct policy_change *about = NULL;

	*holds = false;
	for (size_t i = 0; i < g->policy->nr_changes; i++) {
		const struct policy_change *c = &g->policy->changes[i];

		if (c->change != e->verdict || g->changes[i].expired ||
		    !is_about(g, c, e))
			continue;
		about = c;
		*holds = within_limit(c, e);
		if (*holds)
			break;
	}
	return about;
}

static void count_change(struct gate *g, size_t i)
{
	struct gate_change *gc = &g->changes[i];

	for (size_t j = 0; j < g->comparison->nr_effects; j++) {
		const struct effect *e = &g->comparison->effects[j];

		if (!is_about(g, gc->change, e))
			continue;
		gc->nr_points++;
		gc->nr_happened += e->verdict == gc->change->change &&
				   within_limit(gc->change, e);
	}
}

/* ---- points ---- */

/* Does the interval show that it is not beyond the threshold? */
static bool shown_below(const struct effect *e, double limit)
{
	return e->level >= JUDGE_LEVEL && isfinite(e->hi) && e->hi - 1 <= limit;
}

static void judge_point(struct gate *g, const struct effect *e)
{
	struct gate_point *p = &g->points[g->nr++];
	bool holds;

	p->effect = e;
	p->outcome = GATE_PASS;
	p->threshold = policy_threshold(g->policy, e->bench);
	for (size_t i = 0; i < g->policy->nr_thresholds; i++)
		g->nr_threshold[i] += fnmatch(g->policy->thresholds[i].glob,
					      e->bench, 0) == 0;
	/* What is known of another statistic is no doubt of one that counts. */
	if (e->verdict == V_INVALID) {
		p->outcome = GATE_DOUBT;
	} else if (!g->policy->counts[e->statistic]) {
		p->outcome = GATE_PASS;
	} else if (e->verdict == V_INCONCLUSIVE) {
		p->outcome = p->threshold && shown_below(e, p->threshold->limit)
				     ? GATE_BELOW
				     : GATE_DOUBT;
	} else if (e->verdict == V_REGRESSION) {
		p->change = find_expected(g, e, &holds);
		if (p->threshold && e->ratio - 1 <= p->threshold->limit)
			p->outcome = GATE_BELOW;
		else
			p->outcome = holds ? GATE_EXPECTED : GATE_REGRESSION;
	}
	g->count[p->outcome]++;
}

/* ---- kernels ---- */

static bool is_compared(const struct comparison *c, unsigned kernel)
{
	for (size_t i = 0; i < c->nr_contenders; i++) {
		if (c->contenders[i] == kernel)
			return true;
	}
	return kernel == c->base;
}

/* A boot in which the kernel itself failed: a splat, a panic, a hang. */
static const struct run_boot *find_failed(const struct comparison *c)
{
	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];

		if (is_compared(c, b->kernel) && b->blame == BLAME_SUBJECT &&
		    boot_trust(b) == TRUST_FAILED)
			return b;
	}
	return NULL;
}

struct gate *gate_new(const struct comparison *c, const struct policy *policy,
		      unsigned today, bool strict)
{
	struct gate *g = xcalloc(1, sizeof(*g));

	g->comparison = c;
	g->policy = policy;
	g->today = today;
	g->strict = strict || policy->strict;
	g->points = xcalloc(c->nr_effects + 1, sizeof(*g->points));
	g->changes = xcalloc(policy->nr_changes + 1, sizeof(*g->changes));
	g->nr_threshold =
		xcalloc(policy->nr_thresholds + 1, sizeof(*g->nr_threshold));
	for (size_t i = 0; i < policy->nr_changes; i++) {
		g->changes[i].change = &policy->changes[i];
		g->changes[i].expired = policy->changes[i].until < today;
		g->nr_expired += g->changes[i].expired;
		count_change(g, i);
	}
	for (size_t i = 0; i < c->nr_effects; i++)
		judge_point(g, &c->effects[i]);
	g->failed = find_failed(c);
	return g;
}

void gate_free(struct gate *g)
{
	if (!g)
		return;
	free(g->points);
	free(g->changes);
	free(g->nr_threshold);
	free(g);
}

static bool is_lacking(const struct gate *g)
{
	const struct comparison *c = g->comparison;

	for (size_t i = 0; i < c->nr_contenders; i++) {
		if (c->nr_compared[i] == 0 ||
		    (g->strict && c->nr_lacking[i] > 0))
			return true;
	}
	return false;
}

enum exit_status gate_status(const struct gate *g)
{
	if (g->count[GATE_REGRESSION] > 0 || g->nr_expired > 0)
		return ST_REGRESSION;
	if (g->failed)
		return ST_SUBJECT;
	if (is_lacking(g) || (g->strict && g->count[GATE_DOUBT] > 0))
		return ST_INCONCLUSIVE;
	return ST_OK;
}

int gate_bisect_status(enum exit_status status, bool expired)
{
	if (expired)
		return 128;
	switch (status) {
	case ST_OK:
	case ST_REGRESSION:
		return status;
	case ST_INCONCLUSIVE:
	case ST_SUBJECT:
		return 125;
	case ST_USAGE:
	case ST_HOST:
	case ST_INTERRUPTED:
		break;
	}
	return 128;
}
