/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-256 of buffers and files. */
#ifndef CGMARK_SHA256_H
#define CGMARK_SHA256_H

#include <stddef.h>

/* A file's digest in lower-case hex.  -errno, not logged. */
int sha256_file(const char *path, char hex[65]);
void sha256_hex(const void *data, size_t len, char hex[65]);

#endif
