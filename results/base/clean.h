/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Foreign text that goes to a terminal, a log, a mail or a report: from guests,
 * files that others wrote, and libraries.
 */
#ifndef CGMARK_CLEAN_H
#define CGMARK_CLEAN_H

#include "strbuf.h"

/*
 * Appends it on one line, with '?' for control characters, invalid UTF-8 and what
 * turns the direction of text.
 */
void print_clean(struct strbuf *out, const char *s);
/* The same as a copy; caller frees. */
char *clean_text(const char *s);

#endif
