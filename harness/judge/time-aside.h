/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boots that were disturbed while they measured: by steal time, a limit or heat.
 * Where they are few, they are set aside, whatever their values are; where they are
 * many, time-faults.h says that there is no verdict.
 */
#ifndef CGMARK_TIME_ASIDE_H
#define CGMARK_TIME_ASIDE_H

#include "notes.h"
#include "run.h"

/* Is more of its time lost than TIME_STEAL_MAX?  False if nobody knows. */
bool time_disturbed(const struct run_boot *b);
/*
 * May those of a kernel be set aside?  Only if enough are left, and at most
 * TIME_ASIDE_MAX of all go: a kernel that is always in trouble has to show it.
 */
bool time_sets_aside(const struct run *run, unsigned kernel);
/*
 * So many further boots would do that, if none of them is disturbed; 0: they may be
 * already, or more than half are, so that further ones would be, too.
 */
unsigned time_replacements(const struct run *run, unsigned kernel);
/* Names those that were, if any. */
void time_note_aside(const struct run *run, unsigned kernel,
		     struct notes *notes);

#endif
