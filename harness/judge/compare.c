/* SPDX-License-Identifier: GPL-2.0-only */
#include "compare.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "exact-judge.h"
#include "exit-status.h"
#include "faults.h"
#include "holds.h"
#include "lock-words.h"
#include "settle-note.h"
#include "time-effects.h"

static const char *kernel_name(const struct comparison *c, unsigned kernel)
{
	return c->run->kernels[kernel].name;
}

/* ---- one kernel at one point ---- */

struct side {
	enum point_status worst; /* of measuring and repeat boots */
	bool skip;		 /* in every boot that can be trusted */
	const char *skip_text;
};

static struct side side_scan(const struct comparison *c, unsigned kernel,
			     unsigned point)
{
	struct side s = { .worst = POINT_SKIP, .skip_text = "" };
	unsigned nr = 0, good = 0, skipped = 0;

	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];
		enum point_status st = POINT_MISSING;

		if (b->kernel != kernel || b->role == BOOT_NULL ||
		    b->role == BOOT_EVENTS || !boot_plans(b, point))
			continue;
		nr++;
		if (boot_trust(b) == TRUST_GOOD) {
			st = boot_point_status(b, point);
			good++;
			if (st == POINT_SKIP) {
				skipped++;
				s.skip_text = boot_point_text(b, point);
			}
		}
		if (st < s.worst)
			s.worst = st;
	}
	if (nr == 0)
		s.worst = POINT_MISSING;
	s.skip = skipped > 0 && skipped == good;
	return s;
}

/* ---- one contender ---- */

static struct effect *add_effect(struct comparison *c)
{
	c->effects = xreallocarray(c->effects, c->nr_effects + 1,
				   sizeof(*c->effects));
	memset(&c->effects[c->nr_effects], 0, sizeof(*c->effects));
	return &c->effects[c->nr_effects++];
}

/* Time is judged when all points are known: judge_times(). */
static void prepare_time(const struct subject *s, struct effect *e)
{
	e->time = true;
	e->reason = fault_find_any(s);
	e->verdict = e->reason ? V_INVALID : V_INCONCLUSIVE;
}

static void compare_metric(struct comparison *c, unsigned contender,
			   unsigned point, const char *metric)
{
	const struct subject s = {
		.run = c->run,
		.values = c->values,
		.base = c->base,
		.contender = contender,
		.point = point,
		.metric = metric,
	};
	const struct plan_point *plan = &c->run->points[point].plan;
	struct effect *e = add_effect(c);

	e->bench = plan->id.bench;
	e->version = plan->id.version;
	e->params = plan->id.params;
	e->metric = metric;
	e->point = point;
	e->contender = contender;
	e->base_status = side_scan(c, c->base, point).worst;
	e->cont_status = side_scan(c, contender, point).worst;
	if (metric_is_time(metric))
		prepare_time(&s, e);
	else
		exact_judge(&s, &c->notes, e);
	lock_words_add(c->run, c->base, e);
}

/* Of one contender, which are those from first on. */
static void judge_times(struct comparison *c, unsigned contender, size_t first)
{
	const struct time_family f = {
		.run = c->run,
		.values = c->values,
		.base = c->base,
		.contender = contender,
		.effects = c->effects + first,
		.nr = c->nr_effects - first,
		.notes = &c->notes,
	};
	_cleanup_free_ struct effect *more = NULL;
	size_t nr = time_effects_judge(&f, &more);

	for (size_t i = 0; i < nr; i++)
		*add_effect(c) = more[i];
}

/* Did either kernel skip the point?  Then it gets a note instead of a row. */
static bool skipped(struct comparison *c, struct skips *s, size_t i,
		    unsigned point)
{
	unsigned contender = c->contenders[i];
	struct side base = side_scan(c, c->base, point);
	struct side cont = side_scan(c, contender, point);
	const char *bench = c->run->points[point].plan.id.bench;

	if (base.skip && cont.skip)
		skips_add(&c->notes, s, bench,
			  xasprintf("%s and %s", kernel_name(c, c->base),
				    kernel_name(c, contender)),
			  base.skip_text);
	else if (base.skip)
		skips_add(&c->notes, s, bench, xstrdup(kernel_name(c, c->base)),
			  base.skip_text);
	else if (cont.skip)
		skips_add(&c->notes, s, bench,
			  xstrdup(kernel_name(c, contender)), cont.skip_text);
	c->nr_lacking[i] += cont.skip && !base.skip;
	return base.skip || cont.skip;
}

static bool kernel_has_metric(const struct comparison *c, unsigned kernel,
			      unsigned point, const char *metric)
{
	const char *name;

	for (unsigned i = 0;
	     (name = values_metric(c->values, kernel, point, i)); i++) {
		if (strcmp(name, metric) == 0)
			return true;
	}
	return false;
}

/*
 * A lock that nobody held is no finding, nor is one that a kernel has not: it may
 * be called otherwise there.
 */
static bool is_compared(struct comparison *c, unsigned contender,
			unsigned point, const char *metric)
{
	const unsigned kernel[] = { c->base, contender };
	const char *lock = holds_metric_lock(metric);

	if (!lock)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(kernel); i++) {
		if (kernel_has_metric(c, kernel[i], point, metric))
			continue;
		notes_add(&c->notes, xasprintf("no holds of %s on %s: %s", lock,
					       kernel_name(c, kernel[i]),
					       lock_why_not(c->run, kernel[i],
							    point, lock)));
		return false;
	}
	return lock_was_held(c->run, c->base, point, lock) ||
	       lock_was_held(c->run, contender, point, lock);
}

