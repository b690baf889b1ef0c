/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects.h"

#define CPUS_MAX 64
#define LINE_MASK 63ULL
/* In struct page: of a slab its cache, of a tail its head and bit 0. */
#define PAGE_SLAB 8
#define PAGE_MAPPING 24
#define IS_TAIL 1
#define IS_ANONYMOUS 1

/* --- symbols --- */

static void add(struct objects *o, uint64_t at, uint64_t bytes,
		const char *name)
{
	if (o->nr == o->alloc) {
		o->alloc = 2 * o->alloc + 4096;
		o->list = realloc(o->list, o->alloc * sizeof(*o->list));
	}
	if (o->list)
		o->list[o->nr] = (struct object){ at, bytes, strdup(name) };
	if (!o->list || !o->list[o->nr].name) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	o->nr++;
}

bool objects_load(struct objects *o, const char *path)
{
	FILE *f = fopen(path, "re");
	uint64_t at, bytes;
	char name[OBJECT_NAME_MAX / 2];
	int n = 3;

	*o = (struct objects){ .nr = 0 };
	while (f && (n = fscanf(f, "%" SCNx64 " %" SCNx64 " %47s%*[^\n]", &at,
				&bytes, name)) == 3)
		add(o, at, bytes, name);
	if (f)
		fclose(f);
	if (n == EOF)
		return true;
	fprintf(stderr, "cgmark-tcg: cannot read %s\n", path);
	return false;
}

void objects_release(struct objects *o)
{
	for (size_t i = 0; i < o->nr; i++)
		free(o->list[i].name);
	free(o->list);
	free(o->caches.list);
	*o = (struct objects){ .nr = 0 };
}

uint64_t objects_find(const struct objects *o, const char *name)
{
	for (size_t i = 0; i < o->nr; i++)
		if (strcmp(o->list[i].name, name) == 0)
			return o->list[i].at;
	return 0;
}

