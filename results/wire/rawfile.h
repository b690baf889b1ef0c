/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a tool in the guest wrote by itself, on its way through the status
 * stream: byte for byte a file beside the samples of its boot.  Shared by guest
 * and host (libc only).  cgmark-run(5) has the lines that carry it.
 */
#ifndef CGMARK_RAWFILE_H
#define CGMARK_RAWFILE_H

#include <stddef.h>

/* Behind it come KIND, ": " and TEXT. */
#define RAWFILE_LINE "# | file "

enum rawfile_kind {
	RAWFILE_COMMAND, /* version of the tool, then the command line */
	RAWFILE_OUT,	 /* what it printed */
	RAWFILE_JSON,	 /* the same, of a tool that prints JSON */
	RAWFILE_PERF,	 /* perf stat of it, in a run of its own */
	NR_RAWFILES,
};

/* "command": KIND of a line, and what the name of the file ends with. */
const char *rawfile_kind_str(enum rawfile_kind kind);

/*
 * Write as much of data as fits, at most to the end of its first line, as a
 * TEXT with its NUL; size is at least 5.  Returns the bytes that were taken.
 */
size_t rawfile_encode(char *buf, size_t size, const void *data, size_t len);

/*
 * The way back, for a whole line without its LF: its kind, and its TEXT decoded
 * in place.  0; -ENOENT: no line of a file, and nothing was changed; -EBADMSG:
 * a malformed one.
 */
int rawfile_parse(char *line, enum rawfile_kind *kind, char **data,
		  size_t *len);

#endif
