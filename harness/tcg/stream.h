/* SPDX-License-Identifier: GPL-2.0-only */
/* A file of records in the making: kept in memory, written at the end. */
#ifndef CGMARK_TCG_STREAM_H
#define CGMARK_TCG_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
	char *path;
	char *text;
	size_t len, alloc;
	unsigned records; /* that the end line counts */
};

/* False without memory. */
bool stream_set_file(struct stream *s, const char *path);
/* Part of a line.  Allocation failure ends the process with a message. */
__attribute__((format(printf, 2, 3))) void stream_add(struct stream *s,
						      const char *fmt, ...);
/*
 * The record of a point.  text: as the runner announces it (mark.h); what is
 * none is left out, and the answer false.
 */
bool stream_add_point(struct stream *s, const char *text, uint64_t samples);
/* The end, and all of it to the disk; false with a message on stderr. */
bool stream_write(struct stream *s);

#endif
