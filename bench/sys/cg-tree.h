/* SPDX-License-Identifier: GPL-2.0-only */
/* Chains of nested cgroups with controllers enabled all the way down. */
#ifndef CGMARK_CG_TREE_H
#define CGMARK_CG_TREE_H

#include "cg.h"

/*
 * On v2, enable for a cgroup's children all the controllers it has itself,
 * except those that a threaded cgroup cannot have.  Does nothing on v1.
 */
int cg_tree_enable(const struct cg *cg);
/* Create a child whose own children get all its controllers. */
int cg_tree_child(const struct cg *parent, const char *name, struct cg *ret);
/* Create "1", below it "2", and so on, `levels` >= 1 in all; opens the last. */
int cg_tree_chain(const struct cg *top, unsigned levels, struct cg *ret);

#endif
