/* SPDX-License-Identifier: GPL-2.0-only */
/* The page itself. */
#ifndef CGMARK_PAGE_H
#define CGMARK_PAGE_H

#include "figures.h"
#include "findings.h"
#include "strbuf.h"

/* Figures must have their SVG. */
void html_report(struct strbuf *out, const struct findings *fd,
		 const struct figures f[NR_FIGURES]);

#endif
