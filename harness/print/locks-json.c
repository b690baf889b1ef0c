/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <jansson.h>

#include "locks-text.h"

static json_t *lock_json(const struct held *h, uint64_t nr_ops)
{
	if (h->why)
		return json_pack("{s:s}", "not_watched", h->why);
	if (!h->holds)
		return json_pack("{s:I}", "holds", (json_int_t)0);
	return json_pack("{s:I,s:f,s:I,s:f,s:I,s:s}", "holds",
			 (json_int_t)h->holds, "holds_per_op",
			 nr_ops ? (double)h->holds / (double)nr_ops : 0.0,
			 "max_insns", (json_int_t)h->most, "mean_insns",
			 (double)h->total / (double)h->holds, "idled",
			 (json_int_t)h->idled, "function", h->function);
}

static json_t *locks_json(const struct held_point *p)
{
	json_t *ret = json_object();

	for (size_t i = 0; i < p->nr; i++)
		json_object_set_new(ret, p->list[i].lock,
				    lock_json(&p->list[i], p->nr_ops));
	return ret;
}

int locks_print_json(FILE *out, const struct locks_view *v,
		     const struct locks_point *list, size_t nr)
{
	json_t *points = json_array(), *root;
	int r = 0;

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(
			points, json_pack("{s:s,s:s,s:o,s:o}", "benchmark",
					  list[i].plan->id.bench, "params",
					  list[i].plan->id.params, "base",
					  locks_json(list[i].held[EX_BASE]),
					  "contender",
					  locks_json(list[i].held[EX_CONT])));
	root = json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "run", v->run->id, "base",
			 v->run->kernels[v->kernels[EX_BASE]].name, "contender",
			 v->run->kernels[v->kernels[EX_CONT]].name, "event",
			 "locks", "limits", locks_limits, "points", points);
	if (!root || json_dumpf(root, out, JSON_INDENT(2)) < 0 ||
	    fputc('\n', out) == EOF)
		r = -EIO;
	json_decref(root);
	return r;
}
