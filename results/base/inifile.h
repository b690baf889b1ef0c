/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * INI files as people write them: pairs in sections, comments after ';', and
 * errors that name the line.  What sections and keys mean is up to the caller.
 */
#ifndef CGMARK_INIFILE_H
#define CGMARK_INIFILE_H

#include <stdbool.h>

#include "exit-status.h"
#include "strbuf.h"

/* A file being read. */
struct inifile {
	const char *path;
	void *arg;
	/* This line continues the value of the previous pair. */
	bool continued;

	/* Private. */
	void (*on_pair)(struct inifile *f, const char *section, const char *key,
			const char *value);
	const char *next;
	unsigned line;
	unsigned section;    /* line of one that has no pair yet; 0: none */
	unsigned error_line; /* of the first error; 0: none yet */
	struct strbuf error;
};

/*
 * Calls on_pair for each pair of a file; each continuation line is a pair of
 * its own.  ST_USAGE if the file cannot be read (ST_HOST: for want of descriptors
 * or memory), is malformed or was rejected by on_pair; the first error is logged
 * with its line.  A key before the first
 * section is an error, and so is a section without a key.
 */
enum exit_status
inifile_read(const char *path,
	     void (*on_pair)(struct inifile *f, const char *section,
			     const char *key, const char *value),
	     void *arg);

/* For on_pair: rejects the line.  Only the first error of a file is kept. */
__printf(2, 3) void inifile_fail(struct inifile *f, const char *fmt, ...);

/* For on_pair: rejects an unknown key; suggests the nearest, or lists all. */
void inifile_fail_key(struct inifile *f, const char *key,
		      const char *const *known, size_t nr);

#endif
