/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scratch partition of a real machine: found by its PARTUUID among all disks,
 * and by that alone.  Shared by guest and host (libc only).
 */
#ifndef CGMARK_METAL_SCRATCH_H
#define CGMARK_METAL_SCRATCH_H

#include <stdint.h>

#include "metal-block.h"

/* Roots of the trees; "" but in tests. */
struct metal_roots {
	const char *sys, *dev; /* "/sys", "/dev" */
};
extern const struct metal_roots metal_roots;

struct metal_scratch {
	char node[64];	      /* "/dev/vda2" */
	uint64_t start_bytes; /* on its disk */
	uint64_t len_bytes;
};

/*
 * -ENOENT: no disk has it; -ENOTUNIQ: several have; -EBADMSG: a disk has it that
 * the kernel sees elsewhere; -EINVAL: that is no PARTUUID; or another -errno.
 */
int metal_scratch_find(const struct metal_roots *roots, const char *partuuid,
		       struct metal_scratch *ret);

/*
 * For blocks: what is written is on the disk, and nobody may have it mounted.
 * Returns a descriptor that the caller closes, or -errno.
 */
int metal_scratch_open(const struct metal_scratch *s);
/* How many it has room for. */
uint32_t metal_scratch_blocks(const struct metal_scratch *s);
/* Reads or writes one block; buf is aligned to METAL_BLOCK_BYTES.  -errno. */
int metal_block_read(int fd, uint32_t seq, void *buf);
int metal_block_write(int fd, uint32_t seq, const void *buf);
/* Memory for a block, which the caller frees; NULL: there is none. */
void *metal_block_alloc(void);

#endif
