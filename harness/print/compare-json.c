/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as one JSON object.  A number that does not exist is null.
 *
 * {
 *   "format": 1,
 *   "summary": "No regression: IMPROVEMENT at 10 of 24 points; ...",
 *   "run": { "id", "created", "status", "version", "command_line", "machine",
 *            "machine_detail", "host", "guest_sha256", "suite", "seed" (text,
 *            as it may exceed 2^53), "perturbations", "boots": how many,
 *            "boots_cached": so many of these were measured by earlier runs,
 *            "cached_from", "cached_to": when, or null,
 *            "boots_confirmed": booted again, identical to what was kept },
 *   "kernels": [ { as in run.json (cgmark-run(5)), without "image" } ],
 *   "base": NAME,
 *   "contenders": [ { "name", "same_code": bool, "summary",
 *                    "points_compared", "points_lacking": skipped there,
 *                    not on the baseline } ],
 *   "counts": { "REGRESSION": n, ... all five },
 *   "exit_status": 0, "exit_status_strict": 3,
 *   "limits": what the machine's figures cannot say,
 *   "notes": [ text ],
 *   "points": [ { all, or with --changed-only those that changed
 *     "benchmark", "version", "params", "metric", "base", "contender": NAME,
 *     "verdict", "reason",
 *     "statistic": of each boot: "centre"; "mean", "p99" or "largest" where
 *     the tail decided; where the metric is time "median" or "p99",
 *     "p": of no change, adjusted for all points tested; time only,
 *     "base_status", "contender_status": worst over boots,
 *     "base_median", "contender_median", "difference": metric's unit; time:
 *     geometric means over boots,
 *     "base_p99", "contender_p99": median over boots of the p99 sample,
 *     "effect": median of contender/base, "change_percent",
 *     "interval": { "lo", "hi": ratios, "level": coverage },
 *     "threshold": relative, "floor": metric's unit,
 *     "agree": boots of the majority's sign, "exact": bool,
 *     "boot_pairs": pairs that the verdict rests on; time: boots of each,
 *     "null_pairs": pairs that the threshold and the floor rest on,
 *     "confirming_pairs": on fresh perturbations, of what changed,
 *     "screening": null, or what the boots before these found, whose figures
 *     are not the estimate: { "verdict", "statistic", "base_median",
 *       "contender_median", "difference", "effect", "change_percent",
 *       "interval", "agree", "boot_pairs" },
 *     "boots": [ { "perturbation", "role": "measure", "settle", "confirm",
 *                  "base", "contender", "null", "base_repeat",
 *                  "contender_repeat": each null if there is no such boot, or
 *                  { "boot": ID, "value": per operation, "p99", "status",
 *                    "samples": number, "used": bool,
 *                    "cached": when it was measured, null: by this run } } ]
 *   } ],
 *   "events": [ { "name", "means": in full, "encoding": as the plan has it } ],
 *   "event_counts": [ {
 *     "benchmark", "version", "params", "event", "contender": NAME or null,
 *     "base_value", "contender_value": per operation, null if not counted,
 *     "base_not_supported", "contender_not_supported": why the machine or the
 *     kernel does not have it, null if it does,
 *     "base_why_not", "contender_why_not": why else there is no value
 *   } ],
 *   "ways": [ {
 *     "kernel": NAME, "benchmark", "version", "metric",
 *     "params": those besides "way", in which alone these points differ,
 *     "reference": the way that others are compared with, null if none has a
 *                  value,
 *     "ways": [ { "way", "status": worst over boots that can be trusted,
 *                 "value": per operation, median over boots,
 *                 "ratio": to that of the reference, "boots": with a value,
 *                 "why": why there is no value, else "" } ]
 *   } ]
 * }
 */
#include "compare-formats.h"

#include <jansson.h>
#include <math.h>

#include "alloc.h"
#include "boots-text.h"
#include "calibration-json.h"
#include "json.h"
#include "verdict-text.h"
#include "ways-json.h"

#define JSON_COMPARE_FORMAT 1

static void json_decrefpp(json_t **j)
{
	json_decref(*j);
}

static json_t *number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static void set_text(json_t *obj, const char *key, const char *text)
{
	json_object_set_new(obj, key, json_text(text));
}

