/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that account for a difference, as bars, a flame graph and a table. */
#ifndef CGMARK_SITE_FUNCTIONS_H
#define CGMARK_SITE_FUNCTIONS_H

#include "site-model.h"
#include "site-plot.h"

/*
 * Bars of one difference; path: of the plot, taken.  Adds a flame graph beside it,
 * PATH-flame.svg, of two widths; -errno if that cannot be written, logged.  Nothing
 * without a difference.
 */
int site_functions_add(const struct site *s, const struct run *run,
		       const struct explain_kernel kernels[EX_BOTH],
		       const struct explanation *e, char *path,
		       struct site_plots *ret);

/* The same for the point of a benchmark that changed most in the newest run. */
int site_functions(const struct site *s, const struct site_line *l,
		   const char *bench, struct site_plots *ret);

#endif
