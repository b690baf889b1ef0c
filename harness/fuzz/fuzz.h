/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share.  A target is one file with fuzz_one(), which
 * libFuzzer calls with bytes that it made up; main.c is between the two.
 */
#ifndef CGMARK_FUZZ_H
#define CGMARK_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

/* text ends with a NUL that len does not count. */
void fuzz_one(const char *text, size_t len);

/* An empty folder at the start, for files. */
extern const char *fuzz_dir;

/* Writes fuzz_dir/NAME and returns its path, until the next call. */
const char *fuzz_file(const char *name, const char *data, size_t len);

/* Stops with a report: what holds for any input does not for this one. */
#define fuzz_check(_holds)                \
	do {                              \
		if (!(_holds))            \
			__builtin_trap(); \
	} while (0)

/* All that is printed of foreign text is on one line, without a control. */
void fuzz_check_clean(const char *text);

/*
 * Appends the end that records (record.h) and JSON files have, with the right
 * checksum, unless there is some: it would take too long to guess one.  counted:
 * the first letters of the records that the end counts.
 */
void fuzz_add_record_end(struct strbuf *text, const char *counted);
void fuzz_add_json_end(struct strbuf *text);

#endif
