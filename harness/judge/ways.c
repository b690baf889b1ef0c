/* SPDX-License-Identifier: GPL-2.0-only */
#include "ways.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "stats.h"
#include "strbuf.h"

#define KEY "way"
#define REFERENCE "mainline"

/* ---- one way ---- */

/* Boots whose word on a point counts. */
static bool boot_tells(const struct run_boot *b, unsigned kernel)
{
	return b->kernel == kernel && b->role != BOOT_NULL &&
	       b->role != BOOT_EVENTS && boot_trust(b) == TRUST_GOOD;
}

/* The worst status over boots, and what one of these says about it. */
static void find_status(const struct run *run, unsigned kernel, struct way *w)
{
	bool any = false;

	w->status = POINT_SKIP;
	w->why = "";
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];
		enum point_status st;

		if (!boot_tells(b, kernel) || !boot_plans(b, w->point))
			continue;
		st = boot_point_status(b, w->point);
		if (!any || st < w->status) {
			w->status = st;
			w->why = boot_point_text(b, w->point);
		}
		any = true;
	}
	if (!any)
		w->status = POINT_MISSING;
}

static void find_value(const struct values *v, const struct run *run,
		       unsigned kernel, const char *metric, struct way *w)
{
	_cleanup_free_ double *x = xcalloc(run->nr_boots + 1, sizeof(*x));
	unsigned nr = 0;

	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		double one;

		if (boot->role != BOOT_MEASURE || !boot_tells(boot, kernel) ||
		    boot_point_status(boot, w->point) != POINT_DONE)
			continue;
		one = values_centre(v, b, w->point, metric);
		if (!isnan(one))
			x[nr++] = one;
	}
	w->nr_boots = nr;
	w->value = stats_median(x, nr);
}

/* A point that failed somewhere has no value, whatever other boots measured. */
static void fill_way(const struct values *v, const struct run *run,
		     unsigned kernel, const char *metric, struct way *w)
{
	find_status(run, kernel, w);
	w->value = w->ratio = NAN;
	if (w->status != POINT_FAIL && w->status != POINT_ERROR)
		find_value(v, run, kernel, metric, w);
	if (!isnan(w->value))
		w->why = "";
	else if (!*w->why)
		w->why = w->status == POINT_DONE ? "measured in another unit"
						 : "not measured";
}

/* ---- groups ---- */

/* The list without the way; caller frees. */
static char *other_params(const char *params)
{
	struct strbuf out = STRBUF_INIT;
	const size_t key_len = strlen(KEY "=");

	strbuf_add(&out, "", 0);
	while (*params) {
		size_t len = strcspn(params, ",");

		if (strncmp(params, KEY "=", key_len) != 0) {
			if (out.len)
				strbuf_addstr(&out, ",");
			strbuf_add(&out, params, len);
		}
		params += len + (params[len] == ',');
	}
	return strbuf_steal(&out);
}

static struct way_group *add_group(struct way_table *t,
				   const struct plan_point *plan)
{
	struct way_group *g;

	t->groups = xreallocarray(t->groups, t->nr + 1, sizeof(*t->groups));
	g = &t->groups[t->nr++];
	*g = (struct way_group){
		.bench = plan->id.bench,
		.version = plan->id.version,
		.params = other_params(plan->id.params),
		.metric = "",
		.reference = -1,
	};
	return g;
}

static void add_way(struct way_group *g, unsigned point, const char *name)
{
	g->ways = xreallocarray(g->ways, g->nr + 1, sizeof(*g->ways));
	g->ways[g->nr] = (struct way){
		.name = xstrdup(name),
		.point = point,
		.value = NAN,
		.ratio = NAN,
		.why = "",
	};
	g->nr++;
}

static void group_release(struct way_group *g)
{
	for (size_t i = 0; i < g->nr; i++)
		free(g->ways[i].name);
	free(g->ways);
	free(g->params);
}

