/* SPDX-License-Identifier: GPL-2.0-only */
/* What all pages of the site have. */
#ifndef CGMARK_SITE_HTML_H
#define CGMARK_SITE_HTML_H

#include "strbuf.h"

/* Of a page: what does not fit is in a table for programs. */
#define SITE_PAGE_BYTES (1800u << 10)

/* up: from the page to the top, "" or "../". */
void site_begin(struct strbuf *out, const char *title, const char *up);
void site_end(struct strbuf *out);

/* <a href="UP FOLDER/SLUG.html">TEXT</a>; text is foreign. */
void site_link(struct strbuf *out, const char *up, const char *folder,
	       const char *slug, const char *text);
/* A heading that a link can lead to; text is foreign. */
void site_heading(struct strbuf *out, unsigned level, const char *id,
		  const char *text);

#endif
