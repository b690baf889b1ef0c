/* SPDX-License-Identifier: GPL-2.0-only */
/* An annotated function as text. */
#ifndef CGMARK_ANNOTATE_TEXT_H
#define CGMARK_ANNOTATE_TEXT_H

#include <stdio.h>

#include "annotate.h"

/* all: also long stretches that ran on neither kernel. */
void annotate_print(FILE *out, const struct run *run,
		    const struct explain_kernel kernels[EX_BOTH],
		    const struct explanation *e, const struct annotation *a,
		    bool all);

#endif
