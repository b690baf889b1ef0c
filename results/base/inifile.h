/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * INI files as people write them: pairs in sections, comments behind ';', and
 * messages that say which line is wrong.  What a section or key means is the
 * caller's.
 */
#ifndef CGMARK_INIFILE_H
#define CGMARK_INIFILE_H

#include <stdbool.h>

#include "strbuf.h"

/* A file being read. */
struct inifile {
	const char *path;
	void *arg;
	/* The line of the pair continues the value of the pair before. */
	bool continued;

	/* Private. */
	void (*on_pair)(struct inifile *f, const char *section, const char *key,
			const char *value);
	const char *next;
	unsigned line;
	unsigned error_line; /* of the first error; 0: none yet */
	struct strbuf error;
};

/*
 * Calls on_pair for each pair of a file; a continued value comes as a pair of
 * its own.  Returns an exit_status: ST_USAGE for a file that cannot be read or
 * is malformed, or of which on_pair said so; the first error was logged with
 * its line.  A key before the first section is an error.
 */
int inifile_read(const char *path,
		 void (*on_pair)(struct inifile *f, const char *section,
				 const char *key, const char *value),
		 void *arg);

/* For on_pair: the line is wrong.  Only the first error of a file counts. */
__printf(2, 3) void inifile_fail(struct inifile *f, const char *fmt, ...);

/* For on_pair: the key is not known; names the nearest, or all. */
void inifile_fail_key(struct inifile *f, const char *key,
		      const char *const *known, size_t nr);

#endif
