/* SPDX-License-Identifier: GPL-2.0-only */
/* Compiler extensions: cleanup at the end of a scope, checked formats. */
#ifndef CGMARK_MACRO_H
#define CGMARK_MACRO_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __printf(f, a) __attribute__((format(printf, f, a)))

#define _cleanup_(fn) __attribute__((cleanup(fn)))

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

/* Hand the descriptor to the caller: the variable no longer owns it. */
static inline int steal_fd(int *fd)
{
	int ret = *fd;

	*fd = -1;
	return ret;
}

/* Hand the pointer to the caller: the variable no longer owns it. */
#define steal_ptr(p)                     \
	({                               \
		__typeof__(p) __p = (p); \
		(p) = NULL;              \
		__p;                     \
	})

#endif
