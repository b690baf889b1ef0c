/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-folded.h"

#include "alloc.h"

/* Readers split at these. */
static void print_name(FILE *out, const char *name)
{
	for (; *name; name++)
		fputc(*name == ';' || (unsigned char)*name <= ' ' ? '_' : *name,
		      out);
}

/* Callers first. */
static void print_path(FILE *out, const struct explanation *e, unsigned node)
{
	unsigned path[EXPLAIN_STACK_MAX], nr = 0;

	for (; node && nr < EXPLAIN_STACK_MAX; node = e->nodes[node].parent)
		path[nr++] = e->nodes[node].function;
	while (nr-- > 0) {
		print_name(out, e->functions[path[nr]].name);
		if (nr)
			fputc(';', out);
	}
}

/* What is called deeper counts for the deepest caller that is printed. */
struct folded {
	unsigned depth;
	unsigned shown; /* the node itself, or a caller */
	uint64_t self[EX_BOTH];
};

static struct folded *fold(const struct explanation *e)
{
	struct folded *list = xcalloc(e->nr_nodes, sizeof(*list));

	/* Parents come before children. */
	for (unsigned i = 1; i < e->nr_nodes; i++) {
		const struct explain_node *n = &e->nodes[i];
		struct folded *f = &list[i];

		f->depth = list[n->parent].depth + 1;
		f->shown = f->depth > EXPLAIN_STACK_MAX ? list[n->parent].shown
							: i;
		for (unsigned side = 0; side < EX_BOTH; side++)
			list[f->shown].self[side] += n->self[side];
	}
	return list;
}

void explain_print_folded(FILE *out, const struct explanation *e)
{
	_cleanup_free_ struct folded *list = fold(e);

	for (unsigned i = 1; i < e->nr_nodes; i++) {
		const struct folded *f = &list[i];

		if (!f->self[EX_BASE] && !f->self[EX_CONT])
			continue;
		print_path(out, e, i);
		fprintf(out, " %.15g %.15g\n",
			(double)f->self[EX_BASE] / e->ops[EX_BASE],
			(double)f->self[EX_CONT] / e->ops[EX_CONT]);
	}
}
