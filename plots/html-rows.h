/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_HTML_ROWS_H
#define CGMARK_HTML_ROWS_H

#include "findings.h"
#include "strbuf.h"

/* The rows of a profile, by contender, or how to get them. */
void html_rows(struct strbuf *out, const struct findings *fd);

#endif
