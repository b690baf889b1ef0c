/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-folded.h"

static void print_path(FILE *out, const struct explanation *e, unsigned node)
{
	if (!e->nodes[node].parent && node == 0)
		return;
	print_path(out, e, e->nodes[node].parent);
	fprintf(out, "%s%s", e->nodes[node].parent ? ";" : "",
		e->functions[e->nodes[node].function].name);
}

void explain_print_folded(FILE *out, const struct explanation *e)
{
	for (unsigned i = 1; i < e->nr_nodes; i++) {
		const struct explain_node *n = &e->nodes[i];

		if (!n->self[EX_BASE] && !n->self[EX_CONT])
			continue;
		print_path(out, e, i);
		fprintf(out, " %.15g %.15g\n",
			(double)n->self[EX_BASE] / e->ops[EX_BASE],
			(double)n->self[EX_CONT] / e->ops[EX_CONT]);
	}
}
