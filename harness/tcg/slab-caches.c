/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slab-caches.h"

#define CACHES_MAX 4096
/* No struct kmem_cache is larger, as far as the wanted fields are concerned. */
#define CACHE_BYTES 512

/* Where these fields are. */
struct shape {
	unsigned name, list, bytes;
};

/* Addresses of the list heads in all caches. */
struct nodes {
	uint64_t at[CACHES_MAX];
	size_t nr;
};

static bool read_nodes(const struct guest_memory *m, uint64_t head,
		       struct nodes *ret)
{
	uint64_t at = head;

	ret->nr = 0;
	while (head && guest_memory_u64(m, at, &at) && at != head) {
		if (ret->nr == CACHES_MAX)
			return false;
		ret->at[ret->nr++] = at;
	}
	return at == head && ret->nr;
}

static bool name_of(const struct guest_memory *m, uint64_t cache,
		    unsigned offset, char *ret)
{
	uint64_t at;

	return guest_memory_u64(m, cache + offset, &at) &&
	       guest_memory_text(m, at, ret, SLAB_NAME_MAX);
}

/* By the cache that all others are allocated from, and that has its own name. */
static bool find_name_and_list(const struct guest_memory *m, uint64_t pointer,
			       const struct nodes *n, struct shape *ret)
{
	uint64_t cache;
	char name[SLAB_NAME_MAX];
	bool named = false;

	if (!pointer || !guest_memory_u64(m, pointer, &cache))
		return false;
	for (unsigned i = 0; i < CACHE_BYTES && !named; i += 8) {
		ret->name = i;
		named = name_of(m, cache, i, name) &&
			strcmp(name, "kmem_cache") == 0;
	}
	for (unsigned i = 0; i < CACHE_BYTES && named; i += 8) {
		ret->list = i;
		for (size_t k = 0; k < n->nr; k++)
			if (n->at[k] == cache + i)
				return true;
	}
	return false;
}

/* A cache kmalloc-N with a power of two. */
static bool tells_size(const struct guest_memory *m, uint64_t cache,
		       const struct shape *shape, unsigned *ret)
{
	char name[SLAB_NAME_MAX];
	int end = 0;

	return name_of(m, cache, shape->name, name) &&
	       sscanf(name, "kmalloc-%u%n", ret, &end) == 1 && !name[end] &&
	       *ret >= 8 && !(*ret & (*ret - 1));
}

/* Does the field say the size in each of those? */
static bool is_size(const struct guest_memory *m, const struct nodes *n,
		    const struct shape *shape, unsigned offset)
{
	unsigned nr = 0, want;
	uint32_t is;

	for (size_t i = 0; i < n->nr; i++) {
		uint64_t cache = n->at[i] - shape->list;

		if (!tells_size(m, cache, shape, &want))
			continue;
		if (!guest_memory_read(m, cache + offset, &is, sizeof(is)) ||
		    is != want)
			return false;
		nr++;
	}
	return nr >= 3;
}

static bool find_shape(const struct guest_memory *m, uint64_t pointer,
		       const struct nodes *n, struct shape *ret)
{
	if (!find_name_and_list(m, pointer, n, ret))
		return false;
	/* The size with all that an object has comes before that without. */
	for (ret->bytes = 0; ret->bytes < CACHE_BYTES; ret->bytes += 4)
		if (is_size(m, n, ret, ret->bytes))
			return true;
	return false;
}

static bool is_known(const struct slab_caches *c, uint64_t at, const char *name)
{
	for (size_t i = 0; i < c->nr; i++)
		if (c->list[i].at == at && strcmp(c->list[i].name, name) == 0)
			return true;
	return false;
}

static void add(struct slab_caches *c, uint64_t at, uint32_t bytes,
		const char *name)
{
	/* Another one was there before. */
	for (size_t i = 0; i < c->nr; i++)
		if (c->list[i].at == at)
			c->list[i].at = 0;
	if (c->nr == c->alloc) {
		c->alloc = 2 * c->alloc + 256;
		c->list = realloc(c->list, c->alloc * sizeof(*c->list));
		if (!c->list) {
			fprintf(stderr, "cgmark-tcg: out of memory\n");
			exit(EXIT_FAILURE);
		}
	}
	c->list[c->nr] = (struct slab_cache){ .at = at, .bytes = bytes };
	snprintf(c->list[c->nr++].name, SLAB_NAME_MAX, "%s", name);
}

void slab_caches_find(struct slab_caches *c, const struct guest_memory *m,
		      const struct slab_symbols *s)
{
	static struct nodes nodes;
	char name[SLAB_NAME_MAX];
	struct shape shape;
	uint32_t bytes;

	if (!read_nodes(m, s->slab_caches, &nodes) ||
	    !find_shape(m, s->kmem_cache, &nodes, &shape))
		return;
	for (size_t i = 0; i < nodes.nr; i++) {
		uint64_t at = nodes.at[i] - shape.list;

		if (name_of(m, at, shape.name, name) &&
		    guest_memory_read(m, at + shape.bytes, &bytes,
				      sizeof(bytes)) &&
		    bytes && !is_known(c, at, name))
			add(c, at, bytes, name);
	}
}
