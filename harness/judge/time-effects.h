/* SPDX-License-Identifier: GPL-2.0-only */
/* From the boots of a run that measured time to verdicts. */
#ifndef CGMARK_TIME_EFFECTS_H
#define CGMARK_TIME_EFFECTS_H

#include "effect.h"
#include "notes.h"
#include "values.h"

struct time_family {
	const struct run *run;
	const struct values *values; /* of run */
	unsigned base;		     /* index in run.kernels */
	unsigned contender;
	/*
	 * Of this contender.  Those that are of time get verdict and figures;
	 * what is V_INVALID already keeps its reason.
	 */
	struct effect *effects;
	size_t nr;
	struct notes *notes;
};

/*
 * Boots are fresh from this perturbation on, if the run has enough of them for
 * two stages; else none is.  Which they are is settled before any is made, so
 * those that screen cannot choose.
 */
unsigned time_first_fresh(const struct run *run);

/*
 * Judges medians and p99 of all points as one family.  Returns how many points
 * have another p99: effects of their own, in *ret (caller frees).  What the
 * others are is a note: a p99 spreads more, and few boots seldom settle it.
 */
size_t time_effects_judge(const struct time_family *f, struct effect **ret);

#endif
