/* SPDX-License-Identifier: GPL-2.0-only */
/* A string that grows. */
#ifndef CGMARK_STRBUF_H
#define CGMARK_STRBUF_H

#include <stdint.h>

#include "macro.h"

/* buf is NUL-terminated as soon as anything has been added. */
struct strbuf {
	char *buf;
	size_t len;
	size_t alloc;
};

#define STRBUF_INIT        \
	{                  \
		NULL, 0, 0 \
	}

/* Makes room for len more bytes and a NUL. */
void strbuf_grow(struct strbuf *sb, size_t len);
void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *s);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __printf(2, 3);
void strbuf_add_u64(struct strbuf *sb, uint64_t v); /* in decimal */
void strbuf_reset(struct strbuf *sb);		    /* len = 0, memory kept */
void strbuf_release(struct strbuf *sb);
/* The last line, without what ends it; NULL: there is none.  Cuts what follows. */
char *strbuf_last_line(struct strbuf *sb);
char *strbuf_steal(struct strbuf *sb); /* never NULL; caller frees */
#define _cleanup_strbuf_ _cleanup_(strbuf_release)

#endif
