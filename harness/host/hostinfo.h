/* SPDX-License-Identifier: GPL-2.0-only */
/* Describes this host, for provenance and defaults. */
#ifndef CGMARK_HOSTINFO_H
#define CGMARK_HOSTINFO_H

#include <stdint.h>

/* Number of cores that this process may use; at least 1. */
unsigned host_cores(void);
/* Bytes that programs can use without swapping; UINT64_MAX if nobody knows. */
uint64_t host_memory_available(void);
/* "2 x CPU MODEL, Linux RELEASE"; the caller frees. */
char *host_describe(void);

#endif