/* The variable that the byte is in, or NULL. */
static const struct object *find_at(const struct objects *o, uint64_t at)
{
	size_t low = 0, high = o->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (o->list[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || at - o->list[low - 1].at >= o->list[low - 1].bytes)
		return NULL;
	return &o->list[low - 1];
}

void objects_refresh(struct objects *o)
{
	if (!o->memory.bytes)
		guest_memory_find(&o->memory, objects_find(o, "init_top_pgt"));
	if (!o->memory.bytes)
		return;
	struct_pages_find(&o->pages, &o->memory,
			  objects_find(o, "mem_section"));
	slab_caches_find(
		&o->caches, &o->memory,
		&(struct slab_symbols){ objects_find(o, "slab_caches"),
					objects_find(o, "kmem_cache") });
}

/* --- owners --- */

static bool is_in_direct_map(uint64_t at)
{
	return at >= DIRECT_MAP && at < DIRECT_MAP_END;
}

/* The struct page of the first page of a compound page. */
static uint64_t head_page(const struct objects *o, uint64_t page)
{
	uint64_t word;

	if (guest_memory_u64(&o->memory, page + PAGE_SLAB, &word) &&
	    (word & IS_TAIL))
		return word - IS_TAIL;
	return page;
}

struct owner objects_owner(const struct objects *o, uint64_t at)
{
	struct owner ret = { .kind = OWNER_BY_ADDRESS };
	uint64_t page, cache = 0, mapping = 0;

	if (!is_in_direct_map(at))
		return ret;
	page = struct_pages_of(&o->pages, at);
	if (!page)
		return ret;
	page = head_page(o, page);
	guest_memory_u64(&o->memory, page + PAGE_SLAB, &cache);
	for (size_t i = 0; i < o->caches.nr; i++) {
		if (o->caches.list[i].at != cache)
			continue;
		ret.kind = OWNER_SLAB;
		ret.cache = i;
		ret.in_slab = (at & ~LINE_MASK) -
			      struct_pages_memory(&o->pages, page);
		return ret;
	}
	guest_memory_u64(&o->memory, page + PAGE_MAPPING, &mapping);
	if (mapping)
		ret.kind = mapping & IS_ANONYMOUS ? OWNER_USER_PAGE
						  : OWNER_PAGE_CACHE;
	return ret;
}

/* --- names --- */

static void add_offset(char ret[OBJECT_NAME_MAX], uint64_t offset)
{
	size_t len = strlen(ret);

	if (offset)
		snprintf(ret + len, OBJECT_NAME_MAX - len, "+0x%" PRIx64,
			 offset);
}

/* Which entry of it is used depends on addresses, and says nothing. */
static bool is_hash_table(const struct object *v)
{
	static const char *const ends[] = { "_table", "_hash", "_hashtable" };
	size_t len = strlen(v->name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (v->bytes > LINE_MASK + 1 && len > strlen(ends[i]) &&
		    strcmp(v->name + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static bool name_variable(const struct objects *o, uint64_t at,
			  const char *prefix, char *ret)
{
	const struct object *v = find_at(o, at);

	if (!v)
		return false;
	snprintf(ret, OBJECT_NAME_MAX, "%s%s%s", prefix, v->name,
		 is_hash_table(v) ? "[]" : "");
	if (!is_hash_table(v))
		add_offset(ret, at - v->at);
	return true;
}

/* The CPUs' areas are equally large, and those of the first chunk side by side. */
static bool name_percpu(const struct objects *o, uint64_t at, char *ret)
{
	uint64_t table = objects_find(o, "__per_cpu_offset");
	uint64_t offset[CPUS_MAX], unit;

	if (!table ||
	    !guest_memory_read(&o->memory, table, offset, sizeof(offset)))
		return false;
	unit = offset[1] - offset[0];
	for (unsigned i = 0; i < CPUS_MAX; i++) {
		/* Those that are not there have the first offset, or none. */
		if (i && offset[i] - offset[i - 1] != unit)
			return false;
		if (at - offset[i] >= unit)
			continue;
		if (!name_variable(o, at - offset[i], "percpu:", ret))
			strcpy(ret, "[percpu]");
		return true;
	}
	return false;
}

static const char *name_of_range(uint64_t at)
{
	if (at >= KERNEL_MODULES)
		return "[module]";
	if (at >= KERNEL_IMAGE)
		return "[kernel]";
	if (at >= CPU_ENTRY && at < CPU_ENTRY_END)
		return "[cpu entry]";
	if (at >= VMALLOC && at < VMALLOC_END)
		return "[vmalloc]";
	return is_in_direct_map(at) ? "[page]" : "[unknown]";
}

static void name_by_address(const struct objects *o, uint64_t at, char *ret)
{
	if (struct_pages_memory(&o->pages, at)) {
		strcpy(ret, "[struct page]");
		add_offset(ret, at % STRUCT_PAGE_BYTES);
	} else if (!(at >= KERNEL_IMAGE && name_variable(o, at, "", ret)) &&
		   !(is_in_direct_map(at) && name_percpu(o, at, ret))) {
		strcpy(ret, name_of_range(at));
	}
}

void objects_name(const struct objects *o, const struct owner *owner,
		  uint64_t at, char ret[OBJECT_NAME_MAX])
{
	const struct slab_cache *c;

	switch (owner->kind) {
	case OWNER_SLAB:
		c = &o->caches.list[owner->cache];
		snprintf(ret, OBJECT_NAME_MAX, "slab:%s", c->name);
		add_offset(ret, (owner->in_slab + (at & LINE_MASK)) % c->bytes);
		return;
	case OWNER_USER_PAGE:
		strcpy(ret, "[user page]");
		return;
	case OWNER_PAGE_CACHE:
		strcpy(ret, "[page cache]");
		return;
	case OWNER_STACK:
		strcpy(ret, "[stack]");
		return;
	case OWNER_BY_ADDRESS:
		name_by_address(o, at, ret);
		return;
	}
}
