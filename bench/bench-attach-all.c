/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel thread that works for a process is moved to all of its cgroups, in every
 * hierarchy, by cgroup_attach_task_all(): KVM did so for each virtual machine, vhost
 * does for each device.  One operation is VHOST_SET_OWNER of a new /dev/vhost-net:
 * the kernel makes the thread and moves it.
 *
 *   worker=kthread  as above
 *   worker=task     a thread of the owner, which inherits its cgroups (since 6.4)
 *
 * The owner is in a cgroup of the place that version and controllers say, and with
 * hierarchies=N in one of each of N more, without controllers.
 * Closing the device before it waits for RCU, so that a burst is none for the
 * threadgroup rwsem: nearly all of the time is a wait, which favordynmods saves.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "attach-pair.h"
#include "idle-procs.h"

#define DEVICE "/dev/vhost-net"
#define HIERARCHIES_MAX 8
#define NR_PLACES (1 + HIERARCHIES_MAX)
#define GROUP "owner"

/* Since 6.17, and in stable kernels; not yet in Debian 12's headers. */
#ifndef VHOST_SET_FORK_FROM_OWNER
#define VHOST_SET_FORK_FROM_OWNER _IOW(VHOST_VIRTIO, 0x84, __u8)
#endif

static struct cg places[NR_PLACES];
static unsigned nr_places;
static bool by_kthread;
static int device = -1;

static int make_place(const struct cg *base)
{
	return cg_create(base, GROUP, &places[nr_places++]);
}

static int make_more(struct bench_ctx *ctx)
{
	char options[32];
	uint64_t nr;
	struct cg base;
	int r = ctx_param_u64(ctx, "hierarchies", &nr);

	if (r)
		return r;
	if (nr > HIERARCHIES_MAX)
		return ctx_bad_param(ctx, "hierarchies");
	for (unsigned i = 0; i < nr && r == 0; i++) {
		snprintf(options, sizeof(options), "none,name=cgmark-all%u", i);
		r = ctx_hierarchy(ctx, options, &base);
		if (r == 0)
			r = make_place(&base);
	}
	return r;
}

/* The owner goes on without its last device. */
static int open_device(void)
{
	__u8 as_task = !by_kthread;

	if (device >= 0)
		close(device);
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0)
		return -errno;
	/* Kernels without a choice take it for something that only owners may do. */
	if (ioctl(device, VHOST_SET_FORK_FROM_OWNER, &as_task) < 0 &&
	    errno != EPERM && errno != ENOTTY)
		return -errno;
	return 0;
}

static int attach_all_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (ioctl(device, VHOST_SET_OWNER) < 0)
			return -errno;
	return 0;
}

static int attach_all_between(struct bench_ctx *ctx)
{
	int r = open_device();

	attach_sleep_pace();
	return r < 0 ? ctx_fail(ctx, r, "open " DEVICE ": %s", strerror(-r))
		     : 0;
}

static int attach_all_setup(struct bench_ctx *ctx)
{
	const char *worker = ctx_param(ctx, "worker");
	struct cg base;
	int r;

	by_kthread = !strcmp(worker, "kthread");
	if (!by_kthread && strcmp(worker, "task"))
		return ctx_bad_param(ctx, "worker");
	if (access(DEVICE, F_OK) < 0)
		return ctx_skip(ctx, "no " DEVICE
				     ": the kernel is without VHOST_NET");
	r = attach_base(ctx, false, &base);
	if (r == 0)
		r = make_place(&base);
	return r ? r : make_more(ctx);
}

/* --- where is the worker? --- */

struct here {
	long processes, threads;
};

static int look(const struct cg *place, struct here *ret)
{
	ret->processes = idle_procs_count(place, "cgroup.procs");
	ret->threads = idle_procs_count(
		place, place->version == 1 ? "tasks" : "cgroup.threads");
	return ret->processes < 0 ? ret->processes
	       : ret->threads < 0 ? ret->threads
				  : 0;
}

static int check_place(struct bench_ctx *ctx, const struct cg *place)
{
	long processes = by_kthread ? 2 : 1;
	struct here h;
	int r = look(place, &h);

	if (r < 0)
		return ctx_fail(ctx, r, "who is in the cgroup: %s",
				strerror(-r));
	if (h.processes == processes && h.threads == 2)
		return 0;
	return ctx_fail(ctx, -EIO,
			"%ld processes and %ld threads in the cgroup, not %ld "
			"and 2",
			h.processes, h.threads, processes);
}

static int attach_all_check(struct bench_ctx *ctx)
{
	int r = 0;

	for (unsigned i = 0; i < nr_places && r == 0; i++)
		r = check_place(ctx, &places[i]);
	return r;
}

/* A kernel may have one kind of worker only. */
static int try_device(struct bench_ctx *ctx)
{
	struct here h;
	int r = attach_all_between(ctx);

	if (r == 0)
		r = attach_all_run(ctx, 1);
	if (r == 0)
		r = look(&places[0], &h);
	if (r < 0)
		return ctx_fail(ctx, r, "own a device: %s", strerror(-r));
	if (h.processes == 1 && by_kthread)
		return ctx_skip(ctx, "vhost's workers are threads of their "
				     "owners, and inherit");
	if (h.processes == 2 && !by_kthread)
		return ctx_skip(ctx, "vhost's workers are kernel threads");
	return r;
}

static int attach_all_begin(struct bench_ctx *ctx)
{
	int r = attach_begin_pace(ctx);

	for (unsigned i = 0; i < nr_places && r == 0; i++)
		r = cg_attach(&places[i], 0);
	return r ? r : try_device(ctx);
}

BENCH_DEFINE(attach_all) = {
	.name = "attach/all",
	.summary = "a vhost device's worker joins its owner's cgroups",
	.version = 1,
	.kconfig = "CGROUPS VHOST_NET",
	.extra = true,
	.samples = 15,
	.once = true,
	.first = "controllers=all,version=1",
	.params = PARAMS(
		PARAM("version", "1,2"),
		PARAM_MORE_AT("controllers", "none", "cpu,all", "pace=burst"),
		PARAM("worker", "kthread,task"),
		PARAM_AXIS_AT("hierarchies", "0", "1,4,8", "controllers=none"),
		PARAM_AXIS_AT("favordynmods", "0", "1", "controllers=none"),
		PARAM_AXIS_AT("rcu", "normal", "expedited", "controllers=none"),
		PARAM_VARIANT("pace", "burst,200ms")),
	.setup = attach_all_setup,
	.begin = attach_all_begin,
	.run = attach_all_run,
	.between = attach_all_between,
	.check = attach_all_check,
};
