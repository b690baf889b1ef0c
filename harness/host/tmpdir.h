/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Temporary folders, $TMPDIR/cgmark-PID-XXXXXX.  A lock says that one is in
 * use, so that those of processes that were killed can be told and removed.
 */
#ifndef CGMARK_TMPDIR_H
#define CGMARK_TMPDIR_H

/*
 * Makes one and locks it.  The caller owns both results; the lock lasts until
 * *lock_fd is closed.  -errno, logged; *path may be set then, and the folder
 * be there.
 */
int tmpdir_make(char **path, int *lock_fd);
/*
 * Removes the folder with all that is in it, closes the lock, and frees the
 * path.  Does nothing to NULL and -1, which it leaves behind; a folder that
 * cannot be removed is a warning.
 */
void tmpdir_remove(char **path, int *lock_fd);
/* Removes those whose process is gone (kill -9, power cut). */
void tmpdir_remove_stale(void);

#endif
