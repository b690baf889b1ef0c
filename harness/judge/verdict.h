/* SPDX-License-Identifier: GPL-2.0-only */
/* The verdict on one point and metric that has no fault. */
#ifndef CGMARK_VERDICT_H
#define CGMARK_VERDICT_H

#include <stdbool.h>

#include "pairs.h"

enum verdict {
	V_REGRESSION,
	V_IMPROVEMENT,
	V_NO_CHANGE,
	V_INCONCLUSIVE,
	V_INVALID,
};

#define NR_VERDICTS 5

/* Is a change shown, in whichever direction? */
static inline bool verdict_changed(enum verdict v)
{
	return v == V_REGRESSION || v == V_IMPROVEMENT;
}

/* Severity: REGRESSION, INVALID, INCONCLUSIVE, IMPROVEMENT, NO CHANGE. */
unsigned verdict_rank(enum verdict v);

/*
 * same_code: both kernels must count the same, so equal counts need no minimum
 * of pairs.  *reason explains the verdict; the caller frees it.
 */
enum verdict verdict_decide(const struct pairs *p, bool same_code,
			    char **reason);

/*
 * If that is INCONCLUSIVE: how many pairs would settle it if further ones spread
 * as these do; 0: no number that a run can have.
 */
size_t verdict_needed(const struct pairs *p);

#endif
