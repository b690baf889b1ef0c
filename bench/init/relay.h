/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies a benchmark program's pipe to a channel by whole lines, so that a
 * program that dies in mid-line leaves no partial one.
 */
#ifndef CGMARK_RELAY_H
#define CGMARK_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_BYTES 16384
#define RELAY_PREFIX_MAX 8

struct relay {
	int in; /* pipe; closed and -1 after its end */
	int out;
	const char *prefix; /* before each line, at most RELAY_PREFIX_MAX */
	/* Lines and CRC-32 (record.h) of all that went out. */
	unsigned *lines; /* NULL: not counted */
	uint32_t *crc;
	size_t len;
	char buf[RELAY_BYTES];
};

/*
 * Take what is there.  1: more may come.  0: end of file; an unfinished line is
 * dropped.  -errno: the channel failed; -EMSGSIZE: a line is too long.
 */
int relay_pump(struct relay *r);
/* Write to the channel and count, as relay_pump() does. */
int relay_write(struct relay *r, const char *text, size_t len);

#endif
