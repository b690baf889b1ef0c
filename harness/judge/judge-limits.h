/* SPDX-License-Identifier: GPL-2.0-only */
/* The limits of the procedure for exact machines, see verdict.c. */
#ifndef CGMARK_JUDGE_LIMITS_H
#define CGMARK_JUDGE_LIMITS_H

/* Smallest relative change that counts. */
#define JUDGE_THRESHOLD 0.002
/* Smallest difference that counts, in instructions. */
#define JUDGE_FLOOR 20
/* Least coverage of the interval of the median. */
#define JUDGE_LEVEL 0.90
/* Perturbations, measured on both kernels, that a verdict needs. */
#define JUDGE_MIN_PAIRS 4
/* Perturbations of a run for which neither suite nor user chose a number. */
#define JUDGE_PERTURBATIONS 8
/* No advice goes beyond this many: `cgmark run` takes no more. */
#define JUDGE_PERTURBATIONS_MAX 64

#endif
