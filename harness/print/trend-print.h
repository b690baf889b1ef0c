/* SPDX-License-Identifier: GPL-2.0-only */
/* A history in words and numbers, for terminals, mail and programs. */
#ifndef CGMARK_TREND_PRINT_H
#define CGMARK_TREND_PRINT_H

#include <stdio.h>

#include "history.h"

struct trend_print {
	bool series;   /* each series with its nights, not only what changed */
	bool minor;    /* steps that alarm nobody as well */
	size_t nights; /* of which news are shown, and sparklines drawn */
};

void trend_print_text(FILE *out, const struct history *h,
		      const struct trend_print *how);
/*
 * {
 *   "format": 1,
 *   "first_night", "last_night": "2026-12-31", or null without nights,
 *   "series": [ {
 *     "job": of nightly.ini, "" by hand, "machine", "benchmark", "version",
 *     "params", "metric", "kernel": NAME, "exact": bool,
 *     "nights": [ { "night", "run": ID, "kernel_key", "source_version",
 *       "value", "p99", "spread": null if not known,
 *       "boots": number, "kept": an earlier run measured them, "repeated",
 *       "expected": null or [ lo, hi ], "outside": bool } ],
 *     "segments": [ { "night": its first, "why" } ],
 *     "steps": [ { "night", "found": night, "before", "after",
 *       "change_percent", "p": null if exact, "minor": bool,
 *       "cause": "kernel", "guest", "none", "why" } ]
 *   } ]
 * }
 * 0 or -errno, not logged.
 */
int trend_print_json(FILE *out, const struct history *h);

#endif
