/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page of memory is allocated, cleared and charged to the process's memory
 * cgroup.
 *
 * fault/anon: by the first write to a page of anonymous memory.
 *
 * fault/file: a page of a file in tmpfs.
 *   how=fault      by the first write to a mapping of it
 *   how=fallocate  by fallocate(2)
 *
 * group=v1 is a cgroup of one v1 hierarchy with all controllers.  group=v2 is a
 * benchmark of its own, outside the default suite: memory cannot go to v1 once
 * it was on v2, so others would be skipped.
 *
 * depth=N puts the group N - 1 levels further down, as each charge and each
 * count also concerns all groups above.  dying=N removes N groups beside it (on
 * v1: below it) that live on because of a page each.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "cg-tree.h"
#include "dying.h"

#define PAGE_BYTES 4096
/* A multiple of what is charged in advance and what page lists hold back. */
#define NR_PAGES 512
#define AREA_BYTES ((size_t)NR_PAGES * PAGE_BYTES)
#define DEPTH_MAX 64

static struct cg base, place = CG_NONE; /* CG_NONE: where a point starts */
static struct dying dying;
static char *area;
static int file = -1;
static bool by_call; /* fallocate() */
static size_t touched;

/* --- the group --- */

static int make_place(uint64_t depth)
{
	if (base.version == 2)
		return depth > 1 ? cg_tree_chain(&base, depth, &place) : 0;
	if (depth > 1)
		return cg_tree_chain(&base, depth - 1, &place);
	place = base;
	return 0;
}

static int make_base(struct bench_ctx *ctx, bool v1)
{
	int r;

	if (v1)
		return ctx_hierarchy_of(ctx, "all", &base);
	r = ctx_controllers(ctx, "memory");
	base = *ctx_subtree(ctx);
	return r;
}

static int group_setup(struct bench_ctx *ctx)
{
	const char *group = ctx_param(ctx, "group");
	bool v1 = !strcmp(group, "v1");
	uint64_t depth, nr_dying;
	int r = ctx_param_u64(ctx, "depth", &depth);

	if (r == 0)
		r = dying_param(ctx, &nr_dying);
	if (r)
		return r;
	if (depth < 1 || depth > DEPTH_MAX)
		return ctx_bad_param(ctx, "depth");
	if (!strcmp(group, "none"))
		return ctx_controllers(ctx, "none");
	if (!v1 && strcmp(group, "v2"))
		return ctx_bad_param(ctx, "group");
	r = make_base(ctx, v1);
	if (r == 0)
		r = make_place(depth);
	return r ? r
		 : dying_add(&dying, &base, v1 ? &base : ctx_setup_cgroup(ctx),
			     nr_dying);
}

/* --- pages --- */

static int anon_begin(struct bench_ctx *ctx)
{
	area = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	/* -EINVAL: the kernel has no huge pages. */
	madvise(area, AREA_BYTES, MADV_NOHUGEPAGE);
	return place.fd < 0 ? 0 : cg_attach(&place, 0);
}

/* memfd: the kernel's own tmpfs, mounted or not. */
static int file_begin(struct bench_ctx *ctx)
{
	const char *how = ctx_param(ctx, "how");

	by_call = !strcmp(how, "fallocate");
	if (!by_call && strcmp(how, "fault"))
		return ctx_bad_param(ctx, "how");
	file = memfd_create("fault", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, AREA_BYTES) < 0)
		return -errno;
	area = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file,
		    0);
	if (area == MAP_FAILED)
		return -errno;
	return place.fd < 0 ? 0 : cg_attach(&place, 0);
}

/* Make all pages fresh again; the page tables stay. */
static int fault_between(struct bench_ctx *ctx)
{
	int r;

	touched = 0;
	if (file < 0)
		r = madvise(area, AREA_BYTES, MADV_DONTNEED);
	else
		r = fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      0, AREA_BYTES);
	return r < 0 ? -errno : 0;
}

static int fault_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr && touched < NR_PAGES; i++)
		((volatile char *)area)[PAGE_BYTES * touched++] = 1;
	return 0;
}

static int file_run(struct bench_ctx *ctx, uint64_t nr)
{
	if (!by_call)
		return fault_run(ctx, nr);
	for (uint64_t i = 0; i < nr && touched < NR_PAGES; i++)
		if (fallocate(file, 0, (off_t)PAGE_BYTES * touched++,
			      PAGE_BYTES) < 0)
			return -errno;
	return 0;
}

