/* SPDX-License-Identifier: GPL-2.0-only */
/* Who calls whom on two kernels, over all points of their profiles. */
#ifndef CGMARK_CALL_GRAPH_H
#define CGMARK_CALL_GRAPH_H

#include <stdbool.h>

#include "profile.h"

/* As EX_BASE and EX_CONT. */
enum { GRAPH_BASE, GRAPH_CONT, GRAPH_BOTH };
enum { GRAPH_CALLERS, GRAPH_CALLEES, GRAPH_DIRECTIONS };

struct graph_edge {
	unsigned of, to;
};

struct graph_edges {
	struct graph_edge *list; /* ascending, none twice */
	size_t nr, alloc;
};

struct graph_function {
	const char *name; /* a profile's */
	unsigned index;	  /* in functions */
	bool seen[GRAPH_BOTH];
	/* Executed per operation, over the points that both kernels have. */
	double self[GRAPH_BOTH];
};

struct call_graph {
	struct graph_function **functions; /* the first calls the outermost */
	unsigned nr, alloc;
	/* At the points that both have. */
	struct graph_edges edges[GRAPH_BOTH][GRAPH_DIRECTIONS];
	void *by_name; /* a tree of functions */
};

void call_graph_make(const struct profile *base, const struct profile *cont,
		     struct call_graph *ret);
void call_graph_release(struct call_graph *g);
/* The first neighbour of a function in a list of edges, and how many there are. */
const struct graph_edge *graph_neighbours(const struct graph_edges *edges,
					  unsigned of, size_t *nr);

#endif
