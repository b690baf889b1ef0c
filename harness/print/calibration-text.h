/* SPDX-License-Identifier: GPL-2.0-only */
/* What a calibration found, in words. */
#ifndef CGMARK_CALIBRATION_TEXT_H
#define CGMARK_CALIBRATION_TEXT_H

#include <stdio.h>

#include "calibration.h"
#include "count.h"
#include "exit-status.h"

/* Coverage of the intervals of rates (Clopper-Pearson). */
#define CALIBRATION_LEVEL 0.95

/*
 * One line for the footer of reports; NULL: what to say where none is kept, of
 * time or of exact counts.  Caller frees.
 */
char *calibration_line(const struct calibration *c, bool time);
/* "100 of 100 (96.4% to 100%)"; caller frees. */
char *rate_text(struct rate r);

/* All of it: rates by kind and size, each cost, and what went wrong. */
void calibration_print(FILE *out, const struct calibration *c);

/* ST_OK: nothing went wrong; ST_REGRESSION: something did. */
enum exit_status calibration_status(const struct calibration *c);

#endif
