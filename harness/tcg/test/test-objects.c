/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects of a guest whose memory is made up here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "objects.h"

#define MEMORY_BYTES (1u << 22)
#define DATA (KERNEL_IMAGE + 0x1000) /* variables */
#define SLAB_CACHES DATA
#define KMEM_CACHE (DATA + 16)
#define MEM_SECTION (DATA + 24)
#define PER_CPU_OFFSET (DATA + 32)
#define CACHES (DIRECT_MAP + 0x10000)
#define CACHE_STRIDE 0x200
#define NAMES (DIRECT_MAP + 0x18000)
#define PAGES (DIRECT_MAP + 0x200000) /* struct pages: 2 MiB a section */
#define PERCPU (DIRECT_MAP + 0x40000)
#define UNIT 0x2000
/* As in no kernel that there is. */
#define NAME_AT 0x58
#define LIST_AT 0x70
#define SIZE_AT 0x1c

static const struct {
	const char *name;
	uint32_t bytes;
} caches[] = {
	{ "kmem_cache", 256 },	 { "kmalloc-64", 64 },	 { "kmalloc-256", 256 },
	{ "kmalloc-96", 96 },	 { "kmalloc-512", 512 }, { "kmalloc-1k", 1024 },
	{ "task_struct", 4160 }, { "kmalloc-128", 128 },
};
#define NR_CACHES (sizeof(caches) / sizeof(*caches))

static uint8_t *memory;
static struct objects objects;

static void put(uint64_t at, const void *data, size_t size)
{
	uint64_t from = at >= KERNEL_IMAGE ? KERNEL_IMAGE : DIRECT_MAP;

	memcpy(memory + (at - from), data, size);
}

static void put_u64(uint64_t at, uint64_t v)
{
	put(at, &v, sizeof(v));
}

static uint64_t cache_at(unsigned i)
{
	return CACHES + i * CACHE_STRIDE;
}

static void make_caches(void)
{
	for (unsigned i = 0; i < NR_CACHES; i++) {
		uint64_t at = cache_at(i);

		put(NAMES + 32 * i, caches[i].name, strlen(caches[i].name) + 1);
		put_u64(at + NAME_AT, NAMES + 32 * i);
		put(at + SIZE_AT, &caches[i].bytes, 4);
		put_u64(at + LIST_AT, i + 1 < NR_CACHES
					      ? cache_at(i + 1) + LIST_AT
					      : SLAB_CACHES);
	}
	put_u64(SLAB_CACHES, cache_at(0) + LIST_AT);
	put_u64(KMEM_CACHE, cache_at(0));
}

/* The section's array begins with page 0; flags are in its address. */
static void make_pages(void)
{
	put_u64(MEM_SECTION, DIRECT_MAP + 0x1c000);
	put_u64(DIRECT_MAP + 0x1c000, DIRECT_MAP + 0x1d000);
	put_u64(DIRECT_MAP + 0x1d000, PAGES | 0xf);
}

static uint64_t page_of(unsigned i)
{
	return PAGES + STRUCT_PAGE_BYTES * i;
}

static void make_percpu(void)
{
	for (unsigned i = 0; i < 64; i++)
		put_u64(PER_CPU_OFFSET + 8 * i, PERCPU + UNIT * i);
}

static int set_up(void **state)
{
	char path[] = "/tmp/cgmark-objects-XXXXXX";
	int fd = mkstemp(path);

	memory = calloc(1, MEMORY_BYTES);
	dprintf(fd,
		"40 8 runqueues\n%llx 10 slab_caches\n%llx 8 kmem_cache\n"
		"%llx 8 mem_section\n%llx 200 __per_cpu_offset\n"
		"%llx 4 css_set_lock\n%llx 400 css_set_table\n%llx 8 small_table\n",
		SLAB_CACHES, KMEM_CACHE, MEM_SECTION, PER_CPU_OFFSET,
		DATA + 0x400, DATA + 0x800, DATA + 0xc00);
	close(fd);
	assert_true(objects_load(&objects, path));
	unlink(path);
	objects.memory =
		(struct guest_memory){ .bytes = memory, .size = MEMORY_BYTES };
	make_caches();
	make_pages();
	make_percpu();
	objects_refresh(&objects);
	return 0;
}

