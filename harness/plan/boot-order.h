/* SPDX-License-Identifier: GPL-2.0-only */
/* The order in which kernels are measured where time is. */
#ifndef CGMARK_BOOT_ORDER_H
#define CGMARK_BOOT_ORDER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Randomised ABBA: ret[block * nr + i] is the kernel, 0..nr - 1, that comes as
 * the i-th of a block, of which each has every kernel once.  The seed draws the
 * order of the first block of each two, and the second one has it reversed.  So
 * what drifts evenly over an even number of blocks hits all kernels alike, and
 * what comes and goes does not know which kernel it hits.
 */
void boot_order(size_t nr, size_t blocks, uint64_t seed, unsigned *ret);

#endif
