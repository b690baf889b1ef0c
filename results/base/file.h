/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files and folders. */
#ifndef CGMARK_FILE_H
#define CGMARK_FILE_H

#include "strbuf.h"

/* Appends the whole file to *ret.  Returns 0 or -errno (not logged). */
int read_file(const char *path, struct strbuf *ret);
/*
 * Writes path through a temporary file beside it, fsync and rename, so that a
 * reader or a power cut sees the old content or the new.  -errno, not logged.
 */
int write_file_atomic(const char *path, const void *data, size_t len);
/*
 * Writes what a user asked for by name.  A regular file, or the one that a
 * symlink leads to, is replaced as above and keeps its mode and owner; into
 * anything else (device, FIFO), and into what this process has open for writing
 * already (/dev/stdout), the data is written.  -errno, not logged.
 */
int write_output(const char *path, const void *data, size_t len);
int mkdir_p(const char *path, unsigned mode);
/* Removes a tree; a missing one is no error. */
int rm_rf(const char *path);

#endif
