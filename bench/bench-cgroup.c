/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup is created, or removed, among siblings.
 *
 * Each benchmark undoes its work between samples, then pauses while the kernel
 * frees what it defers: that work is no part of mkdir or rmdir as their caller
 * sees them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "cg-tree.h"

#define SIBLINGS_MAX 20000
#define SETTLE_NS 50000000L
#define NAME "it"

static struct cg parent;
static uint64_t siblings, cycles;

static int make_parent(struct bench_ctx *ctx)
{
	const char *which = ctx_param(ctx, "controllers");
	uint64_t version;
	int r = ctx_param_u64(ctx, "version", &version);

	if (r)
		return r;
	if (version == 1)
		return ctx_hierarchy_of(ctx, which, &parent);
	if (version != 2)
		return ctx_bad_param(ctx, "version");
	r = ctx_controllers(ctx, which);
	return r ? r : cg_tree_child(ctx_subtree(ctx), "parent", &parent);
}

static int cgroup_setup(struct bench_ctx *ctx)
{
	char name[16];
	int r = ctx_param_u64(ctx, "siblings", &siblings);

	if (r)
		return r;
	if (siblings > SIBLINGS_MAX)
		return ctx_bad_param(ctx, "siblings");
	r = make_parent(ctx);
	for (uint64_t i = 0; i < siblings && r == 0; i++) {
		snprintf(name, sizeof(name), "%u", (unsigned)i);
		r = cg_mkdir(&parent, name);
	}
	return r;
}

/* The pause lies outside the samples, but the runner cannot tell. */
static int cgroup_begin(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	return 0;
}

static int make(void)
{
	return mkdirat(parent.fd, NAME, 0755) < 0 ? -errno : 0;
}

static int rid(void)
{
	return unlinkat(parent.fd, NAME, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* Does the parent have all its children, with or without this one? */
static int expect(struct bench_ctx *ctx, bool there)
{
	uint64_t want = siblings + there;
	struct stat st;

	if (fstat(parent.fd, &st) < 0)
		return -errno;
	/* A directory has one link from each child, and two more. */
	if (st.st_nlink != want + 2 ||
	    (faccessat(parent.fd, NAME "/cgroup.procs", F_OK, 0) == 0) != there)
		return ctx_fail(ctx, -EIO, "%lu cgroups, not %lu",
				(unsigned long)st.st_nlink - 2,
				(unsigned long)want);
	return 0;
}

static int settle(void)
{
	const struct timespec ts = { .tv_nsec = SETTLE_NS };

	return nanosleep(&ts, NULL) < 0 ? -errno : 0;
}

static int mkdir_between(struct bench_ctx *ctx)
{
	int r = cycles++ ? expect(ctx, true) : 0;

	if (r == 0 && cycles > 1)
		r = rid();
	return r ? r : settle();
}

static int rmdir_between(struct bench_ctx *ctx)
{
	int r = cycles++ ? expect(ctx, false) : 0;

	if (r == 0)
		r = make();
	return r ? r : settle();
}

static int mkdir_run(struct bench_ctx *ctx, uint64_t nr)
{
	return make();
}

static int rmdir_run(struct bench_ctx *ctx, uint64_t nr)
{
	return rid();
}

static int mkdir_check(struct bench_ctx *ctx)
{
	return expect(ctx, true);
}

static int rmdir_check(struct bench_ctx *ctx)
{
	return expect(ctx, false);
}

#define COMMON                                                         \
	.version = 1, .samples = 15, .once = true, .extra = true,      \
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG",   \
	.first = "controllers=all,version=1",                          \
	.params = PARAMS(PARAM("version", "1,2"),                      \
			 PARAM_MORE("controllers", "none,all", "cpu"), \
			 PARAM_AXIS_AT("siblings", "0", "10,100,1000", \
				       "controllers=none")),           \
	.setup = cgroup_setup, .begin = cgroup_begin

BENCH_DEFINE(cgroup_mkdir) = {
	.name = "cgroup/mkdir",
	.summary = "make a cgroup",
	.run = mkdir_run,
	.between = mkdir_between,
	.check = mkdir_check,
	COMMON,
};

BENCH_DEFINE(cgroup_rmdir) = {
	.name = "cgroup/rmdir",
	.summary = "remove a cgroup that is empty",
	.run = rmdir_run,
	.between = rmdir_between,
	.check = rmdir_check,
	COMMON,
};
