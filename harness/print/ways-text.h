/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways to the same end, as text for terminals and mail. */
#ifndef CGMARK_WAYS_TEXT_H
#define CGMARK_WAYS_TEXT_H

#include <stdio.h>

#include "number.h"
#include "ways.h"

/*
 * At most PRINT_COLUMNS wide.  Of a benchmark with many points only those where
 * the ways differ most; prints nothing without two ways that have a value.
 */
void way_table_print(FILE *out, const struct way_table *t);

/* A ratio of costs: "x65.2", "1/13.1", "=", "" if there is none. */
const char *print_ratio(char buf[PRINT_MAX], double ratio);

#endif
