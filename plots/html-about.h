/* SPDX-License-Identifier: GPL-2.0-only */
/* Notes on a comparison, and what was measured on what. */
#ifndef CGMARK_HTML_ABOUT_H
#define CGMARK_HTML_ABOUT_H

#include "findings.h"
#include "strbuf.h"

/* Nothing without notes. */
void html_notes(struct strbuf *out, const struct comparison *c);
void html_environment(struct strbuf *out, const struct findings *fd);

#endif
