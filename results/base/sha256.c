/* SPDX-License-Identifier: GPL-2.0-only */
#include "sha256.h"

#include <errno.h>
#include <sys/types.h>

#include <sha2.h>

int sha256_file(const char *path, char hex[65])
{
	return SHA256File(path, hex) ? 0 : -errno;
}

void sha256_hex(const void *data, size_t len, char hex[65])
{
	SHA256Data(data, len, hex);
}
