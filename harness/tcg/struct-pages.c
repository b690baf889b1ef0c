/* SPDX-License-Identifier: GPL-2.0-only */
#include "struct-pages.h"

#define PAGE_SHIFT 12
#define PAGES_PER_SECTION (1u << (27 - PAGE_SHIFT))
/* struct mem_section: first what the array's address is coded in, with flags. */
#define SECTION_BYTES 16
#define SECTION_FLAGS 0x3fULL

void struct_pages_find(struct struct_pages *p, const struct guest_memory *m,
		       uint64_t mem_section)
{
	uint64_t roots, sections, word;

	*p = (struct struct_pages){ .base = { 0 } };
	/* All sections of the first 32 GiB are in the first root. */
	if (!mem_section || !guest_memory_u64(m, mem_section, &roots) ||
	    !guest_memory_u64(m, roots, &sections))
		return;
	for (unsigned i = 0; i < SECTIONS_MAX; i++)
		if (guest_memory_u64(m, sections + i * SECTION_BYTES, &word))
			p->base[i] = word & ~SECTION_FLAGS;
}

uint64_t struct_pages_of(const struct struct_pages *p, uint64_t at)
{
	uint64_t page = (at - DIRECT_MAP) >> PAGE_SHIFT;
	uint64_t section = page / PAGES_PER_SECTION;

	if (at < DIRECT_MAP || section >= SECTIONS_MAX || !p->base[section])
		return 0;
	return p->base[section] + page * STRUCT_PAGE_BYTES;
}

uint64_t struct_pages_memory(const struct struct_pages *p, uint64_t page)
{
	for (uint64_t i = 0; i < SECTIONS_MAX; i++) {
		uint64_t nr = (page - p->base[i]) / STRUCT_PAGE_BYTES;

		if (p->base[i] && nr / PAGES_PER_SECTION == i)
			return DIRECT_MAP + (nr << PAGE_SHIFT);
	}
	return 0;
}
