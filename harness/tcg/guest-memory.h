/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's memory as the kernel's own tables map it.  A plugin is shown
 * addresses and no values; but if QEMU was told to keep the memory in a memfd, its
 * mapping is here in the process.  Physical address 0 is its first byte.
 */
#ifndef CGMARK_TCG_GUEST_MEMORY_H
#define CGMARK_TCG_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where Linux has these on x86-64 with four levels of page tables. */
#define DIRECT_MAP 0xffff888000000000ULL
#define DIRECT_MAP_END 0xffffc88000000000ULL
#define VMALLOC 0xffffc90000000000ULL
#define VMALLOC_END 0xffffe90000000000ULL
#define CPU_ENTRY 0xfffffe0000000000ULL
#define CPU_ENTRY_END 0xffffff0000000000ULL
#define KERNEL_IMAGE 0xffffffff80000000ULL
#define KERNEL_MODULES 0xffffffffa0000000ULL

struct guest_memory {
	const uint8_t *bytes; /* NULL: not found */
	uint64_t size;
	uint64_t tables; /* physical address of the kernel's page tables */
};

/* tables: address of init_top_pgt; 0: only what is mapped directly. */
void guest_memory_find(struct guest_memory *m, uint64_t tables);
bool guest_memory_read(const struct guest_memory *m, uint64_t at, void *ret,
		       size_t size);
/* Text with its end, of at most size bytes with it. */
bool guest_memory_text(const struct guest_memory *m, uint64_t at, char *ret,
		       size_t size);

static inline bool guest_memory_u64(const struct guest_memory *m, uint64_t at,
				    uint64_t *ret)
{
	return guest_memory_read(m, at, ret, sizeof(*ret));
}

#endif
