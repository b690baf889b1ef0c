/* SPDX-License-Identifier: GPL-2.0-only */
/* An explanation as text, at most PRINT_COLUMNS wide. */
#ifndef CGMARK_EXPLAIN_TEXT_H
#define CGMARK_EXPLAIN_TEXT_H

#include <stdio.h>

#include "explain.h"

/* top: number of functions, 0 for all. */
void explain_print_text(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e, size_t top);
/* Functions of rows that have no symbol, one paragraph per kernel. */
void explain_print_lacking(FILE *out, const struct run *run,
			   const struct explain_kernel kernels[EX_BOTH]);

#endif