static void set_number(json_t *obj, const char *key, double v)
{
	json_object_set_new(obj, key, number(v));
}

static void set_int(json_t *obj, const char *key, json_int_t v)
{
	json_object_set_new(obj, key, json_integer(v));
}

static void set_bool(json_t *obj, const char *key, bool v)
{
	json_object_set_new(obj, key, json_boolean(v));
}

static void set_text_or_null(json_t *obj, const char *key, const char *text)
{
	json_object_set_new(obj, key,
			    text && *text ? json_text(text) : json_null());
}

static void set_ages(json_t *o, const struct run *r)
{
	const struct boot_ages a = boot_ages(r);

	set_int(o, "boots", (json_int_t)r->nr_boots);
	set_int(o, "boots_cached", (json_int_t)a.nr_old);
	set_text_or_null(o, "cached_from", a.from);
	set_text_or_null(o, "cached_to", a.to);
	set_int(o, "boots_confirmed", (json_int_t)a.nr_again);
}

static json_t *json_run(const struct run *r)
{
	_cleanup_free_ char *seed =
		xasprintf("%llu", (unsigned long long)r->seed);
	json_t *o = json_object();

	set_text(o, "id", r->id);
	set_text(o, "created", r->created);
	set_text(o, "status", r->status);
	set_text(o, "version", r->version);
	set_text(o, "command_line", r->command_line);
	set_text(o, "machine", r->machine);
	set_text(o, "machine_detail", r->machine_detail);
	set_text(o, "host", r->host);
	set_text(o, "guest_sha256", r->guest_sha256);
	set_text(o, "suite", r->suite);
	set_text(o, "seed", seed);
	set_int(o, "perturbations", r->perturbations);
	set_ages(o, r);
	return o;
}

static json_t *json_kernel(const struct run_kernel *k)
{
	json_t *o = json_object();

	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		if (!kernel_fields[i].local)
			set_text(o, kernel_fields[i].name,
				 kernel_text(k, &kernel_fields[i]));
	return o;
}

/* One boot at a point. */
static json_t *json_boot(const struct comparison *c, const struct effect *e,
			 unsigned kernel, unsigned perturbation,
			 enum boot_role role)
{
	int i = run_find_boot(c->run, kernel, perturbation, role);
	_cleanup_free_ double *values = NULL;
	const struct run_boot *b;
	json_t *o;

	if (i < 0)
		return json_null();
	b = &c->run->boots[i];
	o = json_object();
	set_text(o, "boot", b->id);
	set_number(o, "value",
		   values_centre(c->values, (unsigned)i, e->point, e->metric));
	set_number(o, "p99",
		   values_statistic(c->values, (unsigned)i, e->point, e->metric,
				    STAT_P99));
	set_text(o, "status", point_status_str(boot_point_status(b, e->point)));
	set_int(o, "samples",
		(json_int_t)values_get(c->values, (unsigned)i, e->point,
				       e->metric, &values));
	set_bool(o, "used", boot_trust(b) == TRUST_GOOD);
	set_text_or_null(o, "cached", b->cached);
	return o;
}

static json_t *json_pair(const struct comparison *c, const struct effect *e,
			 unsigned p, enum boot_role role)
{
	bool first = role == BOOT_MEASURE;
	json_t *o = json_object();

	set_int(o, "perturbation", p);
	set_text(o, "role", boot_role_str(role));
	json_object_set_new(o, "base", json_boot(c, e, c->base, p, role));
	json_object_set_new(o, "contender",
			    json_boot(c, e, e->contender, p, role));
	json_object_set_new(o, "null",
			    first ? json_boot(c, e, c->base, p, BOOT_NULL)
				  : json_null());
	json_object_set_new(o, "base_repeat",
			    first ? json_boot(c, e, c->base, p, BOOT_REPEAT)
				  : json_null());
	json_object_set_new(
		o, "contender_repeat",
		first ? json_boot(c, e, e->contender, p, BOOT_REPEAT)
		      : json_null());
	return o;
}

