/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_HTML_SHARED_H
#define CGMARK_HTML_SHARED_H

#include "findings.h"
#include "strbuf.h"

/*
 * What CPUs share, point by point, as a map of lines by moves, and what the
 * group adds to it; nothing if the run has no record of that.
 */
void html_shared(struct strbuf *out, const struct findings *fd);

#endif