static void compare_point(struct comparison *c, size_t n, unsigned point)
{
	unsigned contender = c->contenders[n];
	bool lacking = false, any = false;
	const char *name;

	for (unsigned i = 0;
	     (name = values_metric(c->values, c->base, point, i)); i++) {
		if (!is_compared(c, contender, point, name))
			continue;
		compare_metric(c, contender, point, name);
		lacking |= !kernel_has_metric(c, contender, point, name);
		any = true;
	}
	/* The loop above has reported a metric that differs. */
	for (unsigned i = 0;
	     (name = values_metric(c->values, contender, point, i)); i++) {
		if ((any && lacking) ||
		    kernel_has_metric(c, c->base, point, name) ||
		    !is_compared(c, contender, point, name))
			continue;
		compare_metric(c, contender, point, name);
		any = true;
	}
	if (!any)
		compare_metric(c, contender, point, "");
}

/* Points with a metric that boots of both kernels have. */
static unsigned count_compared(const struct effect *effects, size_t nr)
{
	unsigned points = 0;
	long last = -1;

	for (size_t i = 0; i < nr; i++) {
		if (effects[i].nr_boots == 0 || effects[i].p99 ||
		    (long)effects[i].point == last)
			continue;
		last = (long)effects[i].point;
		points++;
	}
	return points;
}

static void compare_contender(struct comparison *c, size_t i)
{
	unsigned contender = c->contenders[i];
	struct skips skips = { 0 };
	size_t first = c->nr_effects;

	c->same_code[i] = false;
	note_boots(&c->notes, c->run, contender);
	if (same_vmlinux(c->run, c->base, contender)) {
		bool equal = same_kernel(c->run, c->base, contender);

		c->same_code[i] = true;
		notes_add(&c->notes,
			  xasprintf("same code: %s and %s have the same "
				    "vmlinux%s",
				    kernel_name(c, c->base),
				    kernel_name(c, contender),
				    equal ? "" : ", but other command lines"));
	}
	if (!c->time)
		note_repeat(&c->notes, c->run, contender);
	for (unsigned p = 0; p < c->run->nr_points; p++) {
		if (!skipped(c, &skips, i, p))
			compare_point(c, i, p);
	}
	skips_flush(&c->notes, &skips);
	judge_times(c, contender, first);
	c->nr_compared[i] =
		count_compared(c->effects + first, c->nr_effects - first);
}

/* Largest change first; effects without a value last. */
static double effect_size(const struct effect *e)
{
	double l = log(e->ratio);

	return isnan(l) ? -1 : fabs(l);
}

static int cmp_effect(const void *a, const void *b)
{
	const struct effect *x = a, *y = b;
	unsigned rx = verdict_rank(x->verdict), ry = verdict_rank(y->verdict);
	double sx = effect_size(x), sy = effect_size(y);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	if (sx != sy)
		return sx > sy ? -1 : 1;
	if (x->point != y->point)
		return x->point < y->point ? -1 : 1;
	if (x->contender != y->contender)
		return x->contender < y->contender ? -1 : 1;
	if (x->p99 != y->p99)
		return x->p99 ? 1 : -1;
	return strcmp(x->metric, y->metric);
}

struct comparison *compare_run(const struct run *run, unsigned base,
			       const unsigned *contenders, size_t nr)
{
	struct comparison *c = xcalloc(1, sizeof(*c));

	c->run = run;
	c->time = run_has_time(run);
	c->values = values_new(run);
	c->base = base;
	c->nr_contenders = nr;
	c->contenders = xcalloc(nr + 1, sizeof(*c->contenders));
	c->same_code = xcalloc(nr + 1, sizeof(*c->same_code));
	c->nr_compared = xcalloc(nr + 1, sizeof(*c->nr_compared));
	c->nr_lacking = xcalloc(nr + 1, sizeof(*c->nr_lacking));
	memcpy(c->contenders, contenders, nr * sizeof(*contenders));

	if (run->status && strcmp(run->status, "complete") != 0)
		notes_add(&c->notes, xasprintf("the run is not complete: %s",
					       run->status));
	for (size_t i = 0; i < run->nr_remarks; i++)
		notes_add(&c->notes, xstrdup(run->remarks[i]));
	note_boots(&c->notes, run, base);
	if (!c->time) {
		note_repeat(&c->notes, run, base);
		note_null(&c->notes, run, base);
	}
	note_series(&c->notes, run, base, contenders, nr);
	for (size_t i = 0; i < nr; i++)
		compare_contender(c, i);
	for (size_t i = 0; i < c->nr_effects; i++)
		c->count[c->effects[i].verdict]++;
	if (!c->time)
		settle_note(&c->notes, run, c->effects, c->nr_effects);
	if (c->nr_effects)
		qsort(c->effects, c->nr_effects, sizeof(*c->effects),
		      cmp_effect);
	return c;
}

void compare_free(struct comparison *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nr_effects; i++) {
		free(c->effects[i].perturbation);
		free(c->effects[i].base);
		free(c->effects[i].cont);
		free(c->effects[i].reason);
	}
	free(c->effects);
	notes_release(&c->notes);
	free(c->contenders);
	free(c->same_code);
	free(c->nr_compared);
	free(c->nr_lacking);
	values_free(c->values);
	free(c);
}

enum exit_status compare_status(const struct comparison *c, bool strict)
{
	if (c->count[V_REGRESSION] > 0)
		return ST_REGRESSION;
	for (size_t i = 0; i < c->nr_contenders; i++)
		if (c->nr_compared[i] == 0 || (strict && c->nr_lacking[i] > 0))
			return ST_INCONCLUSIVE;
	if (strict && (c->count[V_INCONCLUSIVE] > 0 || c->count[V_INVALID] > 0))
		return ST_INCONCLUSIVE;
	return ST_OK;
}
