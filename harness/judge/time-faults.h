/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why boots that measured time cannot support a verdict: a value that is none,
 * lost samples, steal time, throttling, kernels that were not interleaved, drift
 * over the run, boots in two groups.
 */
#ifndef CGMARK_TIME_FAULTS_H
#define CGMARK_TIME_FAULTS_H

#include "time-subject.h"

/*
 * Describes the most telling fault of all boots, fresh or not (caller frees);
 * NULL: there is none.
 */
char *time_fault(const struct time_subject *s);

/* Are all values above 0 and finite, so that they have logs? */
bool time_values_sound(const struct time_subject *s);

#endif
