/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Temporary folders, $TMPDIR/cgmark-PID-XXXXXX.  A lock marks those in use, so
 * that leftovers of killed processes can be found and removed.
 */
#ifndef CGMARK_TMPDIR_H
#define CGMARK_TMPDIR_H

/*
 * Makes one and locks it.  The caller owns both results and ends them with
 * tmpdir_remove().  Returns 0 or -errno, logged; both may be set even then.
 */
int tmpdir_make(char **path, int *lock_fd);
/*
 * Of what failed to be written into one: -ENOSPC and -EDQUOT are logged, with
 * what to do, and become -EIO, as they say nothing about any other folder.
 */
int tmpdir_full(int r);
/* The same as ROOT/PREFIXPID-XXXXXX, without messages. */
int tmpdir_make_in(const char *root, const char *prefix, char **path,
		   int *lock_fd);
/*
 * Removes the folder and its contents, closes the lock, and resets both to NULL
 * and -1, which it also accepts.  Failure to remove is a warning.
 */
void tmpdir_remove(char **path, int *lock_fd);
/* Removes folders whose process is gone (kill -9, power cut). */
void tmpdir_remove_stale(void);
void tmpdir_remove_stale_in(const char *root, const char *prefix);

#endif
