/* SPDX-License-Identifier: GPL-2.0-only */
/* Both call trees as a differential flame graph. */
#ifndef CGMARK_EXPLAIN_FLAME_H
#define CGMARK_EXPLAIN_FLAME_H

#include <stdio.h>

#include "explain.h"

#define EXPLAIN_FLAME_WIDTH 1220 /* pixels, of one for a desk */

/* An element for a page; its id is a prefix of the ids inside it. */
void explain_print_flame_element(FILE *out, const char *id,
				 const struct run *run,
				 const struct explain_kernel kernels[EX_BOTH],
				 const struct explanation *e, unsigned width);
/* The style rules that the element needs, for light and dark. */
void explain_flame_rules(FILE *out);
/* A self-contained SVG file. */
void explain_print_flame(FILE *out, const struct run *run,
			 const struct explain_kernel kernels[EX_BOTH],
			 const struct explanation *e);

#endif
