/* SPDX-License-Identifier: GPL-2.0-only */
#include "events.h"

#include <math.h>

#include "alloc.h"
#include "stats.h"
#include "strbuf.h"

/* --- one cell --- */

static const struct run_lack *find_lack(const struct run_boot *b,
					unsigned point, const char *metric)
{
	for (size_t i = 0; i < b->nr_lacks; i++) {
		const struct run_lack *l = &b->lacks[i];

		if (l->point == point && strcmp(l->metric, metric) == 0)
			return l;
	}
	return NULL;
}

/* Adds what one boot says; the first reason stays. */
static void take_boot(const struct run_boot *b, unsigned point,
		      const char *metric, struct event_side *side)
{
	const struct run_lack *l;

	if (boot_trust(b) != TRUST_GOOD) {
		if (!side->why)
			side->why = b->finished ? "the boot failed"
						: "the boot did not finish";
		return;
	}
	if (boot_point_status(b, point) != POINT_DONE) {
		if (!side->why)
			side->why = *boot_point_text(b, point)
					    ? boot_point_text(b, point)
					    : "the point failed";
		return;
	}
	l = find_lack(b, point, metric);
	if (!l)
		return;
	side->why = l->why;
	side->lacking = true;
}

static struct event_side make_side(const struct values *v,
				   const struct run *run, unsigned kernel,
				   unsigned point, const char *metric)
{
	struct event_side side = { .value = NAN };
	_cleanup_free_ double *per_boot =
		xcalloc(run->nr_boots + 1, sizeof(*per_boot));
	size_t nr = 0;

	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		double value;

		if (boot->kernel != kernel || boot->role != BOOT_EVENTS)
			continue;
		take_boot(boot, point, metric, &side);
		value = boot_trust(boot) == TRUST_GOOD
				? values_centre(v, b, point, metric)
				: NAN;
		if (!isnan(value))
			per_boot[nr++] = value;
	}
	/* If one boot lacked it, the boots did not run on the same machine. */
	if (nr > 0 && !side.lacking) {
		side.value = stats_median(per_boot, nr);
		side.why = NULL;
	}
	return side;
}

static void add_metric(struct event_table *t, char *name)
{
	t->metrics = xreallocarray(t->metrics, t->nr_metrics + 1,
				   sizeof(*t->metrics));
	t->metrics[t->nr_metrics++] = name;
}

static void add_metrics(struct event_table *t, const struct run *run)
{
	for (size_t i = 0; i < run->nr_events; i++)
		add_metric(t, xstrdup(run->events[i].ev.name));
	for (size_t i = 0; i < run->nr_latencies; i++) {
#define ADD(_word) add_metric(t, xasprintf("%s:" #_word, run->latencies[i]));
		LATENCY_METRICS(ADD)
#undef ADD
	}
}

struct event_table *event_table_new(const struct values *v,
				    const struct run *run, unsigned base,
				    int contender)
{
	struct event_table *t = xcalloc(1, sizeof(*t));

	t->run = run;
	t->kernel[EV_BASE] = (int)base;
	t->kernel[EV_CONT] = contender;
	add_metrics(t, run);
	t->rows = xcalloc(run->nr_points * t->nr_metrics + 1, sizeof(*t->rows));
	for (unsigned p = 0; p < run->nr_points; p++) {
		for (unsigned e = 0; e < t->nr_metrics; e++) {
			struct event_row *row = &t->rows[t->nr++];

			row->point = p;
			row->event = e;
			for (int s = 0; s < NR_EV; s++) {
				row->side[s].value = NAN;
				if (t->kernel[s] < 0)
					continue;
				row->side[s] = make_side(v, run,
							 (unsigned)t->kernel[s],
							 p, t->metrics[e]);
			}
		}
	}
	return t;
}

void event_table_free(struct event_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nr_metrics; i++)
		free(t->metrics[i]);
	free(t->metrics);
	free(t->rows);
	free(t);
}

/* --- what could not be counted --- */

/* At how many points of each kernel an event was missing for one reason. */
struct reason {
	unsigned event;
	const char *why;
	bool lacking;
	unsigned points[NR_EV];
};

struct reasons {
	struct reason *v;
	size_t nr;
};

static void count_reason(struct reasons *r, const struct event_row *row, int s)
{
	const struct event_side *side = &row->side[s];

	for (size_t i = 0; i < r->nr; i++) {
		if (r->v[i].event == row->event &&
		    strcmp(r->v[i].why, side->why) == 0) {
			r->v[i].points[s]++;
			return;
		}
	}
	r->v = xreallocarray(r->v, r->nr + 1, sizeof(*r->v));
	r->v[r->nr] = (struct reason){ .event = row->event,
				       .why = side->why,
				       .lacking = side->lacking };
	r->v[r->nr++].points[s] = 1;
}

static int by_event(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	return strcmp(x->why, y->why);
}

static char *reason_text(const struct event_table *t, const struct reason *r)
{
	struct strbuf out = STRBUF_INIT;
	unsigned most = 0;
	const char *sep = " on ";

	strbuf_addf(&out, "%s%s", t->metrics[r->event],
		    r->lacking ? " not supported" : " not counted");
	for (int s = 0; s < NR_EV; s++) {
		if (r->points[s] == 0)
			continue;
		strbuf_addf(&out, "%s%s", sep,
			    t->run->kernels[t->kernel[s]].name);
		sep = " and ";
		if (r->points[s] > most)
			most = r->points[s];
	}
	if (most < t->run->nr_points)
		strbuf_addf(&out, " at %u of %zu points", most,
			    t->run->nr_points);
	strbuf_addf(&out, ": %s", r->why);
	return strbuf_steal(&out);
}

size_t event_table_lacks(const struct event_table *t, char ***ret)
{
	struct reasons r = { NULL, 0 };
	char **list;

	for (size_t i = 0; i < t->nr; i++)
		for (int s = 0; s < NR_EV; s++)
			if (t->rows[i].side[s].why)
				count_reason(&r, &t->rows[i], s);
	if (r.nr > 0)
		qsort(r.v, r.nr, sizeof(*r.v), by_event);
	list = xcalloc(r.nr + 1, sizeof(*list));
	for (size_t i = 0; i < r.nr; i++)
		list[i] = reason_text(t, &r.v[i]);
	free(r.v);
	*ret = list;
	return r.nr;
}
