/* SPDX-License-Identifier: GPL-2.0-only */
/* Reasons of verdicts on time, in words. */
#ifndef CGMARK_TIME_WORDS_H
#define CGMARK_TIME_WORDS_H

#include "time-subject.h"

/*
 * Why the verdict of r, which is none of INVALID, is what it is; family: points
 * and statistics of the family.  The caller frees it.
 */
char *time_reason(const struct time_subject *s, const struct time_result *r,
		  size_t family);

#endif
