/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hierarchies with cgroups and tasks gain and lose a controller.
 *
 * way=new: one remount, with the option that allows it in spite of the cgroups.
 *
 * way=mainline: a hierarchy with cgroups cannot be changed, so userspace builds
 * one with the controller beside it:
 *
 *   add     mount a hierarchy with the controller, make all directories, read
 *           who is in each cgroup and attach each process to its counterpart
 *   remove  move the processes of such a hierarchy to its root, remove all
 *           directories, unmount it, and wait until the kernel has let go of
 *           the controller; with way=new it has when remount returns
 *
 * Mounting waits for RCU, far longer than all else takes; what it executes is
 * seen with rcu=expedited.
 *
 * That is the least that userspace needs: it can miss a process that forks
 * meanwhile, and would have to read all again until nothing is new.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "bench.h"
#include "idle-procs.h"
#include "rebind-notes.h"
#include "rebind-pair.h"

static struct rebind rb;

static char remount_alone[64 + sizeof(CG_REBIND)];
static char remount_both[64 + sizeof(CG_REBIND)];

static int remount_main(const char *options)
{
	return mount("cgmark", rb.main.path, NULL, MS_REMOUNT, options) < 0
		       ? -errno
		       : 0;
}

static int add_mainline(struct bench_ctx *ctx)
{
	int r = rebind_build(ctx, &rb.side, rb.side_opts, rb.groups);

	if (r == 0)
		r = rebind_note(&rb.main, NULL, rb.groups);
	return r ? r : rebind_attach_noted(&rb.side, rb.groups);
}

static int remove_mainline(struct bench_ctx *ctx)
{
	int r = rebind_tear_down(ctx, &rb.side, rb.groups);

	return r ? r : rebind_wait_gone(&rb.side, REBIND_SIDE);
}

static int add_new(struct bench_ctx *ctx)
{
	return remount_main(remount_both);
}

static int remove_new(struct bench_ctx *ctx)
{
	return remount_main(remount_alone);
}

static int verify(struct bench_ctx *ctx, bool bound)
{
	struct rebind_hierarchy *with = rb.new_way ? &rb.main : &rb.side;
	int r = 0;

	for (unsigned i = 0; i < rb.groups && r == 0; i++) {
		r = rebind_expect_tasks(ctx, &rb, &rb.main, i);
		if (r == 0 && bound && with != &rb.main)
			r = rebind_expect_tasks(ctx, &rb, with, i);
		if (r == 0 && bound)
			r = rebind_expect_controller(ctx, &rb, with, i);
		else if (r == 0)
			r = rebind_expect_none(ctx, &rb, &rb.main, i);
	}
	return r;
}

/* Any file of the controller will do: it shows that the css exists. */
static int take_controller(struct bench_ctx *ctx)
{
	static const char *const files[][2] = {
		{ "pids", "pids.current" },
		{ "cpu", "cpu.shares" },
		{ "cpuacct", "cpuacct.usage" },
		{ "cpuset", "cpuset.cpus" },
		{ "memory", "memory.usage_in_bytes" },
		{ "freezer", "freezer.state" },
		{ "devices", "devices.list" },
	};
	const char *which = ctx_param(ctx, "controller");

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(which, files[i][0]))
			continue;
		strcpy(rb.controller, which);
		strcpy(rb.control_file, files[i][1]);
		return 0;
	}
	return ctx_bad_param(ctx, "controller");
}

static int setup(struct bench_ctx *ctx)
{
	int r = take_controller(ctx);

	if (r == 0)
		r = rebind_take_params(ctx, &rb);
	if (r == 0)
		r = rebind_take_places(ctx, &rb);
	if (r)
		return r;
	snprintf(rb.main_alone, sizeof(rb.main_alone), "none," REBIND_MAIN);
	snprintf(rb.main_both, sizeof(rb.main_both), "%s," REBIND_MAIN,
		 rb.controller);
	snprintf(rb.side_opts, sizeof(rb.side_opts), "%s," REBIND_SIDE,
		 rb.controller);
	snprintf(remount_alone, sizeof(remount_alone), CG_REBIND "%s",
		 rb.main_alone);
	snprintf(remount_both, sizeof(remount_both), CG_REBIND "%s",
		 rb.main_both);
	r = rebind_try(ctx, &rb, rb.side_opts);
	if (r == 0)
		r = rebind_build(ctx, &rb.main, rb.main_alone, rb.groups);
	if (r == 0 && rb.new_way) {
		r = add_new(ctx);
		if (r < 0)
			return ctx_skip(ctx,
					"a remount cannot add '%s' here: %s",
					rb.controller, strerror(-r));
		r = remove_new(ctx);
	}
	if (r == 0)
		r = rebind_fill(ctx, &rb);
	rebind_close(&rb.main);
	return r;
}

static int add_setup(struct bench_ctx *ctx)
{
	rb.want_both = true;
	return setup(ctx);
}

static int remove_setup(struct bench_ctx *ctx)
{
	rb.want_both = false;
	return setup(ctx);
}

static int begin(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	rb.join = rb.new_way ? add_new : add_mainline;
	rb.part = rb.new_way ? remove_new : remove_mainline;
	rb.verify = verify;
	return rebind_open(ctx, &rb.main);
}

BENCH_DEFINE(rebind_add) = {
	.name = "rebind/add",
	.summary = "add a controller to a hierarchy with cgroups and tasks",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(REBIND_PARAMS, PARAM("controller", "pids")),
	.setup = add_setup,
	.begin = begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};

BENCH_DEFINE(rebind_remove) = {
	.name = "rebind/remove",
	.summary = "remove a controller from a hierarchy with cgroups",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(REBIND_PARAMS, PARAM("controller", "pids")),
	.setup = remove_setup,
	.begin = begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};
