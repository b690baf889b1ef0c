/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hierarchies with cgroups and tasks are merged and split.
 *
 * way=new: one write to cgroup.merge or cgroup.split (and the mount of the
 * hierarchy that this makes).
 *
 * way=mainline: a hierarchy with cgroups cannot be changed, so userspace tears
 * down and rebuilds:
 *
 *   merge   note who is in each cgroup, and its limit; remove both
 *           hierarchies and wait until the kernel has let go of their
 *           controllers; mount one with both, make directories, set limits,
 *           attach
 *   split   the same with one hierarchy that becomes two
 *
 * That is the least that userspace needs: it can miss a process that forks
 * meanwhile, and would have to read all again until nothing is new.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "bench.h"
#include "idle-procs.h"
#include "rebind-notes.h"
#include "rebind-pair.h"

/* Well above the number of tasks in any cgroup, below 32768: small kernels. */
#define LIMIT_BASE 20000

static struct rebind rb;

static int merge_mainline(struct bench_ctx *ctx)
{
	int r = rebind_note(&rb.main, &rb.side, rb.groups);

	if (r == 0)
		r = rebind_tear_down(ctx, &rb.side, rb.groups);
	if (r == 0)
		r = rebind_tear_down(ctx, &rb.main, rb.groups);
	if (r == 0)
		r = rebind_wait_gone(&rb.side, REBIND_SIDE);
	if (r == 0)
		r = rebind_wait_gone(&rb.main, REBIND_MAIN);
	if (r == 0)
		r = rebind_build(ctx, &rb.main, rb.main_both, rb.groups);
	if (r == 0)
		r = rebind_set_noted_limits(&rb.main, rb.groups);
	return r ? r : rebind_attach_noted(&rb.main, rb.groups);
}

static int split_mainline(struct bench_ctx *ctx)
{
	int r = rebind_note(&rb.main, &rb.main, rb.groups);

	if (r == 0)
		r = rebind_tear_down(ctx, &rb.main, rb.groups);
	if (r == 0)
		r = rebind_wait_gone(&rb.main, REBIND_MAIN);
	if (r == 0)
		r = rebind_build(ctx, &rb.main, rb.main_alone, rb.groups);
	if (r == 0)
		r = rebind_build(ctx, &rb.side, rb.side_opts, rb.groups);
	if (r == 0)
		r = rebind_set_noted_limits(&rb.side, rb.groups);
	if (r == 0)
		r = rebind_attach_noted(&rb.main, rb.groups);
	return r ? r : rebind_attach_noted(&rb.side, rb.groups);
}

/* Id of the hierarchy with that name. */
static int hierarchy_id(const char *name, char *buf, size_t size)
{
	char text[4096];
	struct cg none = { .fd = AT_FDCWD };
	char *line, *save = NULL;
	ssize_t n = cg_read(&none, "/proc/self/cgroup", text, sizeof(text));

	if (n < 0)
		return n;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!strstr(line, name))
			continue;
		snprintf(buf, size, "%.*s", (int)strcspn(line, ":"), line);
		return 0;
	}
	return -ENOENT;
}

static int merge_new(struct bench_ctx *ctx)
{
	char id[16];
	int r = hierarchy_id(REBIND_SIDE ":", id, sizeof(id));

	if (r == 0)
		r = cg_write(&rb.main.root, "cgroup.merge", id);
	rebind_close(&rb.side);
	if (r == 0 && umount2(rb.side.path, 0) < 0)
		r = -errno;
	return r;
}

static int split_new(struct bench_ctx *ctx)
{
	int r = cg_write(&rb.main.root, "cgroup.split", "cgmark-side pids");

	if (r == 0 &&
	    mount("cgmark", rb.side.path, "cgroup", 0, REBIND_SIDE) < 0)
		r = -errno;
	return r ? r : rebind_open(ctx, &rb.side);
}

static int verify(struct bench_ctx *ctx, bool merged)
{
	struct rebind_hierarchy *with = merged ? &rb.main : &rb.side;
	int r = 0;

	for (unsigned i = 0; i < rb.groups && r == 0; i++) {
		r = rebind_expect_tasks(ctx, &rb, &rb.main, i);
		if (r == 0)
			r = rebind_expect_tasks(ctx, &rb, with, i);
		if (r == 0)
			r = rebind_expect_controller(ctx, &rb, with, i);
		if (r == 0)
			r = rebind_expect_number(ctx, with, i, "pids.max",
						 LIMIT_BASE + i);
		if (r == 0 && !merged)
			r = rebind_expect_none(ctx, &rb, &rb.main, i);
	}
	return r;
}

static int setup(struct bench_ctx *ctx)
{
	char path[IDLE_PROCS_PATH_MAX], text[16];
	int r = rebind_take_params(ctx, &rb);

	strcpy(rb.controller, "pids");
	strcpy(rb.control_file, "pids.current");
	strcpy(rb.main_alone, "freezer," REBIND_MAIN);
	strcpy(rb.main_both, "pids,freezer," REBIND_MAIN);
	strcpy(rb.side_opts, "pids," REBIND_SIDE);
	if (r == 0)
		r = rebind_take_places(ctx, &rb);
	if (r)
		return r;
	r = rebind_try(ctx, &rb, "pids,freezer," REBIND_SIDE);
	if (r == 0)
		r = rebind_build(ctx, &rb.main, rb.main_alone, rb.groups);
	if (r == 0 && rb.new_way &&
	    faccessat(rb.main.root.fd, "cgroup.merge", F_OK, 0) < 0)
		return ctx_skip(ctx, "this kernel has no cgroup.merge");
	if (r == 0)
		r = rebind_build(ctx, &rb.side, rb.side_opts, rb.groups);
	for (unsigned i = 0; i < rb.groups && r == 0; i++) {
		snprintf(text, sizeof(text), "%u", LIMIT_BASE + i);
		r = cg_write(&rb.side.top, idle_procs_path(path, i, "pids.max"),
			     text);
	}
	if (r == 0)
		r = rebind_fill(ctx, &rb);
	if (r == 0)
		r = rebind_note(&rb.main, NULL, rb.groups);
	if (r == 0)
		r = rebind_attach_noted(&rb.side, rb.groups);
	rebind_close(&rb.main);
	rebind_close(&rb.side);
	return r;
}

static int merge_setup(struct bench_ctx *ctx)
{
	rb.want_both = true;
	return setup(ctx);
}

static int split_setup(struct bench_ctx *ctx)
{
	rb.want_both = false;
	return setup(ctx);
}

static int begin(struct bench_ctx *ctx)
{
	int r;

	ctx_may_idle(ctx);
	rb.join = rb.new_way ? merge_new : merge_mainline;
	rb.part = rb.new_way ? split_new : split_mainline;
	rb.verify = verify;
	r = rebind_open(ctx, &rb.main);
	return r ? r : rebind_open(ctx, &rb.side);
}

BENCH_DEFINE(rebind_merge) = {
	.name = "rebind/merge",
	.summary = "make one of two hierarchies with the same cgroups",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(REBIND_PARAMS),
	.setup = merge_setup,
	.begin = begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};

BENCH_DEFINE(rebind_split) = {
	.name = "rebind/split",
	.summary = "split a hierarchy with cgroups and tasks in two",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(REBIND_PARAMS),
	.setup = split_setup,
	.begin = begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};
