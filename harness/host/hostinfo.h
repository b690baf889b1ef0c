/* SPDX-License-Identifier: GPL-2.0-only */
/* What this host is, for the provenance and for defaults. */
#ifndef CGMARK_HOSTINFO_H
#define CGMARK_HOSTINFO_H

/* Cores that this process may run on; at least 1. */
unsigned host_cores(void);
/* "2 x CPU MODEL, Linux RELEASE"; the caller frees. */
char *host_describe(void);

#endif
