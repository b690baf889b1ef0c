/* SPDX-License-Identifier: GPL-2.0-only */
/* Cgroups below cgroups, with controllers all the way down. */
#ifndef CGMARK_CG_TREE_H
#define CGMARK_CG_TREE_H

#include "cg.h"

/*
 * On v2, enable for the children of a cgroup all controllers that it has
 * itself; those that cannot be where threads are apart are left out.  Nothing
 * to do on v1.
 */
int cg_tree_enable(const struct cg *cg);
/* A child whose own children have all controllers that it has. */
int cg_tree_child(const struct cg *parent, const char *name, struct cg *ret);
/* "1", below it "2", and so on, `levels` >= 1 of them; opens the last. */
int cg_tree_chain(const struct cg *top, unsigned levels, struct cg *ret);

#endif
