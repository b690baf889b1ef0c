/* SPDX-License-Identifier: GPL-2.0-only */
/* The limits of the procedure for exact machines, see verdict.c. */
#ifndef CGMARK_JUDGE_LIMITS_H
#define CGMARK_JUDGE_LIMITS_H

#include "values.h"

/* Smallest relative change that counts. */
#define JUDGE_THRESHOLD 0.002
/* Of tails: a few samples make them, so that they move more. */
#define JUDGE_THRESHOLD_MEAN 0.005
#define JUDGE_THRESHOLD_P99 0.05
#define JUDGE_THRESHOLD_LARGEST 0.10
/* A threshold is so many spreads above the median of the layout null, at most. */
#define JUDGE_NULL_SPREADS 5
/* A boot needs so many samples to show a tail. */
#define JUDGE_TAIL_SAMPLES 100
/*
 * Smallest difference that counts, in instructions: by how much the point moves
 * on the baseline alone, from this ...
 */
#define JUDGE_FLOOR_LEAST 5
/* ... to this, which also holds with fewer boots of the null than these, ... */
#define JUDGE_FLOOR 20
#define JUDGE_MIN_NULL 4
/* Of moves per operation in place of instructions: a part of a line. */
#define JUDGE_FLOOR_MOVES_LEAST 0.02
#define JUDGE_FLOOR_MOVES 0.5
/* ... unless all boots differ by this part. */
#define JUDGE_FLOOR_PART 0.02

static inline double judge_threshold(enum statistic s)
{
	static const double least[NR_STATISTICS] = {
		[STAT_CENTRE] = JUDGE_THRESHOLD,
		[STAT_MEAN] = JUDGE_THRESHOLD_MEAN,
		[STAT_P99] = JUDGE_THRESHOLD_P99,
		[STAT_LARGEST] = JUDGE_THRESHOLD_LARGEST,
	};

	return least[s];
}

/* Minimum coverage of the interval of the median. */
#define JUDGE_LEVEL 0.90
/* A verdict needs this many perturbations measured on both kernels. */
#define JUDGE_MIN_PAIRS 4
/* Default number of perturbations of a run. */
#define JUDGE_PERTURBATIONS 8
/*
 * A change in so many perturbations is confirmed in as many fresh ones; fewer
 * decide nothing, or the verdict would be one on how far the host came.
 */
static inline unsigned judge_confirming(unsigned perturbations)
{
	return perturbations < JUDGE_PERTURBATIONS ? perturbations
						   : JUDGE_PERTURBATIONS;
}
/*
 * An improvement of JUDGE_FLOOR_PART and more is plain, and not confirmed, if its
 * interval is no wider than this part of it: a tenth to each side.
 */
#define JUDGE_PLAIN_PART 0.2
/* Maximum number of perturbations: a verdict never advises more. */
#define JUDGE_PERTURBATIONS_MAX 64

#endif
