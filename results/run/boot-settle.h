/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Brings the status and the samples of a boot together, and so decides which
 * points count.  Between the boot-*.c of run/ only.
 */
#ifndef CGMARK_BOOT_SETTLE_H
#define CGMARK_BOOT_SETTLE_H

#include "boot-load.h"

/*
 * How far the samples are trusted.  All of them: the stream ends with its own
 * sum, and the file has the one in boot.json.  Some of them: the boot was
 * interrupted or failed, so the stream has no end, yet what is there is sound; a
 * point counts if its status and all of its samples arrived.  None: the file was
 * cut short or altered after it was written.
 */
enum trust { TRUST_NONE, TRUST_SOME, TRUST_ALL };

/* Fills the samples and lacks of the boot; returns how many points count. */
size_t boot_settle(struct boot_load *l, enum trust trust);

#endif
