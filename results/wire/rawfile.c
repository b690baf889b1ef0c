/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "rawfile.h"

/* The longest encoding of a byte: "\xHH". */
#define ESCAPE_MAX 4

static const char *const kinds[NR_RAWFILES] = {
	[RAWFILE_COMMAND] = "command",
	[RAWFILE_OUT] = "out",
	[RAWFILE_JSON] = "json",
	[RAWFILE_PERF] = "perf",
};

static const char digits[] = "0123456789abcdef";

const char *rawfile_kind_str(enum rawfile_kind kind)
{
	return kinds[kind];
}

static size_t encode_byte(char *buf, unsigned char c)
{
	if (c >= ' ' && c <= '~' && c != '\\') {
		buf[0] = c;
		return 1;
	}
	buf[0] = '\\';
	if (c == '\\' || c == '\n') {
		buf[1] = c == '\n' ? 'n' : '\\';
		return 2;
	}
	buf[1] = 'x';
	buf[2] = digits[c >> 4];
	buf[3] = digits[c & 15];
	return 4;
}

size_t rawfile_encode(char *buf, size_t size, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t taken = 0, used = 0;
	bool line = true;

	while (line && taken < len && used + ESCAPE_MAX < size) {
		line = p[taken] != '\n';
		used += encode_byte(buf + used, p[taken++]);
	}
	buf[used] = '\0';
	return taken;
}

static int digit(char c)
{
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? p - digits : -1;
}

/* Skips the escape at *p; returns its byte or -EBADMSG. */
static int decode_escape(const char **p)
{
	const char *s = *p + 1;
	int high, low;

	*p += 2;
	if (*s == '\\')
		return '\\';
	if (*s == 'n')
		return '\n';
	if (*s != 'x')
		return -EBADMSG;
	high = digit(s[1]);
	low = high < 0 ? -1 : digit(s[2]);
	*p += 2;
	return low < 0 ? -EBADMSG : high << 4 | low;
}

static int decode(char *text, size_t *len)
{
	const char *p = text;
	char *to = text;
	int c;

	while (*p) {
		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		c = decode_escape(&p);
		if (c < 0)
			return c;
		*to++ = c;
	}
	*len = to - text;
	return 0;
}

static int find_kind(const char *s, size_t len, enum rawfile_kind *kind)
{
	for (int i = 0; i < NR_RAWFILES; i++) {
		if (strlen(kinds[i]) != len || strncmp(kinds[i], s, len))
			continue;
		*kind = i;
		return 0;
	}
	return -EBADMSG;
}

int rawfile_parse(char *line, enum rawfile_kind *kind, char **data, size_t *len)
{
	char *s = line + strspn(line, " "), *text;

	if (strncmp(s, RAWFILE_LINE, strlen(RAWFILE_LINE)))
		return -ENOENT;
	s += strlen(RAWFILE_LINE);
	text = strstr(s, ": ");
	if (!text || find_kind(s, text - s, kind) < 0)
		return -EBADMSG;
	*data = text + 2;
	return decode(*data, len);
}
