/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots as gnuplot draws them, made fit for the page and for dark mode. */
#ifndef CGMARK_SVG_H
#define CGMARK_SVG_H

#include "strbuf.h"

/*
 * Makes gnuplot's output one <svg> element that can stand in a page beside
 * others: no prolog, ids of its own, a title.  -EBADMSG if it is no SVG.
 */
int svg_element(const char *raw, const char *id, const char *title,
		struct strbuf *out);
/* The element as a file of its own. */
void svg_document(const char *element, struct strbuf *out);
/* The first comment of such files, which a new report may replace. */
#define SVG_MARK "<!-- drawn by cgmark report -->"
/* Style rules that recolour plots for dark mode. */
void svg_dark_rules(struct strbuf *out);
/* Those of flame graphs, for light and dark. */
void svg_flame_rules(struct strbuf *out);

#endif
