/* SPDX-License-Identifier: GPL-2.0-only */
/* What the boots of a kernel say of a lock beside its figures (holds.h). */
#ifndef CGMARK_LOCK_WORDS_H
#define CGMARK_LOCK_WORDS_H

#include "effect.h"
#include "run.h"

/* Was it held at the point, in any boot of the kernel that can be trusted? */
bool lock_was_held(const struct run *run, unsigned kernel, unsigned point,
		   const char *lock);
/* Why the kernel has no figures of it; valid as long as the run. */
const char *lock_why_not(const struct run *run, unsigned kernel, unsigned point,
			 const char *lock);
/*
 * Adds to the reason of an effect of such a metric which function held the lock
 * longest on each kernel, and whether idle time is missing.
 */
void lock_words_add(const struct run *run, unsigned base, struct effect *e);

#endif
