/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processor model: two first-level caches, a last-level cache behind both,
 * and a predictor of conditional branches.  It is no real processor's; it is
 * simple, stated, and gives the same figures for the same accesses.
 *
 * Caches are set-associative, indexed by virtual address, and replace the line
 * that was not used for longest.  Stores allocate like loads.  The last level
 * sees what misses a first level.  There is no prefetch and no write-back.
 *
 * The predictor has 2^14 counters of two bits, indexed by the address of the
 * branch xor the outcomes of the last 14 branches, and starts from "weakly not
 * taken".  Targets are taken for known.
 */
#ifndef CGMARK_TCG_MODEL_H
#define CGMARK_TCG_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache_shape {
	uint32_t bytes;
	uint32_t ways;
	uint32_t line; /* bytes; a power of two, as is the number of sets */
};

struct cache {
	struct cache_shape shape;
	uint32_t line_shift;
	uint64_t set_mask;
	uint64_t *tags; /* per set, most recently used first */
};

/* "BYTES:WAYS:LINE".  False: malformed, or no such cache can be. */
bool cache_parse_shape(const char *text, struct cache_shape *ret);
/* Empty; false without memory. */
bool cache_init(struct cache *c, const struct cache_shape *shape);
void cache_release(struct cache *c);
void cache_empty(struct cache *c);
/* Use the line that addr is in; true if it was there. */
bool cache_use(struct cache *c, uint64_t addr);

#define PREDICTOR_BITS 14

struct predictor {
	uint32_t history;
	uint8_t counter[1 << PREDICTOR_BITS];
};

void predictor_reset(struct predictor *p);
/* A conditional branch at pc went this way; true if it was predicted. */
bool predictor_branch(struct predictor *p, uint64_t pc, bool taken);

struct model {
	struct cache l1i, l1d, ll;
	struct predictor predictor;
};

/* Misses, by what was used. */
struct model_miss {
	unsigned l1;
	unsigned ll;
};

bool model_init(struct model *m, const struct cache_shape *l1i,
		const struct cache_shape *l1d, const struct cache_shape *ll);
void model_release(struct model *m);
void model_reset(struct model *m);
/* One line of code. */
struct model_miss model_fetch(struct model *m, uint64_t addr);
/* One access of so many bytes: at most one miss a level, over two lines too. */
struct model_miss model_data(struct model *m, uint64_t addr, unsigned bytes);

#endif
