/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First write to a page of anonymous memory: a page fault that allocates a
 * page, clears it and charges it to the process's memory cgroup.
 *
 * group=v1 is a cgroup of one v1 hierarchy with all controllers.  group=v2 is a
 * benchmark of its own, outside the default suite: memory cannot go to v1 once
 * it was on v2, so others would be skipped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

#define PAGE_BYTES 4096
/* A multiple of what is charged in advance and what page lists hold back. */
#define NR_PAGES 512

static struct cg v1 = CG_NONE;
static char *area;
static size_t touched;

static int fault_setup(struct bench_ctx *ctx)
{
	const char *group = ctx_param(ctx, "group");

	if (!strcmp(group, "v1"))
		return ctx_hierarchy_of(ctx, "all", &v1);
	if (!strcmp(group, "v2"))
		return ctx_controllers(ctx, "memory");
	if (!strcmp(group, "none"))
		return ctx_controllers(ctx, "none");
	return ctx_bad_param(ctx, "group");
}

static int fault_begin(struct bench_ctx *ctx)
{
	area = mmap(NULL, (size_t)NR_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	/* -EINVAL: the kernel has no huge pages. */
	madvise(area, (size_t)NR_PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	return v1.fd < 0 ? 0 : cg_attach(&v1, 0);
}

/* Make all pages fresh again; the page tables stay. */
static int fault_between(struct bench_ctx *ctx)
{
	touched = 0;
	return madvise(area, (size_t)NR_PAGES * PAGE_BYTES, MADV_DONTNEED) < 0
		       ? -errno
		       : 0;
}

static int fault_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr && touched < NR_PAGES; i++)
		((volatile char *)area)[PAGE_BYTES * touched++] = 1;
	return 0;
}

/* What is charged to the group, or -errno. */
static long long charged(const char *file, const struct cg *cg)
{
	char text[32];
	ssize_t n = cg_read(cg, file, text, sizeof(text));

	return n < 0 ? n : atoll(text);
}

static int fault_check(struct bench_ctx *ctx)
{
	const char *group = ctx_param(ctx, "group");
	long long before, after, want = (long long)touched * PAGE_BYTES;
	const char *file =
		v1.fd < 0 ? "point/memory.current" : "memory.usage_in_bytes";
	const struct cg *cg = v1.fd < 0 ? ctx_subtree(ctx) : &v1;
	unsigned char in_core[NR_PAGES];
	struct rusage usage;

	if (touched != NR_PAGES)
		return ctx_fail(ctx, -EIO, "%zu pages of %u", touched,
				NR_PAGES);
	if (mincore(area, (size_t)NR_PAGES * PAGE_BYTES, in_core) < 0)
		return -errno;
	for (unsigned i = 0; i < NR_PAGES; i++)
		if (!(in_core[i] & 1) || area[(size_t)i * PAGE_BYTES] != 1)
			return ctx_fail(ctx, -EIO, "page %u is not there", i);
	if (getrusage(RUSAGE_SELF, &usage) < 0 || usage.ru_minflt < NR_PAGES)
		return ctx_fail(ctx, -EIO, "only %ld faults", usage.ru_minflt);
	if (!strcmp(group, "none"))
		return 0;
	/* The drop is short of what this CPU charged in advance. */
	before = charged(file, cg);
	fault_between(ctx);
	after = charged(file, cg);
	if (before < want || after < 0 || before - after < want / 2)
		return ctx_fail(ctx, -EIO, "charged %lld, then %lld bytes",
				before, after);
	return 0;
}

#define FAULT                                                         \
	.version = 1, .kconfig = "MEMCG", .nr_ops = NR_PAGES,         \
	.setup = fault_setup, .begin = fault_begin, .run = fault_run, \
	.between = fault_between, .check = fault_check

BENCH_DEFINE(fault_anon) = {
	.name = "fault/anon",
	.summary = "first write to a page of anonymous memory",
	.first = "group=v1",
	.params = PARAMS(PARAM("group", "v1,none")),
	FAULT,
};

BENCH_DEFINE(fault_anon_v2) = {
	.name = "fault/anon_v2",
	.summary = "the same in a memory group of v2",
	.extra = true,
	.params = PARAMS(PARAM("group", "v2")),
	FAULT,
};
