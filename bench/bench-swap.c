/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A group works on twice the memory it may have, page by page: for each page,
 * one is read from swap and another one is written there.
 *
 * way=mainline limits memory and swap together (memory.memsw), way=new limits
 * swap (the swap subsystem), way=none limits neither, though memsw is always
 * counted.  Neither limit is ever reached.
 *
 * The swap device is a RAM disk: no time passes, and nothing is read ahead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <unistd.h>

#include "bench.h"

#define DEVICE "/dev/ram0"
#define PAGE_BYTES 4096
#define DEVICE_PAGES 8192
#define AREA_PAGES 2048
/* Half of the area, without room for the rest of the process. */
#define MEMORY_LIMIT "4M"
#define SWAP_LIMIT "24M"

static struct cg cg = CG_NONE;
static char *area;
static uint64_t next_page, touched;
static long long swapped_before;

/* What mkswap(8) writes. */
static int make_swap(void)
{
	static char page[PAGE_BYTES];
	uint32_t *header = (uint32_t *)(page + 1024);
	int fd = open(DEVICE, O_WRONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	header[0] = 1;
	header[1] = DEVICE_PAGES - 1;
	memcpy(page + PAGE_BYTES - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, PAGE_BYTES, 0) != PAGE_BYTES || fsync(fd) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int swap_setup(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");
	bool new_way = !strcmp(way, "new");
	int r;

	if (!new_way && strcmp(way, "mainline") && strcmp(way, "none"))
		return ctx_bad_param(ctx, "way");
	r = ctx_hierarchy_of(ctx, new_way ? "memory+swap" : "memory", &cg);
	if (r)
		return r;
	r = cg_write(&cg, "memory.limit_in_bytes", MEMORY_LIMIT);
	if (r == 0 && new_way)
		r = cg_write(&cg, "swap.limit_in_bytes", SWAP_LIMIT);
	if (r == 0 && !strcmp(way, "mainline"))
		r = cg_write(&cg, "memory.memsw.limit_in_bytes", SWAP_LIMIT);
	if (r)
		return r;
	r = make_swap();
	return r == -ENOENT ? ctx_skip(ctx, "no " DEVICE) : r;
}

/* A line "KEY NUMBER" of a file; -1: it has none. */
static long long vmstat(const char *key)
{
	FILE *f = fopen("/proc/vmstat", "re");
	long long value = -1;
	char line[128];

	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)) &&
		    line[strlen(key)] == ' ')
			value = atoll(line + strlen(key));
	if (f)
		fclose(f);
	return value;
}

static uint64_t *word(uint64_t page)
{
	return (uint64_t *)(area + page % AREA_PAGES * PAGE_BYTES);
}

/* Swap is on only while a point runs: other benchmarks must not be swapped. */
static int swap_begin(struct bench_ctx *ctx)
{
	int r = cg_attach(&cg, 0);

	if (r)
		return r;
	/* Busy: left on by a point that failed. */
	if (swapon(DEVICE, 0) < 0 && errno != EBUSY)
		return ctx_fail(ctx, -errno, "swapon: %s", strerror(errno));
	area = mmap(NULL, (size_t)AREA_PAGES * PAGE_BYTES,
		    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	madvise(area, (size_t)AREA_PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	for (uint64_t i = 0; i < AREA_PAGES; i++)
		*word(i) = i;
	swapped_before = vmstat("pswpout");
	return 0;
}

/* Each page counts its rounds. */
static int swap_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++, next_page++)
		*word(next_page) += AREA_PAGES;
	touched += nr;
	return 0;
}

static int check_content(struct bench_ctx *ctx)
{
	for (uint64_t i = 0; i < AREA_PAGES; i++) {
		uint64_t rounds =
			next_page / AREA_PAGES + (i < next_page % AREA_PAGES);

		if (*word(i) != i + rounds * AREA_PAGES)
			return ctx_fail(ctx, -EIO, "page %llu is wrong",
					(unsigned long long)i);
	}
	return 0;
}

static int check_charges(struct bench_ctx *ctx)
{
	const char *file = !strcmp(ctx_param(ctx, "way"), "new")
				   ? "swap.usage_in_bytes"
				   : "memory.memsw.usage_in_bytes";
	char text[32];
	ssize_t n = cg_read(&cg, file, text, sizeof(text));

	if (n < 0)
		return n;
	if (atoll(text) < (AREA_PAGES / 2 - 64) * PAGE_BYTES)
		return ctx_fail(ctx, -EIO, "%s is only %s", file, text);
	return 0;
}

static int swap_check(struct bench_ctx *ctx)
{
	long long swapped = vmstat("pswpout") - swapped_before;
	int r = check_charges(ctx);

	if (r == 0 && swapped < (long long)(touched - touched / 16))
		r = ctx_fail(ctx, -EIO, "%lld pages of %llu were swapped",
			     swapped, (unsigned long long)touched);
	if (r == 0)
		r = check_content(ctx);
	munmap(area, (size_t)AREA_PAGES * PAGE_BYTES);
	if (swapoff(DEVICE) < 0 && r == 0)
		r = ctx_fail(ctx, -errno, "swapoff: %s", strerror(errno));
	return r;
}

BENCH_DEFINE(swap_charge) = {
	.name = "swap/charge",
	.summary = "read a page from swap, and write another one there",
	.version = 1,
	.kconfig = "MEMCG MEMCG_V1 SWAP BLK_DEV_RAM",
	.extra = true,
	.first = FIRST_ALL,
	/* Once around the area, so that all samples are alike. */
	.nr_ops = AREA_PAGES,
	.samples = 11,
	.params = PARAMS(PARAM("way", "none,mainline,new")),
	.setup = swap_setup,
	.begin = swap_begin,
	.run = swap_run,
	.check = swap_check,
};
