/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guest-memory.h"

#define PAGE_BYTES 4096
#define TABLE_LEVELS 4
#define ENTRY_PRESENT 1
#define ENTRY_LARGE 0x80
#define ENTRY_ADDRESS 0x000ffffffffff000ULL

/* What QEMU calls the file behind memory-backend-memfd. */
#define MEMFD_NAME "/memfd:memory-backend-memfd"

void guest_memory_find(struct guest_memory *m, uint64_t tables)
{
	FILE *f = fopen("/proc/self/maps", "re");
	uint64_t from, to;
	char line[512];

	*m = (struct guest_memory){ .tables = tables ? tables - KERNEL_IMAGE
						     : 0 };
	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, MEMFD_NAME) ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) != 2)
			continue;
		m->bytes = (const uint8_t *)(uintptr_t)from;
		m->size = to - from;
		break;
	}
	if (f)
		fclose(f);
}

static bool read_physical(const struct guest_memory *m, uint64_t at, void *ret,
			  size_t size)
{
	if (!m->bytes || at >= m->size || size > m->size - at)
		return false;
	memcpy(ret, m->bytes + at, size);
	return true;
}

/* The physical address by the kernel's page tables. */
static bool walk(const struct guest_memory *m, uint64_t at, uint64_t *ret)
{
	uint64_t entry = m->tables;

	for (int level = TABLE_LEVELS - 1; level >= 0; level--) {
		unsigned shift = 12 + 9 * level;
		uint64_t index = at >> shift & 511, inside;

		if (!read_physical(m, (entry & ENTRY_ADDRESS) + 8 * index,
				   &entry, sizeof(entry)) ||
		    !(entry & ENTRY_PRESENT))
			return false;
		inside = at & ((1ULL << shift) - 1);
		if (level == 0 || (entry & ENTRY_LARGE)) {
			*ret = (entry & ENTRY_ADDRESS &
				~((1ULL << shift) - 1)) +
			       inside;
			return true;
		}
	}
	return false;
}

static bool physical(const struct guest_memory *m, uint64_t at, uint64_t *ret)
{
	if (at >= DIRECT_MAP && at < DIRECT_MAP_END) {
		*ret = at - DIRECT_MAP;
		return true;
	}
	if (at >= KERNEL_IMAGE && at < KERNEL_MODULES) {
		*ret = at - KERNEL_IMAGE;
		return true;
	}
	return m->tables && walk(m, at, ret);
}

bool guest_memory_read(const struct guest_memory *m, uint64_t at, void *ret,
		       size_t size)
{
	uint64_t in_page = PAGE_BYTES - at % PAGE_BYTES, from;
	uint8_t *to = ret;

	while (size) {
		size_t part = size < in_page ? size : in_page;

		if (!physical(m, at, &from) ||
		    !read_physical(m, from, to, part))
			return false;
		at += part;
		to += part;
		size -= part;
		in_page = PAGE_BYTES;
	}
	return true;
}

bool guest_memory_text(const struct guest_memory *m, uint64_t at, char *ret,
		       size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!guest_memory_read(m, at + i, &ret[i], 1))
			return false;
		if (!ret[i])
			return true;
		if (ret[i] <= ' ' || ret[i] > '~')
			return false;
	}
	return false;
}
