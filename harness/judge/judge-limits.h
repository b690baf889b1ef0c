/* SPDX-License-Identifier: GPL-2.0-only */
/* The limits of the procedure for exact machines, see verdict.c. */
#ifndef CGMARK_JUDGE_LIMITS_H
#define CGMARK_JUDGE_LIMITS_H

/* Smallest relative change that counts. */
#define JUDGE_THRESHOLD 0.002
/* Smallest difference that counts, in instructions. */
#define JUDGE_FLOOR 20
/* Minimum coverage of the interval of the median. */
#define JUDGE_LEVEL 0.90
/* A verdict needs this many perturbations measured on both kernels. */
#define JUDGE_MIN_PAIRS 4
/* Default number of perturbations of a run. */
#define JUDGE_PERTURBATIONS 8
/* Maximum number of perturbations: a verdict never advises more. */
#define JUDGE_PERTURBATIONS_MAX 64

#endif
