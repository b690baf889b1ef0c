/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slab caches of a guest, found in its memory without knowing what struct
 * kmem_cache looks like: kmem_cache itself is one, named "kmem_cache", in the list
 * slab_caches, and caches kmalloc-N tell where the size is.
 */
#ifndef CGMARK_TCG_SLAB_CACHES_H
#define CGMARK_TCG_SLAB_CACHES_H

#include "guest-memory.h"

#define SLAB_NAME_MAX 48

struct slab_cache {
	uint64_t at;	/* of its struct kmem_cache; 0: it is gone */
	uint32_t bytes; /* of an object */
	char name[SLAB_NAME_MAX];
};

struct slab_caches {
	struct slab_cache *list; /* each ever found */
	size_t nr, alloc;
};

/* Addresses of the variables slab_caches and kmem_cache; 0: there is none. */
struct slab_symbols {
	uint64_t slab_caches, kmem_cache;
};

/* Adds those that are new; none if they are not found. */
void slab_caches_find(struct slab_caches *c, const struct guest_memory *m,
		      const struct slab_symbols *s);

#endif
