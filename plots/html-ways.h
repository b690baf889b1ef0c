/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_HTML_WAYS_H
#define CGMARK_HTML_WAYS_H

#include "findings.h"
#include "strbuf.h"

/* What each way to the same end costs; nothing where there is but one. */
void html_ways(struct strbuf *out, const struct findings *fd);

#endif
