/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-locks.h"

#include "alloc.h"
#include "compare.h"
#include "locks-text.h"
#include "log.h"
#include "number.h"

struct list {
	struct locks_point *points;
	size_t nr;
	size_t nr_equal; /* left out */
};

/* The first that is judged and has a record; NULL, logged. */
static const struct run_boot *find_boot(const struct run *run, unsigned kernel)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->kernel == kernel && b->role == BOOT_MEASURE &&
		    boot_trust(b) == TRUST_GOOD && b->holds.nr_points)
			return b;
	}
	log_err("run %s has no record of how long locks are held on %s; make one "
		"with: cgmark run --profile=locks",
		run->id, run->kernels[kernel].name);
	return NULL;
}

/* Has a verdict on a lock, or on interrupts, changed there? */
static bool is_changed(const struct comparison *c, unsigned point)
{
	for (size_t i = 0; i < c->nr_effects; i++)
		if (c->effects[i].point == point &&
		    effect_is_hold(&c->effects[i]) &&
		    verdict_changed(c->effects[i].verdict))
			return true;
	return false;
}

static void collect(const struct explain_locks *how, const struct locks_view *v,
		    const struct comparison *c, struct list *ret)
{
	const struct run *run = how->run;

	ret->points = xcalloc(run->nr_points + 1, sizeof(*ret->points));
	for (unsigned i = 0; i < run->nr_points; i++) {
		struct locks_point p = { .plan = &run->points[i].plan };

		for (unsigned k = 0; k < EX_BOTH; k++)
			p.held[k] = holds_find(&v->boots[k]->holds, p.plan);
		if (!how->wanted[i] || !p.held[EX_BASE] || !p.held[EX_CONT] ||
		    p.held[EX_BASE]->error || p.held[EX_CONT]->error)
			continue;
		if (c && !how->named && !is_changed(c, i))
			ret->nr_equal++;
		else
			ret->points[ret->nr++] = p;
	}
}

static void print_all(const struct locks_view *v, const struct list *l)
{
	for (size_t i = 0; i < l->nr; i++) {
		if (i)
			putchar('\n');
		locks_print_text(stdout, v, &l->points[i]);
	}
	if (l->nr_equal)
		printf("%s%zu point%s no changed verdict on locks; BENCH '*' "
		       "shows all points.\n",
		       l->nr ? "\n" : "", l->nr_equal,
		       l->nr_equal == 1 ? " has" : "s have");
	putchar('\n');
	print_wrapped(stdout, "", locks_limits);
}

static enum exit_status show(const struct explain_locks *how,
			     const struct locks_view *v, const struct list *l)
{
	if (l->nr + l->nr_equal == 0) {
		log_err("nothing to explain: no such point was measured on "
			"both kernels");
		return ST_USAGE;
	}
	if (!how->json) {
		print_all(v, l);
		return ST_OK;
	}
	if (locks_print_json(stdout, v, l->points, l->nr) == 0)
		return ST_OK;
	log_err("cannot print");
	return ST_HOST;
}

enum exit_status explain_locks(const struct explain_locks *how)
{
	_cleanup_(compare_freep) struct comparison *c = NULL;
	struct locks_view v = { .run = how->run };
	struct list l = { NULL };
	enum exit_status r;

	for (unsigned k = 0; k < EX_BOTH; k++) {
		v.kernels[k] = how->kernels[k];
		v.boots[k] = find_boot(how->run, how->kernels[k]);
		if (!v.boots[k])
			return ST_USAGE;
	}
	if (v.kernels[EX_BASE] != v.kernels[EX_CONT])
		c = compare_run(how->run, v.kernels[EX_BASE],
				&v.kernels[EX_CONT], 1);
	collect(how, &v, c, &l);
	r = show(how, &v, &l);
	free(l.points);
	return r;
}
