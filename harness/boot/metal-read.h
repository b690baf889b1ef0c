/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads back what a kernel under test left on the scratch partition. */
#ifndef CGMARK_METAL_READ_H
#define CGMARK_METAL_READ_H

#include "metal-block.h"
#include "strbuf.h"

struct metal_streams {
	struct strbuf console, status, samples;
	uint32_t nr_blocks;   /* behind the header */
	enum metal_kind last; /* METAL_HEADER: there is none */
};

/*
 * Takes the blocks of this nonce up to the first that is not one of them, at most
 * nr of them with the header.  0; -ENOENT: the header is not of this nonce, so that
 * nothing behind it can be; or what reading gave.  Release *ret in all cases.
 */
int metal_read(int fd, uint32_t nr, const unsigned char *nonce,
	       struct metal_streams *ret);
void metal_streams_release(struct metal_streams *s);

#endif
