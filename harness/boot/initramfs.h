/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's file system: a newc cpio with the programs, the same for every
 * boot, and a second one with the plan behind it.  The bytes depend on nothing
 * but the content: times are 0, inode numbers count up, names are sorted.
 */
#ifndef CGMARK_INITRAMFS_H
#define CGMARK_INITRAMFS_H

#include "cpio.h"
#include "guest-files.h"
#include "machine.h"

/*
 * Write the programs of bench_dir (init as /init, each bench-* as /bench/NAME)
 * and the files (may be NULL) to path, atomically; sha256 (may be NULL) is that
 * of the file.  -ENOENT: no init there.  Errors are logged.
 */
int initramfs_build(const char *bench_dir, const struct guest_files *files,
		    const char *path, char sha256[65]);

/* Append the archive with the plan of a boot, /plan.tsv. */
void initramfs_plan(const struct boot_image *img, struct strbuf *ret);

/*
 * Adds to an archive what every guest has: this program of bench_dir as /init,
 * the benchmarks and the files.  Errors as above.
 */
int initramfs_add(struct cpio *c, const char *bench_dir, const char *init,
		  const struct guest_files *files);

/*
 * Write what one boot gets to path: img->initramfs, the plan as /plan.tsv,
 * img->modules, and img->initrd_pad_bytes zero bytes.  Errors are logged.
 */
int initramfs_for_boot(const struct boot_image *img, const char *path);

#endif
