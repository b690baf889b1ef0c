/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-tree.h"

#include "alloc.h"
#include "diff-tree.h"
#include "explain-text.h"
#include "number.h"

/* Columns: difference, share, exclusive, mark and function. */
#define FORMAT "%12s%7s%12s "
#define NAME_COLUMNS (PRINT_COLUMNS - 12 - 7 - 12 - 1)
#define VALUE_WIDTH 11
/* Deeper calls are not indented further, so that there is room for names. */
#define DEPTH_MAX 20

static void print_node(FILE *out, const struct explanation *e,
		       const struct diff_node *n)
{
	const struct explain_function *f = &e->functions[n->function];
	int indent = n->depth > DEPTH_MAX ? DEPTH_MAX : (int)n->depth;
	char a[PRINT_MAX], b[PRINT_MAX], c[PRINT_MAX];

	fprintf(out, FORMAT "%*c%.*s\n",
		explain_signed(a, n->below_diff, VALUE_WIDTH),
		explain_share(b, n->below_diff, explain_diff(e)),
		explain_signed(c, n->self_diff, VALUE_WIDTH), indent,
		explain_mark(f), NAME_COLUMNS - indent, f->name);
}

void explain_print_tree(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e, double percent)
{
	_cleanup_(diff_tree_release) struct diff_tree t;
	_cleanup_free_ unsigned *list = NULL;
	char buf[PRINT_MAX];
	size_t nr;

	diff_tree_make(e, &t);
	list = diff_tree_list(e, &t, percent / 100, &nr);
	explain_print_head(out, run, kernels, e);
	fprintf(out, FORMAT " %s\n", "inclusive", "share", "exclusive",
		"called");
	for (size_t i = 0; i < nr; i++)
		print_node(out, e, &t.list[list[i]]);
	fprintf(out, FORMAT " total\n",
		explain_signed(buf, explain_diff(e), VALUE_WIDTH), "", "");
	if (nr + 1 < t.nr)
		fprintf(out,
			"Without branches of less than %g%% of the largest.\n",
			percent);
}
