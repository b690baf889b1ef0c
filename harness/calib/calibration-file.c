/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "alloc.h"
#include "calibration.h"
#include "clean.h"
#include "json.h"
#include "log.h"

#define CALIBRATION_FORMAT 1
/* What a file can make its reader allocate. */
#define COSTS_MAX 4096
#define POINTS_MAX 65536
#define FAULTS_MAX 65536

/* ---- writing ---- */

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_text(text));
}

static void set_int(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static void set_real(json_t *o, const char *key, double v)
{
	json_object_set_new(o, key, json_real(v));
}

static json_t *null_to_json(const struct calib_null_count *n)
{
	json_t *o = json_object();

	set_int(o, "comparisons", n->nr);
	set_int(o, "changed", n->changed);
	set_int(o, "doubtful", n->doubtful);
	return o;
}

static json_t *point_to_json(const struct calib_point *p)
{
	json_t *o = json_object();

	set_text(o, "benchmark", p->bench);
	set_text(o, "params", p->params);
	set_text(o, "metric", p->metric);
	set_real(o, "insns", p->insns);
	set_real(o, "part", p->part);
	json_object_set_new(o, "tail_seen", json_boolean(p->tail_seen));
	set_int(o, "comparisons", p->nr);
	set_int(o, "found", p->found);
	set_int(o, "wrong", p->wrong);
	set_int(o, "tail", p->tail);
	return o;
}

static json_t *cost_to_json(const struct calib_cost *c)
{
	json_t *o = json_object(), *points = json_array();

	set_text(o, "place", cost_places[c->cost.place].name);
	set_text(o, "kind", cost_kind_name(c->cost.kind));
	set_real(o, "part", c->cost.part);
	set_int(o, "n", c->cost.n);
	set_text(o, "run", c->run);
	json_object_set_new(o, "others", null_to_json(&c->others));
	for (size_t i = 0; i < c->nr_points; i++)
		json_array_append_new(points, point_to_json(&c->points[i]));
	json_object_set_new(o, "points", points);
	return o;
}

static void set_numbers(json_t *o, const struct calibration *c)
{
	set_int(o, "seed", c->seed);
	set_int(o, "perturbations", c->perturbations);
	set_int(o, "draws", c->draws);
	set_int(o, "boots", c->boots);
	set_int(o, "planned", c->planned);
}

int calibration_save(const struct calibration *c, const char *path)
{
	_cleanup_(json_decrefp) json_t *o = json_object();
	json_t *costs = json_array(), *faults = json_array();

	set_int(o, "format", CALIBRATION_FORMAT);
	set_text(o, "created", c->created);
	set_text(o, "version", c->version);
	set_text(o, "machine", c->machine);
	set_text(o, "machine_detail", c->machine_detail);
	set_text(o, "suite", c->suite);
	set_text(o, "limits", c->limits);
	set_text(o, "guest_sha256", c->guest_sha256);
	set_text(o, "kernel", c->kernel);
	set_numbers(o, c);
	for (int n = 0; n < NR_CALIB_NULLS; n++)
		json_object_set_new(o, calib_null_name((enum calib_null)n),
				    null_to_json(&c->nulls[n]));
	for (size_t i = 0; i < c->nr_costs; i++)
		json_array_append_new(costs, cost_to_json(&c->costs[i]));
	for (size_t i = 0; i < c->nr_faults; i++)
		json_array_append_new(faults, json_text(c->faults[i]));
	json_object_set_new(o, "costs", costs);
	json_object_set_new(o, "faults", faults);
	return json_file_save(path, o);
}

/* ---- reading ---- */

static void read_real(struct json_fields *f, const char *key, double *ret)
{
	const json_t *v = f->err ? NULL : json_object_get(f->obj, key);

	if (f->err)
		return;
	if (json_is_number(v))
		*ret = json_number_value(v);
	else
		json_field_fault(f, key, "is no number");
}

static void read_null(struct json_fields *top, const char *key,
		      struct calib_null_count *ret)
{
	struct json_fields f = {
		.obj = json_field_object(top, key),
		.where = key,
		.why = top->why,
		.err = top->err,
	};

	json_field_uint(&f, "comparisons", &ret->nr);
	json_field_uint(&f, "changed", &ret->changed);
	json_field_uint(&f, "doubtful", &ret->doubtful);
	if (!f.err && (ret->changed > ret->nr || ret->doubtful > ret->nr))
		json_field_fault(&f, "comparisons", "are fewer than found");
	top->err = f.err;
}

static int read_point(json_t *obj, const char *where, struct strbuf *why,
		      struct calib_point *ret)
{
	struct json_fields f = { .obj = obj, .where = where, .why = why };

	json_field_str(&f, "benchmark", &ret->bench);
	json_field_str(&f, "params", &ret->params);
	json_field_str(&f, "metric", &ret->metric);
	read_real(&f, "insns", &ret->insns);
	read_real(&f, "part", &ret->part);
	json_field_bool(&f, "tail_seen", &ret->tail_seen);
	json_field_uint(&f, "comparisons", &ret->nr);
	json_field_uint(&f, "found", &ret->found);
	json_field_uint(&f, "wrong", &ret->wrong);
	json_field_uint(&f, "tail", &ret->tail);
	if (!f.err && (ret->found > ret->nr || ret->wrong > ret->nr ||
		       ret->tail > ret->found))
		json_field_fault(&f, "comparisons", "are fewer than found");
	return f.err;
}

static const char *place_name(unsigned i)
{
	return cost_places[i].name;
}

static const char *kind_name(unsigned i)
{
	return cost_kind_name((enum cost_kind)i);
}

static void read_points(struct json_fields *f, struct calib_cost *ret)
{
	json_t *array = json_field_array(f, "points", POINTS_MAX);

	ret->points = xcalloc(json_array_size(array) + 1, sizeof(*ret->points));
	for (size_t i = 0; i < json_array_size(array) && !f->err; i++) {
		_cleanup_free_ char *where =
			xasprintf("%s.points[%zu]", f->where, i);

		f->err = read_point(json_array_get(array, i), where, f->why,
				    &ret->points[ret->nr_points++]);
	}
}

static int read_cost(json_t *obj, const char *where, struct strbuf *why,
		     struct calib_cost *ret)
{
	struct json_fields f = { .obj = obj, .where = where, .why = why };
	unsigned kind = 0;

	json_field_enum(&f, "place", place_name, NR_COST_PLACES,
			&ret->cost.place);
	json_field_enum(&f, "kind", kind_name, NR_COST_KINDS, &kind);
	ret->cost.kind = (enum cost_kind)kind;
	read_real(&f, "part", &ret->cost.part);
	json_field_u64(&f, "n", &ret->cost.n);
	json_field_str(&f, "run", &ret->run);
	read_null(&f, "others", &ret->others);
	if (!f.err)
		read_points(&f, ret);
	return f.err;
}

static void read_costs(struct json_fields *f, struct calibration *c)
{
	json_t *array = json_field_array(f, "costs", COSTS_MAX);

	c->costs = xcalloc(json_array_size(array) + 1, sizeof(*c->costs));
	for (size_t i = 0; i < json_array_size(array) && !f->err; i++) {
		_cleanup_free_ char *where = xasprintf("costs[%zu]", i);

		f->err = read_cost(json_array_get(array, i), where, f->why,
				   &c->costs[c->nr_costs++]);
	}
}

static void read_faults(struct json_fields *f, struct calibration *c)
{
	json_t *array = json_field_array(f, "faults", FAULTS_MAX);

	c->faults = xcalloc(json_array_size(array) + 1, sizeof(*c->faults));
	for (size_t i = 0; i < json_array_size(array) && !f->err; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text)
			c->faults[c->nr_faults++] = clean_text(text);
		else
			json_field_fault(f, "faults", "has more than text");
	}
}

