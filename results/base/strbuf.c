/* SPDX-License-Identifier: GPL-2.0-only */
#include "strbuf.h"

#include "alloc.h"

void strbuf_grow(struct strbuf *sb, size_t len)
{
	size_t need;

	if (__builtin_add_overflow(sb->len + 1, len, &need))
		or_abort(NULL);
	if (need <= sb->alloc)
		return;
	if (need < sb->alloc + sb->alloc / 2)
		need = sb->alloc + sb->alloc / 2;
	if (need < 64)
		need = 64;
	sb->buf = xreallocarray(sb->buf, need, 1);
	sb->alloc = need;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
	strbuf_grow(sb, len);
	if (len)
		memcpy(sb->buf + sb->len, data, len);
	sb->len += len;
	sb->buf[sb->len] = '\0';
}

void strbuf_addstr(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0) {
		s = NULL;
		or_abort(NULL);
	}
	strbuf_add(sb, s, n);
}

void strbuf_add_u64(struct strbuf *sb, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = '0' + v % 10;
	while ((v /= 10) > 0);
	strbuf_add(sb, digits + at, sizeof(digits) - at);
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	if (sb->buf)
		sb->buf[0] = '\0';
}

void strbuf_release(struct strbuf *sb)
{
	free(sb->buf);
	memset(sb, 0, sizeof(*sb));
}

char *strbuf_steal(struct strbuf *sb)
{
	char *s = sb->buf ? sb->buf : xstrdup("");

	memset(sb, 0, sizeof(*sb));
	return s;
}

char *strbuf_last_line(struct strbuf *sb)
{
	char *lf;

	while (sb->len && strchr("\r\n", sb->buf[sb->len - 1]))
		sb->buf[--sb->len] = '\0';
	if (!sb->len)
		return NULL;
	lf = strrchr(sb->buf, '\n');
	return lf ? lf + 1 : sb->buf;
}
