/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The procedure for machines that measure time; limits: time-limits.h.
 *
 * The unit of replication is the boot, or what else starts anew, such as the
 * process on the running kernel.  Samples of one boot share its layout of
 * memory, so they are never pooled: a boot is one value, and all that follows
 * is about the mean of its log.
 *
 *   screening     Welch's test at each point flags those with p <= 0.10
 *   confirmation  fresh boots of these alone decide: the larger p of Welch's and
 *                 of a permutation test, by Holm's method over all flagged
 *                 points, so that less than 5% of all comparisons have a
 *                 false alarm anywhere.  The estimate is that of the fresh boots, as
 *                 what was flagged by chance looks larger than it is.
 *
 * Where there are no fresh boots at all, one stage is all: every point is of the
 * family, and the boots that there are decide.
 *
 *   REGRESSION    significant in its family, and the estimate is above the
 *                 threshold
 *   IMPROVEMENT   the mirror image
 *   NO CHANGE     the 90% interval lies inside the threshold (two one-sided
 *                 tests at 5%; D. J. Schuirmann, J. Pharmacokinet. Biopharm. 15
 *                 (1987)), at each point for itself
 *   INVALID       the boots cannot support a verdict: time-faults.h
 *   INCONCLUSIVE  everything else, with the boots that would settle it
 */
#ifndef CGMARK_TIME_JUDGE_H
#define CGMARK_TIME_JUDGE_H

#include "time-subject.h"

/*
 * Judges a family: all statistics of all points of one contender.  The seed
 * draws the permutations; equal input gives equal results.  Never fails:
 * whatever is wrong with the boots is a verdict.
 */
void time_judge(const struct time_subject *s, size_t nr, uint64_t seed,
		struct time_result *ret);
/* Frees the reasons. */
void time_results_release(struct time_result *r, size_t nr);

#endif
