/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Matches the samples of a boot with the status of its points, and so decides
 * which points count.  Private to the boot-*.c of run/.
 */
#ifndef CGMARK_BOOT_SETTLE_H
#define CGMARK_BOOT_SETTLE_H

#include "boot-load.h"

/*
 * How far the samples are trusted.  All: the stream ends with its own checksum
 * and the file matches the one in boot.json.  Some: the boot was interrupted or
 * failed, so the stream has no end but is sound up to there; a point counts if
 * its status and all of its samples arrived.  None: the file was truncated or
 * altered after it was written.
 */
enum trust { TRUST_NONE, TRUST_SOME, TRUST_ALL };

/* Fills the samples and lacks of the boot; returns how many points count. */
size_t boot_settle(struct boot_load *l, enum trust trust);

#endif
