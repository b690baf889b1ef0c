/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel under test leaves on the scratch partition of a real machine:
 * blocks one behind the other, none written twice, so that a reset in mid-write
 * harms the last one only.  Shared by guest and host (libc only).
 *
 * Block 0 is written at home before each attempt and says whose the partition is,
 * the others by PID 1 of the kernel under test.  All numbers are little-endian:
 *
 *    0  8   "cgmkblk1"
 *    8  16  nonce of the attempt; other ones are of earlier attempts
 *   24  4   number of the block on the partition, from 0
 *   28  4   enum metal_kind
 *   32  4   bytes of payload, 0 to 4056
 *   36  4   CRC-32 (record.h) of bytes 0 to 35 and the payload
 *   40      payload, then zeros up to 4096
 */
#ifndef CGMARK_METAL_BLOCK_H
#define CGMARK_METAL_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#define METAL_BLOCK_BYTES 4096
#define METAL_PAYLOAD_MAX 4056
#define METAL_NONCE_BYTES 16
#define METAL_SECONDS_MAX 86400 /* of a deadline */
#define METAL_NONCE_HEX (2 * METAL_NONCE_BYTES + 1)
/*
 * Before the nonce of an attempt, in the kernel's log: written at home before it
 * leaves, and by PID 1 of the kernel under test.
 */
#define METAL_MARK_HOME "cgmark: home leaves for "
#define METAL_MARK_INIT "cgmark: this is "

enum metal_kind {
	METAL_HEADER,	/* no payload */
	METAL_CONSOLE,	/* the kernel's log */
	METAL_STATUS,	/* KTAP */
	METAL_SAMPLES,	/* records */
	METAL_END,	/* all was written; no payload */
	METAL_DEADLINE, /* PID 1 gave up; no payload */
	METAL_FULL,	/* no room for more; no payload */
	METAL_FLOOD,	/* too much of the kernel's log; no payload */
	NR_METAL_KINDS
};

struct metal_block {
	unsigned char nonce[METAL_NONCE_BYTES];
	uint32_t seq;
	enum metal_kind kind;
	uint32_t len;
	const void *payload; /* once parsed: in the buffer */
};

/* buf has METAL_BLOCK_BYTES. */
void metal_block_format(const struct metal_block *b, void *buf);
/*
 * 0; -ENOENT: that is none; -EBADMSG: one that was torn or altered.  Whether
 * nonce and seq are those expected is up to the caller.
 */
int metal_block_parse(const void *buf, struct metal_block *ret);

/* A nonce in hex, with its NUL. */
void metal_nonce_format(const unsigned char *nonce, char hex[METAL_NONCE_HEX]);
/* 0 or -EINVAL. */
int metal_nonce_parse(const char *hex, unsigned char *nonce);

#endif
