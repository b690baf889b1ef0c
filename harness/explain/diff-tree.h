/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The difference of two kernels as a call tree.  Where only one kernel has a
 * function, as the other has it inlined, what both call stands below the caller
 * that both have: it would come and go in two places otherwise.
 */
#ifndef CGMARK_DIFF_TREE_H
#define CGMARK_DIFF_TREE_H

#include "explain.h"

struct diff_node {
	unsigned parent;      /* index; 0, the root, is its own */
	unsigned first, next; /* child, sibling; 0: none */
	unsigned function;    /* index in functions of the explanation */
	unsigned depth;	      /* 0: the root */
	uint64_t self[EX_BOTH];
	uint64_t below[EX_BOTH];
	double self_diff, below_diff; /* per operation */
	double most; /* the largest |below_diff| from here down */
};

struct diff_tree {
	struct diff_node *list; /* parents before children */
	size_t nr, alloc;
	struct key_index children; /* by parent and function */
	uint64_t steps;		   /* how much work it was, for tests */
};

void diff_tree_make(const struct explanation *e, struct diff_tree *ret);
void diff_tree_release(struct diff_tree *t);
/*
 * Nodes that have, or lead to, at least this share of the largest difference, in
 * the order of a listing: callers first, of callees the largest difference
 * first.  What cancels out below a caller is listed all the same.  The caller
 * frees the indices.
 */
unsigned *diff_tree_list(const struct explanation *e, const struct diff_tree *t,
			 double share, size_t *nr);

#endif
