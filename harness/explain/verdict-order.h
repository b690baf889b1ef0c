/* SPDX-License-Identifier: GPL-2.0-only */
/* In which order the points of a run are explained: where the verdict is. */
#ifndef CGMARK_VERDICT_ORDER_H
#define CGMARK_VERDICT_ORDER_H

#include "compare.h"

struct judged_point {
	unsigned point;		     /* index in run.points */
	const struct effect *effect; /* its most severe; NULL: not compared */
};

/*
 * All points of the run, of a comparison with one contender: those with a
 * regression, an improvement, a doubt, no verdict and no change; each by the
 * size of the change.  The caller frees the array.
 */
struct judged_point *verdict_order(const struct comparison *c);

/* Has the verdict shown a change? */
static inline bool judged_changed(const struct judged_point *p)
{
	return p->effect && verdict_changed(p->effect->verdict);
}

/* Has it shown that there is none that matters? */
static inline bool judged_unchanged(const struct judged_point *p)
{
	return p->effect && p->effect->verdict == V_NO_CHANGE;
}

#endif
