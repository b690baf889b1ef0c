/* SPDX-License-Identifier: GPL-2.0-only */
/* Words that text, JSON and HTML share. */
#ifndef CGMARK_VERDICT_TEXT_H
#define CGMARK_VERDICT_TEXT_H

#include "compare.h"

/* Replaces rows that need a profile; one line. */
#define PRINT_NO_PROFILE                                                 \
	"For css_set lookup, migration and taskstats in functions: run " \
	"--profile (sim)"

const char *verdict_str(enum verdict v);
/* The one-line summary; contender SIZE_MAX: all of them. */
char *print_summary(const struct comparison *c, size_t contender);
/* What the machine cannot tell; "" if unknown. */
const char *print_limits(const char *machine);

#endif
