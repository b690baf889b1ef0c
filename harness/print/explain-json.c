/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "verdict-text.h"

static json_t *pair(double base, double cont, double diff)
{
	return json_pack("{s:f,s:f,s:f}", "base", base, "contender", cont,
			 "difference", diff);
}

static json_t *function_json(const struct explanation *e,
			     const struct explain_function *f)
{
	return json_pack("{s:s,s:s*,s:b,s:b,s:o,s:o}", "function", f->name,
			 "was", f->was, "new", !f->seen[EX_BASE], "gone",
			 !f->seen[EX_CONT], "exclusive",
			 pair(explain_self(e, f, EX_BASE),
			      explain_self(e, f, EX_CONT), f->self_diff),
			 "inclusive",
			 pair((double)f->below[EX_BASE] / e->ops[EX_BASE],
			      (double)f->below[EX_CONT] / e->ops[EX_CONT],
			      f->below_diff));
}

/* No symbol: null rather than 0. */
static json_t *value_json(double v)
{
	return isnan(v) ? json_null() : json_real(v);
}

static json_t *rows_json(const struct explanation *e,
			 const struct explain_kernel kernels[EX_BOTH])
{
	struct explain_row rows[NR_PROFILE_ROWS];
	json_t *list = json_array();

	explain_rows(e, kernels, rows);
	for (unsigned i = 0; i < NR_PROFILE_ROWS; i++)
		json_array_append_new(
			list,
			json_pack("{s:s,s:o,s:o,s:o}", "row", rows[i].row->name,
				  "base", value_json(rows[i].value[EX_BASE]),
				  "contender",
				  value_json(rows[i].value[EX_CONT]),
				  "difference", value_json(rows[i].diff)));
	return list;
}

static json_t *point_json(const struct explanation *e,
			  const struct explain_kernel kernels[EX_BOTH])
{
	json_t *obj = json_object(), *list = json_array();

	json_object_set_new(obj, "benchmark", json_string(e->point->id.bench));
	json_object_set_new(obj, "params", json_string(e->point->id.params));
	json_object_set_new(
		obj, "verdict",
		e->effect ? json_string(verdict_str(e->effect->verdict))
			  : json_null());
	json_object_set_new(obj, "event",
			    json_string(explain_event_name(e->event)));
	json_object_set_new(
		obj, "total",
		pair(e->total[EX_BASE], e->total[EX_CONT], explain_diff(e)));
	json_object_set_new(obj, "sum",
			    pair(e->sum[EX_BASE], e->sum[EX_CONT],
				 e->sum[EX_CONT] - e->sum[EX_BASE]));
	json_object_set_new(obj, "remainder", json_real(e->remainder));
	json_object_set_new(obj, "metric", json_string(e->metric));
	json_object_set_new(obj, "repeats", json_boolean(e->identical));
	json_object_set_new(obj, "main",
			    e->main ? json_string(e->main->name) : json_null());
	for (size_t i = 0; i < e->nr_functions; i++)
		json_array_append_new(list, function_json(e, &e->functions[i]));
	json_object_set_new(obj, "functions", list);
	json_object_set_new(obj, "rows", rows_json(e, kernels));
	return obj;
}

static json_t *model_json(const struct profile *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nr_model; i++)
		json_array_append_new(list, json_string(p->model[i]));
	return list;
}

static json_t *lacking_json(const struct profile *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nr_symbols; i++)
		if (!p->symbols[i].there)
			json_array_append_new(list,
					      json_string(p->symbols[i].name));
	return list;
}

int explain_print_json(FILE *out, const struct run *run,
		       const struct explain_kernel kernels[EX_BOTH],
		       struct explanation *const *list, size_t nr)
{
	json_t *obj = json_object(), *points = json_array();
	int r;

	json_object_set_new(obj, "run", json_string(run->id));
	json_object_set_new(
		obj, "base",
		json_string(run->kernels[kernels[EX_BASE].index].name));
	json_object_set_new(
		obj, "contender",
		json_string(run->kernels[kernels[EX_CONT].index].name));
	json_object_set_new(obj, "model",
			    model_json(&kernels[EX_BASE].profile));
	json_object_set_new(obj, "without_symbol",
			    json_pack("{s:o,s:o}", "base",
				      lacking_json(&kernels[EX_BASE].profile),
				      "contender",
				      lacking_json(&kernels[EX_CONT].profile)));
	json_object_set_new(obj, "cycles", json_string(profile_cycles_formula));
	for (size_t i = 0; i < nr; i++)
		json_array_append_new(points, point_json(list[i], kernels));
	json_object_set_new(obj, "points", points);
	r = json_dumpf(obj, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	json_decref(obj);
	return r < 0 || fputc('\n', out) == EOF ? -EIO : 0;
}
