/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocation for the host that never returns NULL: it exits with a message. */
#ifndef CGMARK_ALLOC_H
#define CGMARK_ALLOC_H

#include "macro.h"

void *xmalloc(size_t size);
void *xcalloc(size_t nr, size_t size);
void *xreallocarray(void *p, size_t nr, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) __printf(1, 2);

/* Returns p; ends the program with a message if it is NULL. */
void *or_abort(void *p);
/* The status of that, as argp_err_exit_status; ST_HOST unless set. */
extern int alloc_err_exit_status;

#endif
