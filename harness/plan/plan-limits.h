/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The most that a suite or a command line may ask for.  (Not limits.h: the
 * folder is on the include path and would hide the header of the C library.)
 */
#ifndef CGMARK_PLAN_LIMITS_H
#define CGMARK_PLAN_LIMITS_H

#define PLAN_PERTURBATIONS_MAX 64
#define PLAN_POINTS_MAX 10000
#define PLAN_SAMPLES_MAX 100000

#endif