/* Every planned perturbation, even those missing on one side. */
static json_t *json_boots(const struct comparison *c, const struct effect *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < c->run->nr_boots; i++) {
		const struct run_boot *b = &c->run->boots[i];
		bool first = role_judges(b->role) && boot_plans(b, e->point) &&
			     (b->kernel == c->base ||
			      (b->kernel == e->contender &&
			       run_find_boot(c->run, c->base, b->perturbation,
					     b->role) < 0));

		if (first)
			json_array_append_new(
				array,
				json_pair(c, e, b->perturbation, b->role));
	}
	return array;
}

static json_t *json_interval(const struct effect *e)
{
	json_t *o = json_object();

	set_number(o, "lo", e->lo);
	set_number(o, "hi", e->hi);
	set_number(o, "level", e->level);
	return o;
}

/* What was found first, of a change that further boots confirmed or did not. */
static json_t *json_screening(const struct screening *s)
{
	json_t *o, *interval;

	if (!s->there)
		return json_null();
	o = json_object();
	interval = json_object();
	set_text(o, "verdict", verdict_str(s->verdict));
	set_text(o, "statistic", statistic_name(s->statistic));
	set_number(o, "base_median", s->base_median);
	set_number(o, "contender_median", s->cont_median);
	set_number(o, "difference", s->delta);
	set_number(o, "effect", s->ratio);
	set_number(o, "change_percent", (s->ratio - 1) * 100);
	set_number(interval, "lo", s->lo);
	set_number(interval, "hi", s->hi);
	set_number(interval, "level", s->level);
	json_object_set_new(o, "interval", interval);
	set_int(o, "agree", s->agree);
	set_int(o, "boot_pairs", s->nr_boots);
	return o;
}

static json_t *json_effect(const struct comparison *c, const struct effect *e)
{
	json_t *o = json_object();

	set_text(o, "benchmark", e->bench);
	set_int(o, "version", e->version);
	set_text(o, "params", e->params);
	set_text(o, "metric", e->metric);
	set_text(o, "statistic",
		 e->time && !e->p99 ? "median" : statistic_name(e->statistic));
	if (e->time)
		set_number(o, "p", e->p);
	set_text(o, "base", c->run->kernels[c->base].name);
	set_text(o, "contender", c->run->kernels[e->contender].name);
	set_text(o, "verdict", verdict_str(e->verdict));
	set_text(o, "reason", e->reason);
	set_text(o, "base_status", point_status_str(e->base_status));
	set_text(o, "contender_status", point_status_str(e->cont_status));
	set_number(o, "base_median", e->base_median);
	set_number(o, "contender_median", e->cont_median);
	set_number(o, "difference", e->delta);
	set_number(o, "base_p99", e->base_p99);
	set_number(o, "contender_p99", e->cont_p99);
	set_number(o, "effect", e->ratio);
	set_number(o, "change_percent", (e->ratio - 1) * 100);
	json_object_set_new(o, "interval", json_interval(e));
	set_number(o, "threshold", e->threshold);
	set_number(o, "floor", e->floor);
	set_int(o, "agree", e->agree);
	set_bool(o, "exact", e->exact);
	set_int(o, "boot_pairs", e->nr_boots);
	set_int(o, "null_pairs", e->nr_null);
	set_int(o, "confirming_pairs", e->nr_confirm);
	json_object_set_new(o, "screening", json_screening(&e->screening));
	json_object_set_new(o, "boots", json_boots(c, e));
	return o;
}

