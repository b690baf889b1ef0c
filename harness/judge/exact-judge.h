/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on one point and metric of an exact machine, from all boots that
 * the run has of it.
 *
 * The boots that were planned screen (with those that settled a doubt).  What
 * changed there was chosen for being large, so that its size is an overestimate;
 * the estimate of a change is that of boots on fresh perturbations, which confirm
 * it or do not.
 */
#ifndef CGMARK_EXACT_JUDGE_H
#define CGMARK_EXACT_JUDGE_H

#include "effect.h"
#include "notes.h"
#include "pairs.h"

/* Fills verdict, reason and figures of *e. */
void exact_judge(const struct subject *s, struct notes *notes,
		 struct effect *e);

#endif
