/* SPDX-License-Identifier: GPL-2.0-only */
#include "trend-print.h"

#include "json.h"

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static json_t *number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *expected(const struct history_night *n)
{
	json_t *a;

	if (isnan(n->lo))
		return json_null();
	a = json_array();
	json_array_append_new(a, json_real(n->lo));
	json_array_append_new(a, json_real(n->hi));
	return a;
}

static json_t *night_json(const struct history_night *n)
{
	json_t *o = json_object();

	set(o, "night", json_text(n->run->night));
	set(o, "run", json_text(n->run->id));
	set(o, "kernel_key", json_text(n->kernel->key));
	set(o, "source_version", json_text(n->kernel->source_version));
	set(o, "value", number(n->value));
	set(o, "p99", number(n->p99));
	set(o, "spread", number(n->spread));
	set(o, "boots", json_integer((json_int_t)n->nr_boots));
	set(o, "kept", json_boolean(n->kept));
	set(o, "repeated", json_boolean(n->repeated));
	set(o, "expected", expected(n));
	set(o, "outside", json_boolean(n->outside));
	return o;
}

static json_t *step_json(const struct history_series *s,
			 const struct history_step *st)
{
	static const char *const causes[NR_CAUSES] = { "kernel", "guest",
						       "none" };
	json_t *o = json_object();

	set(o, "night", json_text(s->nights[st->at].run->night));
	set(o, "found", json_text(s->nights[st->found].run->night));
	set(o, "before", number(st->before));
	set(o, "after", number(st->after));
	set(o, "change_percent", number((st->ratio - 1) * 100));
	set(o, "p", number(st->p));
	set(o, "minor", json_boolean(st->minor));
	set(o, "cause", json_text(causes[st->cause]));
	set(o, "why", json_text(st->why));
	return o;
}

static json_t *segment_json(const struct history_series *s,
			    const struct history_segment *seg)
{
	json_t *o = json_object();

	set(o, "night", json_text(s->nights[seg->first].run->night));
	set(o, "why", json_text(seg->why));
	return o;
}

static json_t *series_json(const struct history_series *s)
{
	json_t *o = json_object(), *a;

	set(o, "job", json_text(s->job));
	set(o, "machine", json_text(s->machine));
	set(o, "benchmark", json_text(s->bench));
	set(o, "version", json_integer(s->version));
	set(o, "params", json_text(s->params));
	set(o, "metric", json_text(s->metric));
	set(o, "kernel", json_text(s->kernel));
	set(o, "exact", json_boolean(s->exact));
	set(o, "nights", a = json_array());
	for (size_t i = 0; i < s->nr_nights; i++)
		json_array_append_new(a, night_json(&s->nights[i]));
	set(o, "segments", a = json_array());
	for (size_t i = 0; i < s->nr_segments; i++)
		json_array_append_new(a, segment_json(s, &s->segments[i]));
	set(o, "steps", a = json_array());
	for (size_t i = 0; i < s->nr_steps; i++)
		json_array_append_new(a, step_json(s, &s->steps[i]));
	return o;
}

int trend_print_json(FILE *out, const struct history *h)
{
	_cleanup_(json_decrefp) json_t *o = json_object();
	json_t *a = json_array();
	bool any = h->nr_runs > 0;

	set(o, "format", json_integer(1));
	set(o, "first_night", any ? json_text(h->runs[0]->night) : json_null());
	set(o, "last_night",
	    any ? json_text(h->runs[h->nr_runs - 1]->night) : json_null());
	set(o, "series", a);
	for (size_t i = 0; i < h->nr_series; i++)
		json_array_append_new(a, series_json(&h->series[i]));
	if (json_dumpf(o, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF)
		return -EIO;
	return 0;
}
