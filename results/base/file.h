/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files and folders. */
#ifndef CGMARK_FILE_H
#define CGMARK_FILE_H

#include "strbuf.h"

/* Appends the whole file to *ret.  Returns 0 or -errno (not logged). */
int read_file(const char *path, struct strbuf *ret);
/*
 * The same for a file that somebody else may have put there: no FIFO or device,
 * and no more than max bytes (-EFBIG), whatever its size says.
 */
int read_regular(const char *path, uint64_t max, struct strbuf *ret);
/* Sets *ret to the first line of a file, without its end; 0, or -errno and "". */
int read_first_line(const char *path, struct strbuf *ret);
/* To read it in parts.  Returns a descriptor that the caller owns, or -errno. */
int open_regular(const char *path, uint64_t max);
/* What is wrong if one of the two returned -err. */
const char *read_error(int err);
/*
 * Writes path through a temporary file beside it, fsync and rename, so that a
 * reader or a power cut sees the old content or the new.  -errno, not logged.
 */
int write_file_atomic(const char *path, const void *data, size_t len);
/*
 * Writes path in place, for folders that nobody trusts yet.  sync: it is on the
 * disk when this returns; otherwise it is on its way there.  -errno, not logged.
 */
int write_file_in_place(const char *path, const void *data, size_t len,
			bool sync);
/*
 * Writes an output file that the user named.  A regular file, or the target of
 * a symlink, is replaced as above and keeps its mode and owner.  Anything else
 * (device, FIFO), and any file that this process already has open for writing
 * (/dev/stdout), is written to in place.  -errno, not logged.
 */
int write_output(const char *path, const void *data, size_t len);
int mkdir_p(const char *path, unsigned mode);
/*
 * Could mkdir_p() make it, and is there room for an entry in it?  Leaves nothing
 * behind.  -errno, not logged.
 */
int check_dir(const char *path);
/* Removes a tree; a missing one is no error. */
int rm_rf(const char *path);

#endif
