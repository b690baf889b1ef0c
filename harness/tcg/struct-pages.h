/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The struct pages of a guest, which describe its memory page by page: in an array
 * for each section of 128 MiB, as CONFIG_SPARSEMEM_EXTREME has them with and
 * without CONFIG_SPARSEMEM_VMEMMAP.
 */
#ifndef CGMARK_TCG_STRUCT_PAGES_H
#define CGMARK_TCG_STRUCT_PAGES_H

#include "guest-memory.h"

#define STRUCT_PAGE_BYTES 64
#define SECTIONS_MAX 64 /* 8 GiB */

struct struct_pages {
	/* Where that of page 0 would be, by the array of each section; 0: none */
	uint64_t base[SECTIONS_MAX];
};

/* mem_section: address of that variable; 0: there is none. */
void struct_pages_find(struct struct_pages *p, const struct guest_memory *m,
		       uint64_t mem_section);
/* The struct page for an address in the direct map; 0: unknown. */
uint64_t struct_pages_of(const struct struct_pages *p, uint64_t at);
/* The address in the direct map that a struct page describes; 0: it is none. */
uint64_t struct_pages_memory(const struct struct_pages *p, uint64_t page);

#endif