static int read_all(json_t *obj, struct calibration *c, struct strbuf *why)
{
	struct json_fields f = { .obj = obj, .where = "", .why = why };

	json_field_str(&f, "created", &c->created);
	json_field_str(&f, "version", &c->version);
	json_field_str(&f, "machine", &c->machine);
	json_field_str(&f, "machine_detail", &c->machine_detail);
	json_field_str(&f, "suite", &c->suite);
	json_field_str(&f, "limits", &c->limits);
	json_field_str(&f, "guest_sha256", &c->guest_sha256);
	json_field_str(&f, "kernel", &c->kernel);
	json_field_u64(&f, "seed", &c->seed);
	json_field_uint(&f, "perturbations", &c->perturbations);
	json_field_uint(&f, "draws", &c->draws);
	json_field_uint(&f, "boots", &c->boots);
	json_field_uint(&f, "planned", &c->planned);
	for (int n = 0; n < NR_CALIB_NULLS; n++)
		read_null(&f, calib_null_name((enum calib_null)n),
			  &c->nulls[n]);
	if (!f.err)
		read_costs(&f, c);
	if (!f.err)
		read_faults(&f, c);
	return f.err;
}

int calibration_load(const char *path, struct calibration **ret)
{
	_cleanup_(calibration_freep) struct calibration *c =
		xcalloc(1, sizeof(*c));
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r = json_file_load(path, CALIBRATION_FORMAT, &json, &why);

	*ret = NULL;
	if (r == 0)
		r = read_all(json, c, &why);
	if (r == 0)
		*ret = steal_ptr(c);
	else if (r != -ENOENT)
		log_warn("%s: %s", path, why.buf ? why.buf : strerror(-r));
	return r;
}
