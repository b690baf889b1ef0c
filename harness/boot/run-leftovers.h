/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run directories of processes that are gone (kill -9, power cut).  A lock marks
 * those in use.
 */
#ifndef CGMARK_RUN_LEFTOVERS_H
#define CGMARK_RUN_LEFTOVERS_H

#define INITRAMFS_FILE "initramfs.cpio"

/*
 * Locks a run directory just made: a descriptor to be closed at the end, or
 * -errno; -ENOENT: somebody has taken it for a leftover and removed it.
 */
int run_dir_lock(const char *dir);

/*
 * In a folder of runs, marks those that nobody carries out any more as
 * interrupted, removes their initramfs, and those that have not begun.
 */
void run_leftovers_tidy(const char *runs);

#endif
