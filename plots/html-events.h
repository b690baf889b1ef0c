/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_HTML_EVENTS_H
#define CGMARK_HTML_EVENTS_H

#include "findings.h"
#include "strbuf.h"

/* The part with events; nothing where none were counted. */
void html_events(struct strbuf *out, const struct findings *fd);

#endif
