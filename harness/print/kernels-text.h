/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several kernels in one table, one row a point, one column a kernel.  As many
 * columns stand side by side as fit; the others follow below.
 */
#ifndef CGMARK_KERNELS_TEXT_H
#define CGMARK_KERNELS_TEXT_H

#include <stdio.h>

#include "compare-formats.h"
#include "number.h"

/* At most KERNELS_COLUMNS wide, so that it fits into a mail. */
#define KERNELS_COLUMNS 72

/* What the letter behind a change means. */
#define KERNELS_LEGEND \
	"R: regression, I: improvement, ?: inconclusive, X: invalid"

void kernels_print(FILE *out, const struct findings *f,
		   const struct print_opts *o);
/*
 * One cell: the change and the letter of its verdict, "+5.03%R", "="; the value
 * where there is none; or a word, "skip", "missing", "error", "fail".
 */
const char *kernels_cell(char buf[PRINT_MAX], const struct kernel_cell *cell);
/* The letter of a verdict, "" for NO CHANGE. */
const char *verdict_letter(enum verdict v);
/* "skip", "missing", "error", "fail", "-" if it was measured. */
const char *status_word(enum point_status s);
/* The unit of a metric, "" for instructions. */
const char *unit_mark(const char *metric);

#endif
