/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slab-caches.h"

#define CACHES_MAX 4096
/* No struct kmem_cache is larger, as far as the wanted fields are concerned. */
#define CACHE_BYTES 512
#define NAME_MAX_BYTES sizeof(((struct cache_of_objects *)0)->name)

/* Where these fields are. */
struct shape {
	unsigned name, list, bytes;
};

/* Addresses of the list heads in all caches. */
struct nodes {
	uint64_t at[CACHES_MAX];
	size_t nr;
};

static bool read_nodes(const struct objects *o, struct nodes *ret)
{
	uint64_t head = objects_find(o, "slab_caches"), at = head;

	ret->nr = 0;
	while (head && guest_memory_u64(&o->memory, at, &at) && at != head) {
		if (ret->nr == CACHES_MAX)
			return false;
		ret->at[ret->nr++] = at;
	}
	return at == head && ret->nr;
}

static bool name_of(const struct objects *o, uint64_t cache, unsigned offset,
		    char *ret)
{
	uint64_t at;

	return guest_memory_u64(&o->memory, cache + offset, &at) &&
	       guest_memory_text(&o->memory, at, ret, NAME_MAX_BYTES);
}

/* By the cache that all others are allocated from, and that has its own name. */
static bool find_name_and_list(const struct objects *o, const struct nodes *n,
			       struct shape *ret)
{
	uint64_t pointer = objects_find(o, "kmem_cache"), cache;
	char name[NAME_MAX_BYTES];
	bool named = false;

	if (!pointer || !guest_memory_u64(&o->memory, pointer, &cache))
		return false;
	for (unsigned i = 0; i < CACHE_BYTES && !named; i += 8) {
		ret->name = i;
		named = name_of(o, cache, i, name) &&
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
static bool tells_size(const struct objects *o, uint64_t cache,
		       const struct shape *shape, unsigned *ret)
{
	char name[NAME_MAX_BYTES];
	int end = 0;

	return name_of(o, cache, shape->name, name) &&
	       sscanf(name, "kmalloc-%u%n", ret, &end) == 1 && !name[end] &&
	       *ret >= 8 && !(*ret & (*ret - 1));
}

/* Does the field say the size in each of those? */
static bool is_size(const struct objects *o, const struct nodes *n,
		    const struct shape *shape, unsigned offset)
{
	unsigned nr = 0, want;
	uint32_t is;

	for (size_t i = 0; i < n->nr; i++) {
		uint64_t cache = n->at[i] - shape->list;

		if (!tells_size(o, cache, shape, &want))
			continue;
		if (!guest_memory_read(&o->memory, cache + offset, &is,
				       sizeof(is)) ||
		    is != want)
			return false;
		nr++;
	}
	return nr >= 3;
}

static bool find_shape(const struct objects *o, const struct nodes *n,
		       struct shape *ret)
{
	if (!find_name_and_list(o, n, ret))
		return false;
	/* The size with all that an object has comes before that without. */
	for (ret->bytes = 0; ret->bytes < CACHE_BYTES; ret->bytes += 4)
		if (is_size(o, n, ret, ret->bytes))
			return true;
	return false;
}

static bool is_known(const struct objects *o, uint64_t at, const char *name)
{
	for (size_t i = 0; i < o->nr_caches; i++)
		if (o->caches[i].at == at &&
		    strcmp(o->caches[i].name, name) == 0)
			return true;
	return false;
}

static void add(struct objects *o, uint64_t at, uint32_t bytes,
		const char *name)
{
	struct cache_of_objects *c;

	/* Another one was there before. */
	for (size_t i = 0; i < o->nr_caches; i++)
		if (o->caches[i].at == at)
			o->caches[i].at = 0;
	if (o->nr_caches == o->alloc_caches) {
		o->alloc_caches = 2 * o->alloc_caches + 256;
		o->caches = realloc(o->caches,
				    o->alloc_caches * sizeof(*o->caches));
		if (!o->caches) {
			fprintf(stderr, "cgmark-tcg: out of memory\n");
			exit(EXIT_FAILURE);
		}
	}
	c = &o->caches[o->nr_caches++];
	*c = (struct cache_of_objects){ .at = at, .bytes = bytes };
	snprintf(c->name, sizeof(c->name), "%s", name);
}

void slab_caches_find(struct objects *o)
{
	static struct nodes nodes;
	char name[NAME_MAX_BYTES];
	struct shape shape;
	uint32_t bytes;

	if (!read_nodes(o, &nodes) || !find_shape(o, &nodes, &shape))
		return;
	for (size_t i = 0; i < nodes.nr; i++) {
		uint64_t at = nodes.at[i] - shape.list;

		if (name_of(o, at, shape.name, name) &&
		    guest_memory_read(&o->memory, at + shape.bytes, &bytes,
				      sizeof(bytes)) &&
		    bytes && !is_known(o, at, name))
			add(o, at, bytes, name);
	}
}
