/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run in memory of a kernel and another, from boots of one run or two: those
 * under some perturbations, which get new numbers.
 */
#ifndef CGMARK_CALIB_VIEW_H
#define CGMARK_CALIB_VIEW_H

#include "run.h"

/* Null boots of a run, as PLAN_NULL_BOOTS. */
#define VIEW_NULL_BOOTS 4

/* The first kernel of run, under these perturbations. */
struct view_side {
	const struct run *run;
	const unsigned *perturbations;
};

/*
 * Kernel 0 is that of base with its null boots, as many as any run has; kernel 1
 * that of cont.  Perturbation i of the view is the i-th of either side.  The runs
 * have the same points and must outlive it; view_free() frees it.
 */
struct run *view_new(const struct view_side *base, const struct view_side *cont,
		     size_t nr);
void view_free(struct run *view);
static inline void view_freep(struct run **view)
{
	view_free(*view);
}

#endif
