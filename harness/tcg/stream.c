/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "stream.h"

void stream_add(struct stream *s, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (s->alloc - s->len < 2 * REC_LINE_MAX) {
		s->alloc = 2 * s->alloc + 65536;
		s->text = realloc(s->text, s->alloc);
		if (!s->text) {
			fprintf(stderr, "cgmark-tcg: out of memory\n");
			exit(EXIT_FAILURE);
		}
	}
	va_start(ap, fmt);
	n = vsnprintf(s->text + s->len, s->alloc - s->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < s->alloc - s->len)
		s->len += n;
}

bool stream_set_file(struct stream *s, const char *path)
{
	free(s->path);
	s->path = strdup(path);
	return s->path != NULL;
}

/* Splits at TABs; true if there are exactly nr fields, all of plain text. */
static bool split(char *text, char **field, unsigned nr)
{
	unsigned n = 0;

	for (char *p = text; n < nr; n++) {
		field[n] = p;
		p = strchr(p, '\t');
		if (!p) {
			n++;
			break;
		}
		*p++ = '\0';
	}
	for (unsigned i = 0; i < n; i++)
		for (const char *p = field[i]; *p; p++)
			if (*p <= ' ' || *p > '~')
				return false;
	return n == nr && *field[0] && *field[1] && *field[3];
}

bool stream_add_point(struct stream *s, const char *text, uint64_t samples)
{
	char copy[REC_LINE_MAX], *field[4];

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	if (!split(copy, field, 4))
		return false;
	stream_add(s, "P\t%s\t%s\t%s\t%s\t%" PRIu64 "\n", field[0], field[1],
		   *field[2] ? field[2] : "-", field[3], samples);
	s->records++;
	return true;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

bool stream_write(struct stream *s)
{
	uint32_t crc = rec_crc32(0, s->text, s->len);
	int fd, r;

	stream_add(s, "E\t%u\t%08" PRIx32 "\n", s->records, crc);
	fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	r = fd < 0 ? -errno : write_all(fd, s->text, s->len);
	if (fd >= 0 && close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		fprintf(stderr, "cgmark-tcg: cannot write %s: %s\n", s->path,
			strerror(-r));
	return r == 0;
}
