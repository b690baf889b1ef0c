/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocation that cannot fail: host only, aborts with a message. */
#ifndef CGMARK_ALLOC_H
#define CGMARK_ALLOC_H

#include "macro.h"

void *xmalloc(size_t size);
void *xcalloc(size_t nr, size_t size);
void *xreallocarray(void *p, size_t nr, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) __printf(1, 2);

/* p, or the end of the program with a message where it is NULL. */
void *or_abort(void *p);

#endif
