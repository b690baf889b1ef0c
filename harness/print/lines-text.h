/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of source as text. */
#ifndef CGMARK_LINES_TEXT_H
#define CGMARK_LINES_TEXT_H

#include <stdio.h>

#include "exit-status.h"
#include "lines.h"

/* Lines of the first `top` functions (0: all) that differ, of each kernel. */
enum exit_status source_print(FILE *out, const struct run *run,
			      const struct explain_kernel kernels[EX_BOTH],
			      const struct explanation *e, size_t top);

#endif
