/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"

#include "exit-status.h"

int alloc_err_exit_status = ST_HOST;

void *or_abort(void *p)
{
	if (!p) {
		fputs("cgmark: error: out of memory\n", stderr);
		/* exit() would write what is half done. */
		_exit(alloc_err_exit_status);
	}
	return p;
}

void *xmalloc(size_t size)
{
	return or_abort(malloc(size ? size : 1));
}

void *xcalloc(size_t nr, size_t size)
{
	return or_abort(calloc(nr ? nr : 1, size ? size : 1));
}

void *xreallocarray(void *p, size_t nr, size_t size)
{
	return or_abort(reallocarray(p, nr ? nr : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return or_abort(strdup(s));
}

char *xstrndup(const char *s, size_t len)
{
	return or_abort(strndup(s, len));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return or_abort(n < 0 ? NULL : s);
}
