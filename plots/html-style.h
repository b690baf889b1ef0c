/* SPDX-License-Identifier: GPL-2.0-only */
/* The head of every page: what it may load, and how it looks. */
#ifndef CGMARK_HTML_STYLE_H
#define CGMARK_HTML_STYLE_H

#include "strbuf.h"

/* Up to <body>; more: elements for the head, "" if there are none. */
void html_begin(struct strbuf *out, const char *title, const char *more);

#endif
