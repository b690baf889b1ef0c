/* SPDX-License-Identifier: GPL-2.0-only */
/* The page itself. */
#ifndef CGMARK_PAGE_H
#define CGMARK_PAGE_H

#include "compare.h"
#include "explain.h"
#include "figures.h"
#include "strbuf.h"

/* Figures must have their SVG; rows are by contender. */
void html_report(struct strbuf *out, const struct comparison *c,
		 const struct figures f[NR_FIGURES],
		 struct row_list *const *rows);

#endif
