/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of old runs that are compressed, FILE.zst in place of FILE, or that were
 * removed on purpose, FILE.gone.  boot.json still has the sums of FILE itself.
 */
#ifndef CGMARK_PACKED_H
#define CGMARK_PACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "strbuf.h"

/*
 * As read_regular(), of the file or else of what it was compressed to; max is of what
 * it holds.  -EBADMSG: that is damaged.
 */
int packed_read(const char *path, uint64_t max, struct strbuf *ret);
/* Was it removed on purpose? */
bool packed_is_gone(const char *path);

/*
 * Compresses the file, or removes it.  What is killed in between leaves the file as it
 * was, perhaps with the other one beside it.  Done already: 0.  -errno, not logged.
 */
int packed_make(const char *path);
int packed_remove(const char *path);

#endif
