/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that a seed determines: splitmix64 (G. L. Steele, D. Lea, C. H. Flood:
 * "Fast splittable pseudorandom number generators", OOPSLA 2014).  For orders
 * and permutations, not for secrets.
 */
#ifndef CGMARK_RANDOM_H
#define CGMARK_RANDOM_H

#include <stdint.h>

/* The next number of the stream; *state begins as the seed, any value. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/*
 * One of 0..n - 1, for n >= 1, without a division (D. Lemire: "Fast random
 * integer generation in an interval", ACM TOMACS 29 (2019)); no bias that
 * matters below 2^32.
 */
static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)random_next(state) * n) >> 64);
}

#endif
