/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "relay.h"
#include "tap.h"

static int put(struct relay *r, const char *text, size_t len)
{
	if (r->crc)
		*r->crc = rec_crc32(*r->crc, text, len);
	return write_all(r->out, text, len);
}

int relay_write(struct relay *r, const char *text, size_t len)
{
	char line[TAP_LINE_MAX + RELAY_PREFIX_MAX];
	size_t prefix = strlen(r->prefix), n;
	const char *end = text + len, *lf;
	int ret;

	if (r->lines)
		for (const char *p = text; p < end; p++)
			*r->lines += *p == '\n';
	if (!prefix)
		return put(r, text, len);
	for (; text < end; text = lf + 1) {
		lf = memchr(text, '\n', end - text);
		if (!lf)
			lf = end - 1;
		n = lf + 1 - text;
		if (prefix + n > sizeof(line))
			return -EMSGSIZE;
		memcpy(line, r->prefix, prefix);
		memcpy(line + prefix, text, n);
		ret = put(r, line, prefix + n);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Forward whole lines, keep the rest. */
static int flush_lines(struct relay *r)
{
	const char *last = memrchr(r->buf, '\n', r->len);
	size_t n;
	int ret;

	if (!last)
		return r->len == sizeof(r->buf) ? -EMSGSIZE : 0;
	n = last + 1 - r->buf;
	ret = relay_write(r, r->buf, n);
	memmove(r->buf, r->buf + n, r->len - n);
	r->len -= n;
	return ret;
}

int relay_pump(struct relay *r)
{
	ssize_t n;
	int ret;

	n = read(r->in, r->buf + r->len, sizeof(r->buf) - r->len);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0) {
		close(r->in);
		r->in = -1;
		r->len = 0;
		return 0;
	}
	r->len += n;
	ret = flush_lines(r);
	return ret < 0 ? ret : 1;
}
