/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_TIME_NEEDED_H
#define CGMARK_TIME_NEEDED_H

#include "time-test.h"

/*
 * How many boots of each kernel, above nr, settle a point with 80% assurance
 * if the true difference and the spreads are those of w: bring the interval
 * inside the threshold (of logs), or make a difference beyond it significant
 * among so many points of a family.  0: more than TIME_BOOTS_MAX.
 *
 * By the usual normal approximation of power, with quantiles of Student's t.
 */
size_t time_needed(const struct welch *w, size_t nr, double threshold,
		   size_t family);
/* The fewest boots of each kernel that can be significant at all. */
size_t time_needed_least(size_t family);

#endif
