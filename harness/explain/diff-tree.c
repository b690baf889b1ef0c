/* SPDX-License-Identifier: GPL-2.0-only */
#include "diff-tree.h"

#include <math.h>

#include "alloc.h"

/* Functions that a compiler inlines into one another; no more are looked up. */
#define INLINED_MAX 64

void diff_tree_release(struct diff_tree *t)
{
	key_index_release(&t->children);
	free(t->list);
}

/* --- making it --- */

static unsigned add_node(struct diff_tree *t, unsigned parent,
			 unsigned function)
{
	unsigned i = t->nr++;

	if (i == t->alloc) {
		t->alloc = 2 * t->alloc + 64;
		t->list = xreallocarray(t->list, t->alloc, sizeof(*t->list));
	}
	t->list[i] =
		(struct diff_node){ .parent = parent, .function = function };
	if (i) {
		t->list[i].depth = t->list[parent].depth + 1;
		t->list[i].next = t->list[parent].first;
		t->list[parent].first = i;
	}
	return i;
}

static unsigned child_of(struct diff_tree *t, unsigned parent,
			 unsigned function)
{
	unsigned *at =
		key_index_at(&t->children, NULL, parent, function, &t->steps);

	if (!*at)
		*at = add_node(t, parent, function);
	return *at;
}

/* Does only one kernel have the function of a node? */
static bool is_single(const struct explanation *e, unsigned node)
{
	const struct explain_function *f =
		&e->functions[e->nodes[node].function];

	return node && !(f->seen[EX_BASE] && f->seen[EX_CONT]);
}

/* Does the node call the function on a kernel? */
static bool calls(const struct explanation *e, unsigned node, unsigned function,
		  unsigned side, uint64_t *steps)
{
	unsigned i = explain_callee(e, node, function, steps);

	return i && e->nodes[i].below[side];
}

/* The node of the explanation below which a node is shown. */
static unsigned shown_below(const struct explanation *e, unsigned node,
			    uint64_t *steps)
{
	unsigned function = e->nodes[node].function;
	unsigned up = e->nodes[node].parent;
	unsigned other = e->nodes[node].below[EX_BASE] ? EX_CONT : EX_BASE;

	/* Shown without its callers, what one kernel has would explain less. */
	if (is_single(e, node))
		return e->nodes[node].parent;
	for (int i = 0; i < INLINED_MAX && is_single(e, up); i++) {
		up = e->nodes[up].parent;
		if (calls(e, up, function, other, steps))
			return up;
	}
	return e->nodes[node].parent;
}

static void add_up(const struct explanation *e, struct diff_tree *t)
{
	for (size_t i = t->nr; i-- > 0;) {
		struct diff_node *n = &t->list[i];

		for (unsigned side = 0; side < EX_BOTH; side++) {
			n->below[side] += n->self[side];
			if (i)
				t->list[n->parent].below[side] +=
					n->below[side];
		}
		n->self_diff = explain_diff_of(e, n->self);
		n->below_diff = explain_diff_of(e, n->below);
		/* The root's is the sum of branches that have callers. */
		if (i && fabs(n->below_diff) > n->most)
			n->most = fabs(n->below_diff);
		if (n->most > t->list[n->parent].most)
			t->list[n->parent].most = n->most;
	}
}

void diff_tree_make(const struct explanation *e, struct diff_tree *ret)
{
	_cleanup_free_ unsigned *at = xcalloc(e->nr_nodes, sizeof(*at));

	*ret = (struct diff_tree){ .nr = 0 };
	add_node(ret, 0, 0);
	for (unsigned i = 1; i < e->nr_nodes; i++) {
		const struct explain_node *n = &e->nodes[i];

		at[i] = child_of(ret, at[shown_below(e, i, &ret->steps)],
				 n->function);
		for (unsigned side = 0; side < EX_BOTH; side++)
			ret->list[at[i]].self[side] += n->self[side];
	}
	add_up(e, ret);
}

/* --- listing it --- */

struct sorted {
	unsigned node;
	double size;
	const char *name;
};

/* Largest last, as they go onto a stack. */
static int compare_sizes(const void *pa, const void *pb)
{
	const struct sorted *a = pa, *b = pb;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return strcmp(b->name, a->name);
}

static size_t push_children(const struct explanation *e,
			    const struct diff_tree *t, unsigned node,
			    double least, struct sorted *stack)
{
	size_t nr = 0;

	for (unsigned i = t->list[node].first; i; i = t->list[i].next) {
		const struct diff_node *n = &t->list[i];

		if (n->most > 0 && n->most >= least)
			stack[nr++] = (struct sorted){
				i, fabs(n->below_diff),
				e->functions[n->function].name
			};
	}
	if (nr)
		qsort(stack, nr, sizeof(*stack), compare_sizes);
	return nr;
}

unsigned *diff_tree_list(const struct explanation *e, const struct diff_tree *t,
			 double share, size_t *nr)
{
	_cleanup_free_ struct sorted *stack = xcalloc(t->nr, sizeof(*stack));
	unsigned *list = xcalloc(t->nr, sizeof(*list));
	double least = share * t->list[0].most;
	size_t depth = push_children(e, t, 0, least, stack);

	*nr = 0;
	while (depth) {
		unsigned node = stack[--depth].node;

		list[(*nr)++] = node;
		depth += push_children(e, t, node, least, stack + depth);
	}
	return list;
}