static json_t *json_contenders(const struct comparison *c)
{
	json_t *array = json_array();

	for (size_t i = 0; i < c->nr_contenders; i++) {
		_cleanup_free_ char *summary =
			print_summary(c, c->contenders[i]);
		json_t *o = json_object();

		set_text(o, "name", c->run->kernels[c->contenders[i]].name);
		set_bool(o, "same_code", c->same_code[i]);
		set_text(o, "summary", summary);
		set_int(o, "points_compared", c->nr_compared[i]);
		set_int(o, "points_lacking", c->nr_lacking[i]);
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *json_counts(const struct comparison *c)
{
	json_t *o = json_object();

	for (unsigned v = 0; v < NR_VERDICTS; v++)
		set_int(o, verdict_str(v), c->count[v]);
	return o;
}

static json_t *json_events(const struct run *run)
{
	json_t *array = json_array();

	for (size_t i = 0; i < run->nr_events; i++) {
		char text[REC_LINE_MAX];
		json_t *o = json_object();

		if (event_format(text, sizeof(text), &run->events[i].ev) < 0)
			*text = '\0';
		set_text(o, "name", run->events[i].ev.name);
		set_text(o, "means", run->events[i].means);
		set_text(o, "encoding", text);
		json_array_append_new(array, o);
	}
	return array;
}

static void set_side(json_t *o, const char *who, const struct event_side *side)
{
	_cleanup_free_ char *value = xasprintf("%s_value", who);
	_cleanup_free_ char *lack = xasprintf("%s_not_supported", who);
	_cleanup_free_ char *why = xasprintf("%s_why_not", who);

	set_number(o, value, side->value);
	json_object_set_new(o, lack,
			    side->lacking ? json_text(side->why) : json_null());
	json_object_set_new(o, why,
			    side->why && !side->lacking ? json_text(side->why)
							: json_null());
}

static void add_event_rows(json_t *array, const struct event_table *t)
{
	const struct run *run = t->run;

	for (size_t i = 0; i < t->nr; i++) {
		const struct event_row *row = &t->rows[i];
		const struct plan_point *p = &run->points[row->point].plan;
		int cont = t->kernel[EV_CONT];
		json_t *o = json_object();

		set_text(o, "benchmark", p->id.bench);
		set_int(o, "version", p->id.version);
		set_text(o, "params", p->id.params);
		set_text(o, "event", t->metrics[row->event]);
		json_object_set_new(
			o, "contender",
			cont < 0 ? json_null()
				 : json_text(run->kernels[cont].name));
		set_side(o, "base", &row->side[EV_BASE]);
		set_side(o, "contender", &row->side[EV_CONT]);
		json_array_append_new(array, o);
	}
}

static json_t *json_event_counts(const struct findings *f)
{
	json_t *array = json_array();

	for (size_t i = 0; i < f->nr_events; i++)
		add_event_rows(array, f->events[i]);
	return array;
}

static json_t *json_findings(const struct findings *f,
			     const struct print_opts *opts)
{
	const struct comparison *c = f->comparison;
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);
	json_t *o = json_object(), *kernels = json_array();
	json_t *notes = json_array(), *points = json_array();

	for (size_t i = 0; i < c->run->nr_kernels; i++)
		json_array_append_new(kernels,
				      json_kernel(&c->run->kernels[i]));
	for (size_t i = 0; i < c->notes.nr; i++)
		json_array_append_new(notes, json_text(c->notes.text[i]));
	for (size_t i = 0; i < c->nr_effects; i++) {
		if (effect_is_shown(&c->effects[i], opts))
			json_array_append_new(points,
					      json_effect(c, &c->effects[i]));
	}

	set_int(o, "format", JSON_COMPARE_FORMAT);
	set_text(o, "summary", summary);
	json_object_set_new(o, "run", json_run(c->run));
	json_object_set_new(o, "kernels", kernels);
	set_text(o, "base", c->run->kernels[c->base].name);
	json_object_set_new(o, "contenders", json_contenders(c));
	json_object_set_new(o, "counts", json_counts(c));
	set_int(o, "exit_status", compare_status(c, false));
	set_int(o, "exit_status_strict", compare_status(c, true));
	set_text(o, "limits", print_limits(c->run->machine));
	json_object_set_new(o, "notes", notes);
	json_object_set_new(o, "points", points);
	json_object_set_new(o, "events", json_events(c->run));
	json_object_set_new(o, "event_counts", json_event_counts(f));
	json_object_set_new(o, "ways", json_ways(f));
	json_object_set_new(o, "calibration", calibration_json(f->calibration));
	return o;
}

int compare_print_json(FILE *out, const struct findings *f,
		       const struct print_opts *o)
{
	_cleanup_(json_decrefpp) json_t *json = json_findings(f, o);

	if (json_dumpf(json, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER) < 0 ||
	    fputc('\n', out) == EOF || fflush(out) == EOF)
		return -(errno ? errno : EIO);
	return 0;
}