static struct way_group *find_group(struct way_table *t,
				    const struct plan_point *plan)
{
	_cleanup_free_ char *params = other_params(plan->id.params);

	for (size_t i = t->nr; i-- > 0;) {
		struct way_group *g = &t->groups[i];

		if (g->version == plan->id.version &&
		    strcmp(g->bench, plan->id.bench) == 0 &&
		    strcmp(g->params, params) == 0)
			return g;
	}
	return add_group(t, plan);
}

/* Groups of all points that have a way, some of only one. */
static void collect(struct way_table *t)
{
	char way[REC_PARAMS_MAX];

	for (unsigned p = 0; p < t->run->nr_points; p++) {
		const struct plan_point *plan = &t->run->points[p].plan;

		if (rec_param_get(plan->id.params, KEY, way, sizeof(way)) == 0)
			add_way(find_group(t, plan), p, way);
	}
}

static void find_reference(struct way_group *g)
{
	for (size_t i = 0; i < g->nr; i++) {
		const struct way *w = &g->ways[i];

		if (isnan(w->value))
			continue;
		g->nr_values++;
		if (g->reference < 0 || strcmp(w->name, REFERENCE) == 0)
			g->reference = (int)i;
	}
	for (size_t i = 0; i < g->nr && g->reference >= 0; i++) {
		double of = g->ways[g->reference].value;

		if (of > 0 && !isnan(g->ways[i].value))
			g->ways[i].ratio = g->ways[i].value / of;
	}
}

static void fill_group(const struct values *v, const struct way_table *t,
		       struct way_group *g)
{
	for (size_t i = 0; i < g->nr; i++)
		fill_way(v, t->run, t->kernel, g->metric, &g->ways[i]);
	find_reference(g);
}

/* ---- metrics ---- */

/* The nth metric of any of the ways, each once; NULL: no more. */
static const char *nth_metric(const struct values *v, unsigned kernel,
			      const struct way_group *g, size_t n)
{
	enum { MAX = 32 };
	const char *found[MAX], *m;
	size_t nr = 0;

	for (size_t w = 0; w < g->nr; w++) {
		for (unsigned i = 0;
		     (m = values_metric(v, kernel, g->ways[w].point, i)); i++) {
			size_t k = 0;

			while (k < nr && strcmp(found[k], m) != 0)
				k++;
			if (k == nr && nr < MAX)
				found[nr++] = m;
		}
	}
	return n < nr ? found[n] : NULL;
}

/* A group like from, in that metric. */
static void add_metric(struct way_table *t, const struct values *v,
		       const struct way_group *from, const char *metric)
{
	const unsigned first = from->ways[0].point;
	struct way_group *g = add_group(t, &t->run->points[first].plan);

	g->metric = metric;
	for (size_t i = 0; i < from->nr; i++)
		add_way(g, from->ways[i].point, from->ways[i].name);
	fill_group(v, t, g);
}

struct way_table *way_table_new(const struct values *v, const struct run *run,
				unsigned kernel)
{
	struct way_table *t = xcalloc(1, sizeof(*t));
	struct way_table all = { .run = run, .kernel = kernel };
	const char *metric;

	t->run = run;
	t->kernel = kernel;
	collect(&all);
	for (size_t i = 0; i < all.nr; i++) {
		struct way_group *g = &all.groups[i];
		size_t n = 0;

		for (; g->nr > 1 && (metric = nth_metric(v, kernel, g, n)); n++)
			add_metric(t, v, g, metric);
		if (g->nr > 1 && n == 0)
			add_metric(t, v, g, "");
		group_release(g);
	}
	free(all.groups);
	return t;
}

void way_table_free(struct way_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nr; i++)
		group_release(&t->groups[i]);
	free(t->groups);
	free(t);
}

const struct way *way_table_find(const struct way_table *t, unsigned point,
				 const char *metric)
{
	for (size_t i = 0; i < t->nr; i++) {
		const struct way_group *g = &t->groups[i];

		if (strcmp(g->metric, metric) != 0)
			continue;
		for (size_t w = 0; w < g->nr; w++)
			if (g->ways[w].point == point)
				return &g->ways[w];
	}
	return NULL;
}
