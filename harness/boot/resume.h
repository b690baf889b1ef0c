/* SPDX-License-Identifier: GPL-2.0-only */
/* Goes on with a run that lacks boots. */
#ifndef CGMARK_RESUME_H
#define CGMARK_RESUME_H

#include "run.h"

/*
 * Moves what an earlier run of the same plan measured into the planned one, which
 * becomes that run; the earlier one is then only good for run_free().  What went
 * wrong on the host, or was damaged since, is to be measured again.
 */
void resume_take(struct run *planned, struct run *earlier);

/*
 * Puts the boots that ended before the others; returns how many there are.  *turns
 * is for resume_unsort(); the caller frees it.
 */
size_t resume_sort(struct run *run, unsigned **turns);
/* Puts them back; nr of them were sorted. */
void resume_unsort(struct run *run, const unsigned *turns, size_t nr);

#endif
