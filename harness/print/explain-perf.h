/* SPDX-License-Identifier: GPL-2.0-only */
/* Both call trees in the format of `perf script`. */
#ifndef CGMARK_EXPLAIN_PERF_H
#define CGMARK_EXPLAIN_PERF_H

#include <stdio.h>

#include "explain.h"

/*
 * One sample per stack, counted over all operations; a comment at the top gives
 * their number.
 */
void explain_print_perf(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e);

#endif
