/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output of tools in the guest, carried by the status stream and saved verbatim
 * beside the samples of the boot.  Shared by guest and host (libc only).
 * cgmark-run(5) documents the lines that carry it.
 */
#ifndef CGMARK_RAWFILE_H
#define CGMARK_RAWFILE_H

#include <stddef.h>

/* Followed by KIND, ": " and TEXT. */
#define RAWFILE_LINE "# | file "

enum rawfile_kind {
	RAWFILE_COMMAND, /* version of the tool, then the command line */
	RAWFILE_OUT,	 /* what it printed */
	RAWFILE_JSON,	 /* the same, if the tool prints JSON */
	RAWFILE_PERF,	 /* perf stat of the tool, in a separate run */
	NR_RAWFILES,
};

/* "command": KIND of a line, and the suffix of the file's name. */
const char *rawfile_kind_str(enum rawfile_kind kind);

/*
 * Encodes as much of data as fits, up to the end of its first line, as a TEXT
 * with its NUL; size is at least 5.  Returns how many bytes were consumed.
 */
size_t rawfile_encode(char *buf, size_t size, const void *data, size_t len);

/*
 * Decodes the TEXT of a whole line, without its LF, in place.  Returns 0;
 * -ENOENT: not such a line, left unchanged; -EBADMSG: malformed.
 */
int rawfile_parse(char *line, enum rawfile_kind *kind, char **data,
		  size_t *len);

#endif
