/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comparison of contender kernels with a baseline on one machine.  The procedure
 * for exact counts: verdict.c, judge-limits.h; for time: time-judge.h; for users
 * of both: cgmark.1 (VERDICTS).
 */
#ifndef CGMARK_COMPARE_H
#define CGMARK_COMPARE_H

#include "effect.h"
#include "exit-status.h"
#include "notes.h"
#include "run.h"
#include "values.h"

struct comparison {
	const struct run *run;
	bool time;	       /* the run measures time */
	struct values *values; /* of run; owned */
	unsigned base;	       /* index in run.kernels */
	unsigned *contenders;
	size_t nr_contenders;
	bool *same_code;	/* per contender: equal vmlinux */
	unsigned *nr_compared;	/* per contender: points with a pair */
	unsigned *nr_lacking;	/* skipped there, not on the baseline */
	struct effect *effects; /* sorted by severity */
	size_t nr_effects;
	unsigned count[NR_VERDICTS]; /* by enum verdict */
	struct notes notes;
};

/* Doubtful data are no error: they get V_INVALID. */
struct comparison *compare_run(const struct run *run, unsigned base,
			       const unsigned *contenders, size_t nr);
void compare_free(struct comparison *c);
static inline void compare_freep(struct comparison **c)
{
	compare_free(*c);
}
/*
 * The exit status for the verdicts.  INCONCLUSIVE, INVALID and points that a
 * contender lacks count if strict.  A contender with no point in common always
 * counts: nothing shows that it has no regression.
 */
enum exit_status compare_status(const struct comparison *c, bool strict);

#endif