static int tear_down(void **state)
{
	objects_release(&objects);
	free(memory);
	return 0;
}

static void check(uint64_t at, const char *want)
{
	struct owner owner = objects_owner(&objects, at);
	char name[OBJECT_NAME_MAX];

	objects_name(&objects, &owner, at, name);
	assert_string_equal(name, want);
}

static void test_variables(void **state)
{
	check(DATA + 0x400, "css_set_lock");
	check(DATA + 0x403, "css_set_lock+0x3");
	check(DATA + 0x404, "[kernel]");
	check(DATA + 0x800 + 0x1b0, "css_set_table[]");
	check(DATA + 0xc04, "small_table+0x4");
	check(KERNEL_MODULES + 5, "[module]");
	check(CPU_ENTRY + 64, "[cpu entry]");
	check(VMALLOC + 64, "[vmalloc]");
}

static void test_caches(void **state)
{
	assert_int_equal(objects.caches.nr, NR_CACHES);
	put_u64(page_of(0x100) + 8, cache_at(4));
	check(DIRECT_MAP + 0x100000 + 3 * 512 + 0x98, "slab:kmalloc-512+0x98");
	check(DIRECT_MAP + 0x100000, "slab:kmalloc-512");
	/* An object that begins inside a line. */
	put_u64(page_of(0x101) + 8, cache_at(3));
	check(DIRECT_MAP + 0x101000 + 96, "slab:kmalloc-96");
	check(DIRECT_MAP + 0x101000 + 2 * 96 + 1, "slab:kmalloc-96+0x1");
	check(DIRECT_MAP + 0x102000, "[page]");
}

/* The second page of a slab of four. */
static void test_tail_pages(void **state)
{
	put_u64(page_of(0x110) + 8, cache_at(6));
	for (unsigned i = 1; i < 4; i++)
		put_u64(page_of(0x110 + i) + 8, page_of(0x110) + 1);
	check(DIRECT_MAP + 0x111000 + 64, "slab:task_struct");
	check(DIRECT_MAP + 0x112000, "slab:task_struct+0xfc0");
}

static void test_pages(void **state)
{
	put_u64(page_of(0x120) + 24, DIRECT_MAP + 0x50001);
	check(DIRECT_MAP + 0x120000, "[user page]");
	put_u64(page_of(0x120) + 24, DIRECT_MAP + 0x50000);
	check(DIRECT_MAP + 0x120000, "[page cache]");
	check(page_of(0x120) + 0x34, "[struct page]+0x34");
}

static void test_percpu(void **state)
{
	check(PERCPU + 0x40, "percpu:runqueues");
	check(PERCPU + UNIT + 0x44, "percpu:runqueues+0x4");
	check(PERCPU + UNIT + 0x80, "[percpu]");
}

/* A cache that is gone, and another one where it was. */
static void test_new_cache(void **state)
{
	put_u64(page_of(0x100) + 8, cache_at(4));
	put(NAMES + 32 * 4, "dentry", 7);
	put(cache_at(4) + SIZE_AT, &(uint32_t){ 192 }, 4);
	objects_refresh(&objects);
	check(DIRECT_MAP + 0x100000 + 192 + 8, "slab:dentry+0x8");
	put(NAMES + 32 * 4, "kmalloc-512", 12);
	put(cache_at(4) + SIZE_AT, &(uint32_t){ 512 }, 4);
}

/* Whatever the memory holds, it is read inside its bounds. */
static void test_garbage(void **state)
{
	uint64_t x = 88172645463325252ULL;

	for (unsigned round = 0; round < 200; round++) {
		for (unsigned i = 0; i < 0x30000; i += 8) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			if (x % 16 == 0)
				put_u64(DIRECT_MAP + i,
					x % 32 ? x : DIRECT_MAP + x % 0x400000);
		}
		objects_refresh(&objects);
		for (unsigned i = 0; i < 64; i++) {
			uint64_t at = DIRECT_MAP + (x + i * 4096) % 0x800000;
			struct owner owner = objects_owner(&objects, at);
			char name[OBJECT_NAME_MAX];

			objects_name(&objects, &owner, at, name);
			assert_true(strlen(name) < OBJECT_NAME_MAX);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_caches),
		cmocka_unit_test(test_tail_pages),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_percpu),
		cmocka_unit_test(test_new_cache),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
