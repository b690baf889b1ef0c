/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell-line.h"

#define CHUNK_BYTES 4096

static int make_room(struct shell_lines *l)
{
	char *buf;

	memmove(l->buf, l->buf + l->at, l->len);
	l->at = 0;
	if (l->alloc - l->len >= CHUNK_BYTES)
		return 0;
	if (l->len > SHELL_LINE_MAX)
		return -EMSGSIZE;
	buf = realloc(l->buf, 2 * l->alloc + CHUNK_BYTES);
	if (!buf)
		return -ENOMEM;
	l->buf = buf;
	l->alloc = 2 * l->alloc + CHUNK_BYTES;
	return 0;
}

int shell_lines_read(struct shell_lines *l, int fd)
{
	int r = l->buf ? make_room(l) : 0;
	ssize_t n;

	if (r == 0 && !l->buf)
		l->alloc = (l->buf = malloc(CHUNK_BYTES)) ? CHUNK_BYTES : 0;
	if (r < 0 || !l->buf)
		return r < 0 ? r : -ENOMEM;
	n = read(fd, l->buf + l->len, l->alloc - l->len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n < 0)
		return -errno;
	l->len += n;
	return n > 0;
}

char *shell_lines_next(struct shell_lines *l)
{
	char *line = l->buf + l->at;
	char *lf = l->len ? memchr(line, '\n', l->len) : NULL;

	if (!lf)
		return NULL;
	*lf = '\0';
	l->len -= lf + 1 - line;
	l->at += lf + 1 - line;
	return line;
}

void shell_lines_release(struct shell_lines *l)
{
	free(l->buf);
	*l = (struct shell_lines){ NULL };
}

char *shell_escape(const char *text)
{
	char *escaped = malloc(3 * strlen(text) + 1), *to = escaped;

	if (!escaped)
		return NULL;
	for (; *text; text++) {
		if (*text == '\n')
			to = stpcpy(to, "%0a");
		else if (*text == '%')
			to = stpcpy(to, "%25");
		else
			*to++ = *text;
	}
	*to = '\0';
	return escaped;
}

int shell_unescape(char *text)
{
	char *to = text;

	while (*text) {
		if (*text != '%') {
			*to++ = *text++;
			continue;
		}
		if (strncmp(text, "%0a", 3) != 0 &&
		    strncmp(text, "%25", 3) != 0)
			return -EINVAL;
		*to++ = text[1] == '0' ? '\n' : '%';
		text += 3;
	}
	*to = '\0';
	return 0;
}
