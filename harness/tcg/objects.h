/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is at an address of the kernel, by a name that is the same in every boot
 * and, as far as it can be, in every kernel.
 *
 *   css_set_lock              a variable, by the symbol table
 *   css_set_table[]           any entry of a table that is a hash by its name
 *   percpu:runqueues+0x40     of any CPU
 *   slab:task_struct+0x18     an object of that cache: offset in the object
 *   [struct page]+0x34        of any page
 *   [user page], [page cache], [page], [stack], [vmalloc], [module],
 *   [cpu entry], [kernel], [unknown]
 */
#ifndef CGMARK_TCG_OBJECTS_H
#define CGMARK_TCG_OBJECTS_H

#include "guest-memory.h"
#include "slab-caches.h"
#include "struct-pages.h"

#define OBJECT_NAME_MAX 96

struct object {
	uint64_t at;
	uint64_t bytes;
	char *name;
};

struct objects {
	struct object *list; /* ascending */
	size_t nr, alloc;
	struct guest_memory memory;
	struct struct_pages pages;
	struct slab_caches caches;
};

/* What a line belongs to, as far as that may change. */
struct owner {
	enum owner_kind {
		OWNER_BY_ADDRESS,
		OWNER_SLAB,
		OWNER_USER_PAGE,
		OWNER_PAGE_CACHE,
		OWNER_STACK,
	} kind;
	uint32_t cache;	  /* OWNER_SLAB: index in caches.list */
	uint32_t in_slab; /* likewise: where the line is */
};

/*
 * Lines "HEXADDRESS HEXSIZE NAME", ascending.  False with a message on stderr.
 */
bool objects_load(struct objects *o, const char *path);
void objects_release(struct objects *o);
/* 0: there is no such symbol. */
uint64_t objects_find(const struct objects *o, const char *name);
/* Look for the guest's memory, and for caches that are new. */
void objects_refresh(struct objects *o);
/* Whose is the memory at this address now? */
struct owner objects_owner(const struct objects *o, uint64_t at);
/* Into ret: the name of what is at an address, which that owner has. */
void objects_name(const struct objects *o, const struct owner *owner,
		  uint64_t at, char ret[OBJECT_NAME_MAX]);

#endif
