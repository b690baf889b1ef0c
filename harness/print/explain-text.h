/* SPDX-License-Identifier: GPL-2.0-only */
/* An explanation as text, at most PRINT_COLUMNS wide. */
#ifndef CGMARK_EXPLAIN_TEXT_H
#define CGMARK_EXPLAIN_TEXT_H

#include <stdio.h>

#include "explain.h"
#include "number.h"

/* top: number of functions, 0 for all. */
void explain_print_text(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e, size_t top);
/* What it is about: point, kernels, verdict, main function. */
void explain_print_head(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e);
/* Functions of rows that have no symbol, one paragraph per kernel. */
void explain_print_lacking(FILE *out, const struct run *run,
			   const struct explain_kernel kernels[EX_BOTH]);

/* "+1,234", in at most width columns. */
const char *explain_signed(char buf[PRINT_MAX], double v, int width);
/* "12.3%", in at most 6 columns; "" if there is no difference. */
const char *explain_share(char buf[PRINT_MAX], double part, double all);
/* '+': only the contender has it, '-': only the baseline, ' '. */
char explain_mark(const struct explain_function *f);

#endif
