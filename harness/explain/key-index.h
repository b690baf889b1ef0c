/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Indices by key, in a balanced tree: profiles come from others too, and may
 * have tens of thousands of functions, one below the other or side by side.
 */
#ifndef CGMARK_KEY_INDEX_H
#define CGMARK_KEY_INDEX_H

#include <stdint.h>

struct key_index {
	void *tree;
};

/*
 * The value of (name, a, b), which is 0 as long as the caller sets no other.
 * Keeps name, which may be NULL in all keys.  *steps counts comparisons.
 */
unsigned *key_index_at(struct key_index *x, const char *name, unsigned a,
		       unsigned b, uint64_t *steps);
/* 0: there is none. */
unsigned key_index_find(const struct key_index *x, const char *name, unsigned a,
			unsigned b, uint64_t *steps);
void key_index_release(struct key_index *x);

#endif