/* --- afterwards --- */

/* What is charged to the group, or -errno. */
static long long charged(const struct cg *cg, const char *name)
{
	char text[32];
	ssize_t n = cg_read(cg, name, text, sizeof(text));

	return n < 0 ? n : atoll(text);
}

static long long charged_now(void)
{
	if (base.version == 1)
		return charged(&place, "memory.usage_in_bytes");
	return place.fd < 0 ? charged(&base, "point/memory.current")
			    : charged(&place, "memory.current");
}

static int check_pages(struct bench_ctx *ctx)
{
	unsigned char in_core[NR_PAGES];
	struct rusage usage;

	if (mincore(area, AREA_BYTES, in_core) < 0)
		return -errno;
	for (unsigned i = 0; i < NR_PAGES; i++)
		if (!(in_core[i] & 1) || area[(size_t)i * PAGE_BYTES] != 1)
			return ctx_fail(ctx, -EIO, "page %u is not there", i);
	if (getrusage(RUSAGE_SELF, &usage) < 0 || usage.ru_minflt < NR_PAGES)
		return ctx_fail(ctx, -EIO, "only %ld faults", usage.ru_minflt);
	return 0;
}

/* What was never written is allocated, but not up to date. */
static int check_allocated(struct bench_ctx *ctx)
{
	struct stat st;

	if (fstat(file, &st) < 0)
		return -errno;
	return st.st_blocks * 512 == (blkcnt_t)AREA_BYTES
		       ? 0
		       : ctx_fail(ctx, -EIO, "%lld blocks are allocated",
				  (long long)st.st_blocks);
}

static int fault_check(struct bench_ctx *ctx)
{
	long long before, after, want = AREA_BYTES;
	int r;

	if (touched != NR_PAGES)
		return ctx_fail(ctx, -EIO, "%zu pages of %u", touched,
				NR_PAGES);
	r = by_call ? check_allocated(ctx) : check_pages(ctx);
	if (r || !strcmp(ctx_param(ctx, "group"), "none"))
		return r;
	/* The drop is short of what this CPU charged in advance. */
	before = charged_now();
	fault_between(ctx);
	after = charged_now();
	if (before < want || after < 0 || before - after < want / 2)
		return ctx_fail(ctx, -EIO, "charged %lld, then %lld bytes",
				before, after);
	return dying_check(ctx, &dying, &base);
}

#define FAULT                                                 \
	.version = 1, .kconfig = "MEMCG", .nr_ops = NR_PAGES, \
	.setup = group_setup, .between = fault_between, .check = fault_check

#define ANON .begin = anon_begin, .run = fault_run, FAULT

#define FILE_PAGES .extra = true, .begin = file_begin, .run = file_run, FAULT

#define AXES(_at)                                    \
	PARAM_AXIS_AT("depth", "1", "4,16,64", _at), \
		PARAM_AXIS_AT("dying", "0", DYING_MORE, _at)

#define HOW PARAM_VARIANT("how", "fault,fallocate")

BENCH_DEFINE(fault_anon) = {
	.name = "fault/anon",
	.summary = "first write to a page of anonymous memory",
	.first = "group=v1",
	.params = PARAMS(PARAM("group", "v1,none"), AXES("group=v1")),
	ANON,
};

BENCH_DEFINE(fault_anon_v2) = {
	.name = "fault/anon_v2",
	.summary =
		"first write to a page of anonymous memory, in a group of v2",
	.extra = true,
	.params = PARAMS(PARAM("group", "v2"), AXES(NULL)),
	ANON,
};

BENCH_DEFINE(fault_file) = {
	.name = "fault/file",
	.summary = "first write to a page of a file in tmpfs, or its fallocate",
	.first = "group=v1",
	.params = PARAMS(PARAM("group", "v1,none"), AXES("group=v1"), HOW),
	FILE_PAGES,
};

BENCH_DEFINE(fault_file_v2) = {
	.name = "fault/file_v2",
	.summary =
		"first write to a page of tmpfs, or its fallocate, in a group of v2",
	.params = PARAMS(PARAM("group", "v2"), AXES(NULL), HOW),
	FILE_PAGES,
};
