/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cg-tree.h"
#include "idle-procs.h"
#include "stats-groups.h"

#define PAGE_BYTES 4096
#define DIRTY_MAX 65536
#define DEPTH_MAX 256
#define DISK "/dev/ram0"

/* What a value of files= stands for. */
struct file_set {
	const char *name;
	int version;
	const char *files[STATS_FILES_MAX];
};

static const struct file_set file_sets[] = {
	{ "usage", 1, { "memory.usage_in_bytes" } },
	{ "memory", 1, { "memory.stat" } },
	{ "cpu", 1, { "cpu.stat" } },
	{ "pids", 1, { "pids.current" } },
	{ "all", 1, { "memory.usage_in_bytes", "memory.stat", "cpu.stat" } },
	{ "usage", 2, { "memory.current" } },
	{ "memory", 2, { "memory.stat" } },
	{ "cpu", 2, { "cpu.stat" } },
	{ "pids", 2, { "pids.current" } },
	{ "io", 2, { "io.stat" } },
	{ "all",
	  2,
	  { "memory.current", "memory.stat", "cpu.stat", "pids.current" } },
};

static int choose_files(struct bench_ctx *ctx, struct stats_groups *g,
			int version, const char *name)
{
	for (size_t i = 0; i < sizeof(file_sets) / sizeof(*file_sets); i++) {
		const struct file_set *s = &file_sets[i];

		if (s->version != version || strcmp(s->name, name))
			continue;
		memcpy(g->files, s->files, sizeof(g->files));
		while (g->nr_files < STATS_FILES_MAX && g->files[g->nr_files])
			g->nr_files++;
		return 0;
	}
	return ctx_bad_param(ctx, "files");
}

static int make_top(struct bench_ctx *ctx, struct stats_groups *g, int version)
{
	static const char *const all[] = { "memory", "cpu", "pids", "io" };
	bool pids = !strncmp(g->files[0], "pids", 4);
	int r = 0;

	if (version == 1) {
		r = ctx_hierarchy_of(
			ctx, pids ? "memory+cpu+pids" : "memory+cpu", &g->top);
		g->home = g->top;
		return r;
	}
	for (unsigned i = 0; i < 4 && r == 0; i++)
		r = ctx_controllers(ctx, all[i]);
	if (r == 0)
		r = cg_tree_child(ctx_subtree(ctx), "groups", &g->top);
	if (r)
		return r;
	r = cg_open_file(ctx_subtree(ctx), "point", O_RDONLY | O_DIRECTORY);
	g->home = (struct cg){ .fd = r, .version = 2 };
	return r < 0 ? r : 0;
}

/* --- one group --- */

static int make_leaf(struct stats_groups *g, unsigned i)
{
	struct cg group = { .fd = g->dirs[i], .version = g->top.version };
	struct cg leaf;
	int r;

	g->leaves[i] = group.fd;
	if (g->depth == 1)
		return 0;
	r = cg_tree_enable(&group);
	if (r == 0)
		r = cg_tree_chain(&group, g->depth - 1, &leaf);
	g->leaves[i] = leaf.fd;
	return r;
}

static int make_group(struct stats_groups *g, unsigned i)
{
	char path[IDLE_PROCS_PATH_MAX];
	int r = cg_mkdir(&g->top, idle_procs_path(path, i, ""));

	if (r)
		return r;
	g->dirs[i] = cg_open_file(&g->top, path, O_RDONLY | O_DIRECTORY);
	if (g->dirs[i] < 0)
		return g->dirs[i];
	for (unsigned f = 0; f < g->nr_files; f++) {
		g->kept[i][f] =
			openat(g->dirs[i], g->files[f], O_RDONLY | O_CLOEXEC);
		if (g->kept[i][f] < 0)
			return -errno;
	}
	return make_leaf(g, i);
}

/* An even share of those that are to die. */
static int make_dying(struct stats_groups *g, unsigned i, const struct cg *back)
{
	struct cg group = { .fd = g->dirs[i], .version = g->top.version };
	uint64_t share = idle_procs_share(i, g->nr, g->nr_dying);
	int r = share ? cg_tree_enable(&group) : 0;

	return r ? r : dying_add(&g->dying, &group, back, share);
}

/* --- something for io.stat --- */

