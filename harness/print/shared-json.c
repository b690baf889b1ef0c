/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <jansson.h>

#include "shared-text.h"
#include "verdict-text.h"

static json_t *both(const double value[EX_BOTH])
{
	return json_pack("{s:f,s:f,s:f}", "base", value[EX_BASE], "contender",
			 value[EX_CONT], "difference",
			 value[EX_CONT] - value[EX_BASE]);
}

static json_t *uses_json(const struct shared_line *l)
{
	json_t *list = json_array();

	for (size_t i = 0; l && i < l->nr_uses; i++) {
		const struct shared_use *u = &l->uses[i];

		json_array_append_new(
			list,
			json_pack("{s:s,s:s,s:s*,s:b,s:I,s:i}", "object",
				  u->object, "function", u->function, "caller",
				  u->caller, "writes", u->writes, "accesses",
				  (json_int_t)u->accesses, "cpus",
				  (int)u->cpus));
	}
	return list;
}

static json_t *pair_json(const struct shared_pair *p)
{
	return json_pack("{s:s,s:s*,s:b,s:b,s:o,s:o,s:o,s:o}", "line", p->name,
			 "was", p->was, "new", !p->line[EX_BASE], "gone",
			 !p->line[EX_CONT], "moves", both(p->moves), "false",
			 both(p->falsely), "base_uses",
			 uses_json(p->line[EX_BASE]), "contender_uses",
			 uses_json(p->line[EX_CONT]));
}

static json_t *point_json(const struct shared_diff *d)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < d->nr_pairs; i++)
		json_array_append_new(lines, pair_json(&d->pairs[i]));
	return json_pack("{s:s,s:s,s:s*,s:o,s:o,s:o,s:o}", "benchmark",
			 d->point->id.bench, "params", d->point->id.params,
			 "verdict",
			 d->effect ? verdict_str(d->effect->verdict) : NULL,
			 "moves", both(d->moves), "at_most", both(d->most),
			 "shared_lines", both(d->touches), "lines", lines);
}

int shared_print_json(FILE *out, const struct shared_view *v,
		      struct shared_diff *const *list, size_t nr)
{
	json_t *points = json_array(), *root;
	int r = 0;

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(points, point_json(list[i]));
	root = json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:o}", "run", v->run->id, "base",
		v->run->kernels[v->kernels[EX_BASE].index].name, "contender",
		v->run->kernels[v->kernels[EX_CONT].index].name, "event",
		"sharing", "limits", shared_limits, "points", points);
	if (!root || json_dumpf(root, out, JSON_INDENT(2)) < 0 ||
	    fputc('\n', out) == EOF)
		r = -EIO;
	json_decref(root);
	return r;
}
