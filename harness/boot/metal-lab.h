/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine at home: its scratch partition, and what it is like. */
#ifndef CGMARK_METAL_LAB_H
#define CGMARK_METAL_LAB_H

#include "metal-block.h"
#include "strbuf.h"

/* boot_id of the running kernel as text.  0 or -errno. */
int metal_home_id(char *ret, size_t size);
/* Seconds since 1970 when it was started. */
uint64_t metal_home_began_s(void);

/* Opens the scratch partition.  0, *fd and its blocks; or -errno with why. */
int metal_open_scratch(const char *partuuid, int *fd, uint32_t *nr_blocks,
		       struct strbuf *why);
/*
 * Makes it cgmark's, if it is or if its first MiB is zero.  -ENOTEMPTY: somebody
 * else's data are there; nothing is written then.
 */
int metal_claim_scratch(int fd, struct strbuf *why);
/* Is its header cgmark's? */
bool metal_is_claimed(int fd);
/* For an attempt of this nonce.  -errno, logged. */
int metal_begin_scratch(int fd, const unsigned char *nonce);

/* "Linux 6.12.1, clock tsc, governor performance, SMT on, ..." */
void metal_describe_home(struct strbuf *ret);

#endif