static int use_disk(struct bench_ctx *ctx, const struct stats_groups *g,
		    const struct cg *back)
{
	static char page[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
	int disk = open(DISK, O_RDONLY | O_DIRECT | O_CLOEXEC);
	char text[512];
	int r = 0;

	if (disk < 0)
		return errno == ENOENT ? ctx_skip(ctx, "there is no " DISK)
				       : -errno;
	for (unsigned i = 0; i < g->nr && r == 0; i++) {
		const struct cg leaf = { .fd = g->leaves[i], .version = 2 };

		r = cg_attach(&leaf, 0);
		if (r == 0 && read(disk, page, PAGE_BYTES) != PAGE_BYTES)
			r = -EIO;
		if (r == 0 &&
		    (cg_read(&leaf, "io.stat", text, sizeof(text)) < 0 ||
		     !strstr(text, "rios=1 ")))
			r = ctx_fail(ctx, -EIO, "io.stat shows no read");
	}
	close(disk);
	return r ? r : cg_attach(back, 0);
}

/* --- all of them --- */

static int make_groups(struct bench_ctx *ctx, struct stats_groups *g,
		       int version)
{
	const rlim_t files = 64 + STATS_GROUPS_MAX * (STATS_FILES_MAX + 2);
	const struct rlimit limit = { files, files };
	const struct cg *back = version == 1 ? &g->top : ctx_setup_cgroup(ctx);
	int r;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	r = make_top(ctx, g, version);
	for (unsigned i = 0; i < g->nr && r == 0; i++)
		r = make_group(g, i);
	if (r == 0 && !strcmp(g->files[0], "io.stat"))
		r = use_disk(ctx, g, back);
	for (unsigned i = 0; i < g->nr && r == 0; i++)
		r = make_dying(g, i, back);
	return r;
}

static int param(struct bench_ctx *ctx, const char *key, uint64_t min,
		 uint64_t max, uint64_t *ret)
{
	int r = ctx_param_u64(ctx, key, ret);

	return r == 0 && (*ret < min || *ret > max) ? ctx_bad_param(ctx, key)
						    : r;
}

int stats_groups_setup(struct bench_ctx *ctx, struct stats_groups *g,
		       int version)
{
	int r = param(ctx, "groups", 1, STATS_GROUPS_MAX, &g->nr);

	if (r == 0)
		r = param(ctx, "dirty", 0, DIRTY_MAX, &g->dirty);
	if (r == 0)
		r = param(ctx, "depth", 1, DEPTH_MAX, &g->depth);
	if (r == 0)
		r = dying_param(ctx, &g->nr_dying);
	if (r == 0)
		r = choose_files(ctx, g, version, ctx_param(ctx, "files"));
	if (r)
		return r;
	if (version == 2 && g->depth == 1 && g->nr_dying && g->dirty)
		return ctx_skip(ctx, "a group of v2 has tasks or children");
	return make_groups(ctx, g, version);
}

int stats_groups_one(struct bench_ctx *ctx, struct stats_groups *g, int version,
		     const char *files)
{
	int r = choose_files(ctx, g, version, files);

	g->nr = 1;
	g->depth = 1;
	return r ? r : make_groups(ctx, g, version);
}

/* --- before a sample --- */

bool stats_groups_change(const struct stats_groups *g)
{
	return g->dirty || g->dying.nr;
}

static int use_pages(size_t nr)
{
	void *pages = mmap(NULL, nr * PAGE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return pages == MAP_FAILED || munmap(pages, nr * PAGE_BYTES) < 0
		       ? -errno
		       : 0;
}

static int soil(const struct stats_groups *g, unsigned i)
{
	struct cg leaf = { .fd = g->leaves[i], .version = g->top.version };
	int r = cg_attach(&leaf, 0);

	return r ? r : use_pages(g->dirty);
}

int stats_groups_soil(const struct stats_groups *g)
{
	int r = dying_map(&g->dying);

	if (!g->dirty)
		return r;
	for (unsigned i = 0; i < g->nr && r == 0; i++)
		r = soil(g, i);
	if (r == 0)
		r = cg_attach(&g->home, 0);
	/* What is charged in advance goes back when another group charges. */
	return r ? r : use_pages(1);
}
