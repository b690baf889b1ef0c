/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes a boot of one run over into another. */
#ifndef CGMARK_BOOT_COPY_H
#define CGMARK_BOOT_COPY_H

#include "run.h"

/*
 * Copies the files of a boot that ended to the boot of that id of another run,
 * boot.json last, and in that only the id of the run differs.  Nothing is followed
 * out of its directory, and each file has to have the sum that boot.json says.
 * Returns 1; 0 if the files are not as they should be, which was logged, and the
 * other run does not have the boot then; -errno, logged, if they cannot be written.
 */
int boot_copy(const struct run *from, const struct run_boot *boot,
	      const struct run *to);

#endif
