/* SPDX-License-Identifier: GPL-2.0-only */
/* An explanation as a call tree, at most PRINT_COLUMNS wide. */
#ifndef CGMARK_EXPLAIN_TREE_H
#define CGMARK_EXPLAIN_TREE_H

#include <stdio.h>

#include "explain.h"

/* Without branches of less than this percentage of the largest difference. */
void explain_print_tree(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e, double percent);

#endif
