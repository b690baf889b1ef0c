/* SPDX-License-Identifier: GPL-2.0-only */
/* How far apart the figures of two kernels are. */
#ifndef CGMARK_DISTANCE_H
#define CGMARK_DISTANCE_H

#include <stddef.h>

/*
 * The median of ln(b[i] / a[i]), values of two kernels under the same
 * perturbations, where it counts by the rules for verdicts: it is above the
 * threshold (relative, 0.002), nearly all agree in sign, and the medians differ
 * by the floor or more.  0 otherwise.
 */
double bisect_distance(const double *a, const double *b, size_t nr,
		       double threshold);

#endif
