/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup gives up its own state of a controller, which puts its tasks under
 * its parent's, and takes it back: one operation does both.  The cgroup is the
 * lowest of a chain.
 *
 *   way=new       write 1, then 0, to pids.inherit
 *   way=mainline  a v1 hierarchy cannot do that; the controller has its own,
 *                 where the tasks of the cgroup, read from the main hierarchy,
 *                 are attached to the parent one by one and the cgroup is
 *                 removed; then it is created again, with the tasks
 *   way=v2        write -pids, then +pids, to the parent's subtree_control
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "idle-procs.h"

#define DEPTH_MAX 64
#define TASKS_MAX 16384
#define LEAF "leaf"

static struct cg parent, leaf; /* where the tasks belong */
static struct cg side_parent;  /* way=mainline: where pids is */
static uint64_t depth, tasks;
static int (*toggle)(struct bench_ctx *ctx);
static char list[IDLE_PROCS_PROCS_BYTES];

static int make_chain(const struct cg *base, struct cg *ret)
{
	struct cg at = *base, next;
	int r;

	for (uint64_t i = 1; i < depth; i++) {
		r = cg_create(&at, "d", &next);
		if (r < 0)
			return r;
		if (at.fd != base->fd)
			cg_close(&at);
		at = next;
	}
	*ret = at;
	return 0;
}

static int attach_all(const struct cg *cg, const char *file, size_t len)
{
	int fd = cg_open_file(cg, file, O_WRONLY), r;

	if (fd < 0)
		return fd;
	r = idle_procs_attach_list(fd, list, len);
	close(fd);
	return r;
}

/* Read the members once: both halves are about the same ones. */
static int toggle_mainline(struct bench_ctx *ctx)
{
	ssize_t n = cg_read(&leaf, "cgroup.procs", list, sizeof(list));
	int r = n < 0 ? n : attach_all(&side_parent, "cgroup.procs", n);

	if (r == 0 && unlinkat(side_parent.fd, LEAF, AT_REMOVEDIR) < 0)
		r = -errno;
	if (r == 0)
		r = cg_mkdir(&side_parent, LEAF);
	return r ? r : attach_all(&side_parent, LEAF "/cgroup.procs", n);
}

static int toggle_new(struct bench_ctx *ctx)
{
	int r = cg_write(&leaf, "pids.inherit", "1");

	return r ? r : cg_write(&leaf, "pids.inherit", "0");
}

static int toggle_v2(struct bench_ctx *ctx)
{
	int r = cg_write(&parent, "cgroup.subtree_control", "-pids");

	return r ? r : cg_write(&parent, "cgroup.subtree_control", "+pids");
}

static int setup_mainline(struct bench_ctx *ctx)
{
	struct cg base;
	int r;

	toggle = toggle_mainline;
	r = ctx_hierarchy(ctx, "pids,name=cgmark-side", &base);
	if (r == 0)
		r = make_chain(&base, &side_parent);
	if (r == 0)
		r = cg_mkdir(&side_parent, LEAF);
	if (r)
		return r;
	r = ctx_hierarchy(ctx, "none,name=cgmark-main", &base);
	return r ? r : make_chain(&base, &parent);
}

static int setup_new(struct bench_ctx *ctx)
{
	struct cg base;
	int r;

	toggle = toggle_new;
	r = ctx_hierarchy(ctx, "pids,name=cgmark-main", &base);
	if (r)
		return r;
	if (faccessat(base.fd, "pids.inherit", F_OK, 0) < 0)
		return ctx_skip(ctx, "this kernel has no pids.inherit");
	return make_chain(&base, &parent);
}

/* The controller has to be on all along the chain. */
static int setup_v2(struct bench_ctx *ctx)
{
	struct cg at = *ctx_subtree(ctx), next;
	int r = ctx_controllers(ctx, "pids");

	toggle = toggle_v2;
	for (uint64_t i = 0; i < depth && r == 0; i++) {
		r = cg_create(&at, "d", &next);
		if (r == 0)
			r = cg_write(&next, "cgroup.subtree_control", "+pids");
		at = next;
	}
	parent = at;
	return r;
}

static int inherit_setup(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");
	int r;

	r = ctx_param_u64(ctx, "depth", &depth);
	if (r == 0)
		r = ctx_param_u64(ctx, "tasks", &tasks);
	if (r)
		return r;
	if (depth < 1 || depth > DEPTH_MAX)
		return ctx_bad_param(ctx, "depth");
	if (tasks > TASKS_MAX)
		return ctx_bad_param(ctx, "tasks");
	if (!strcmp(way, "mainline"))
		r = setup_mainline(ctx);
	else if (!strcmp(way, "new"))
		r = setup_new(ctx);
	else if (!strcmp(way, "v2"))
		r = setup_v2(ctx);
	else
		r = ctx_bad_param(ctx, "way");
	if (r == 0)
		r = cg_create(&parent, LEAF, &leaf);
	return r;
}

/* In the point: on v2 its cgroup and everything in it dies with the point. */
static int inherit_begin(struct bench_ctx *ctx)
{
	char text[16];
	pid_t pid;
	int r = 0;

	ctx_may_idle(ctx);
	for (uint64_t t = 0; t < tasks && r == 0; t++) {
		pid = idle_procs_spawn();
		if (pid < 0)
			return pid;
		snprintf(text, sizeof(text), "%d", (int)pid);
		r = cg_write(&leaf, "cgroup.procs", text);
		if (r == 0 && toggle == toggle_mainline)
			r = cg_write(&side_parent, LEAF "/cgroup.procs", text);
	}
	return r;
}

static int inherit_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = toggle(ctx);
	return r;
}

static int expect_count(struct bench_ctx *ctx, bool own)
{
	const struct cg *at =
		toggle == toggle_mainline ? &side_parent : &parent;
	char text[32];
	ssize_t n = cg_read(at, LEAF "/pids.current", text, sizeof(text));

	if (!own && n == -ENOENT)
		return 0;
	if (!own || n < 0 || strtoull(text, NULL, 10) != tasks)
		return ctx_fail(ctx, -EIO, "leaf's pids.current is %s",
				n < 0 ? strerror(-n) : text);
	return 0;
}

static int expect_members(struct bench_ctx *ctx)
{
	long n = idle_procs_count(&leaf, "cgroup.procs");

	if (n != (long)tasks)
		return ctx_fail(ctx, -EIO, "leaf has %ld tasks, not %u", n,
				(unsigned)tasks);
	return 0;
}

/* Do both halves once more, as an operation ends where it began. */
static int inherit_check(struct bench_ctx *ctx)
{
	int r = expect_members(ctx);

	if (r == 0)
		r = expect_count(ctx, true);
	if (r || toggle == toggle_mainline)
		return r;
	if (toggle == toggle_new)
		r = cg_write(&leaf, "pids.inherit", "1");
	else
		r = cg_write(&parent, "cgroup.subtree_control", "-pids");
	if (r == 0)
		r = expect_count(ctx, false);
	return r ? r : expect_members(ctx);
}

BENCH_DEFINE(inherit_toggle) = {
	.name = "inherit/toggle",
	.summary =
		"a group shares a controller's state with its parent, and no more",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.params = PARAMS(PARAM("way", "mainline,new,v2"), PARAM("depth", "1,8"),
			 PARAM("tasks", "0,1,256")),
	.setup = inherit_setup,
	.begin = inherit_begin,
	.run = inherit_run,
	.check = inherit_check,
};
