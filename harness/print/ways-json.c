/* SPDX-License-Identifier: GPL-2.0-only */
#include "ways-json.h"

#include <math.h>

#include "json.h"

static json_t *number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *json_way(const struct way *w)
{
	json_t *o = json_object();

	json_object_set_new(o, "way", json_text(w->name));
	json_object_set_new(o, "status",
			    json_text(point_status_str(w->status)));
	json_object_set_new(o, "value", number(w->value));
	json_object_set_new(o, "ratio", number(w->ratio));
	json_object_set_new(o, "boots", json_integer(w->nr_boots));
	json_object_set_new(o, "why", json_text(w->why));
	return o;
}

static json_t *json_group(const struct way_table *t, const struct way_group *g)
{
	json_t *o = json_object(), *ways = json_array();

	for (size_t i = 0; i < g->nr; i++)
		json_array_append_new(ways, json_way(&g->ways[i]));
	json_object_set_new(o, "kernel",
			    json_text(t->run->kernels[t->kernel].name));
	json_object_set_new(o, "benchmark", json_text(g->bench));
	json_object_set_new(o, "version", json_integer(g->version));
	json_object_set_new(o, "params", json_text(g->params));
	json_object_set_new(o, "metric", json_text(g->metric));
	json_object_set_new(o, "reference",
			    g->reference < 0
				    ? json_null()
				    : json_text(g->ways[g->reference].name));
	json_object_set_new(o, "ways", ways);
	return o;
}

json_t *json_ways(const struct findings *f)
{
	json_t *array = json_array();

	for (size_t k = 0; k < f->nr_ways; k++)
		for (size_t i = 0; i < f->ways[k]->nr; i++)
			json_array_append_new(
				array,
				json_group(f->ways[k], &f->ways[k]->groups[i]));
	return array;
}
