/* SPDX-License-Identifier: GPL-2.0-only */
#include "call-graph.h"

#include <search.h>

#include "alloc.h"

static int compare_names(const void *pa, const void *pb)
{
	const struct graph_function *a = pa, *b = pb;

	return strcmp(a->name, b->name);
}

static struct graph_function *function_of(struct call_graph *g,
					  const char *name)
{
	struct graph_function key = { .name = name }, **at, *f;

	at = tfind(&key, &g->by_name, compare_names);
	if (at)
		return *at;
	f = xcalloc(1, sizeof(*f));
	f->name = name;
	f->index = g->nr;
	or_abort(tsearch(f, &g->by_name, compare_names));
	if (g->nr == g->alloc) {
		g->alloc = 2 * g->alloc + 64;
		g->functions = xreallocarray(g->functions, g->alloc,
					     sizeof(struct graph_function *));
	}
	g->functions[g->nr++] = f;
	return f;
}

static void add_edge(struct graph_edges *edges, unsigned of, unsigned to)
{
	if (edges->nr == edges->alloc) {
		edges->alloc = 2 * edges->alloc + 64;
		edges->list = xreallocarray(edges->list, edges->alloc,
					    sizeof(*edges->list));
	}
	edges->list[edges->nr++] = (struct graph_edge){ of, to };
}

static int compare_edges(const void *pa, const void *pb)
{
	const struct graph_edge *a = pa, *b = pb;

	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static void sort_edges(struct graph_edges *edges)
{
	size_t nr = 0;

	if (!edges->nr)
		return;
	qsort(edges->list, edges->nr, sizeof(*edges->list), compare_edges);
	for (size_t i = 0; i < edges->nr; i++)
		if (nr == 0 ||
		    compare_edges(&edges->list[i], &edges->list[nr - 1]))
			edges->list[nr++] = edges->list[i];
	edges->nr = nr;
}

/* common: the other kernel has the point, too. */
static void add_point(struct call_graph *g, const struct profile_point *p,
		      unsigned side, bool common)
{
	_cleanup_free_ unsigned *at = xcalloc(p->nr_nodes + 1, sizeof(*at));
	double ops = (double)p->nr_ops * (double)p->samples;

	for (size_t i = 0; i < p->nr_nodes; i++) {
		const struct profile_node *n = &p->nodes[i];
		struct graph_function *f = function_of(g, n->function);

		f->seen[side] = true;
		at[i + 1] = f->index;
		if (!common)
			continue;
		f->self[side] += (double)n->count[PROFILE_INSNS] / ops;
		add_edge(&g->edges[side][GRAPH_CALLERS], f->index,
			 at[n->parent]);
		add_edge(&g->edges[side][GRAPH_CALLEES], at[n->parent],
			 f->index);
	}
	for (unsigned i = 0; common && i < GRAPH_DIRECTIONS; i++)
		sort_edges(&g->edges[side][i]);
}

static bool has_point(const struct profile *p, const struct profile_point *of)
{
	const struct plan_point plan = { .id = of->id };

	return profile_find(p, &plan) != NULL;
}

void call_graph_make(const struct profile *base, const struct profile *cont,
		     struct call_graph *ret)
{
	*ret = (struct call_graph){ .nr = 0 };
	function_of(ret, "");
	for (size_t i = 0; i < base->nr_points; i++)
		add_point(ret, &base->points[i], GRAPH_BASE,
			  has_point(cont, &base->points[i]));
	for (size_t i = 0; i < cont->nr_points; i++)
		add_point(ret, &cont->points[i], GRAPH_CONT,
			  has_point(base, &cont->points[i]));
}

static void keep(void *function)
{
}

void call_graph_release(struct call_graph *g)
{
	tdestroy(g->by_name, keep);
	for (unsigned i = 0; i < g->nr; i++)
		free(g->functions[i]);
	free(g->functions);
	for (unsigned i = 0; i < GRAPH_BOTH; i++)
		for (unsigned d = 0; d < GRAPH_DIRECTIONS; d++)
			free(g->edges[i][d].list);
}

const struct graph_edge *graph_neighbours(const struct graph_edges *edges,
					  unsigned of, size_t *nr)
{
	size_t lo = 0, hi = edges->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (edges->list[mid].of < of)
			lo = mid + 1;
		else
			hi = mid;
	}
	*nr = 0;
	while (lo + *nr < edges->nr && edges->list[lo + *nr].of == of)
		(*nr)++;
	return edges->list + lo;
}
