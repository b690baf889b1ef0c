/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces of HTML, and the only ways in which foreign text gets into a page. */
#ifndef CGMARK_HTML_WRITE_H
#define CGMARK_HTML_WRITE_H

#include "strbuf.h"

/* Foreign text for use in HTML and SVG, also inside quoted attributes. */
void html_text(struct strbuf *out, const char *s);
/* Text between two pieces of markup. */
void html_element(struct strbuf *out, const char *open, const char *text,
		  const char *close);
/* A cell of a table with a number, aligned to the right. */
void html_number(struct strbuf *out, const char *text);
/* One of a list of definitions; nothing without a text (NULL or empty). */
void html_entry(struct strbuf *out, const char *term, const char *text);
/* The same; folded is shown when the reader opens it. */
void html_entry_folded(struct strbuf *out, const char *term, const char *text,
		       const char *folded);

#endif
