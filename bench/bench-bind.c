/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounting a v1 hierarchy creates it, unmounting destroys it.  On a kernel
 * whose subsystems can refuse a hierarchy, all of its controllers are asked;
 * debug is one that looks at the others.  A controller that is a module is
 * loaded by the mount in setup(), so the figures show the cost of a loaded one.
 *
 * Between samples the benchmark waits until the hierarchy is gone.  It works
 * the same way with and without new interfaces.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static const char *path;
static char options[CTX_OPTIONS_MAX];

static int bind_setup(struct bench_ctx *ctx)
{
	const char *which = ctx_param(ctx, "controller");
	int r = ctx_place(ctx, CTX_HIERARCHY, &path);

	if (r == 0)
		r = ctx_options_of(ctx, which, options, sizeof(options));
	if (r)
		return r;
	if (mount("cgmark", path, "cgroup", 0, options) < 0)
		return ctx_skip(ctx, "cannot mount a v1 hierarchy '%s': %s",
				options, strerror(errno));
	return umount2(path, 0) < 0 ? -errno : 0;
}

static int bind_begin(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	return 0;
}

static int bind_between(struct bench_ctx *ctx)
{
	const struct timespec ts = { .tv_nsec = 10000000 };

	for (unsigned i = 0; i < 500; i++) {
		nanosleep(&ts, NULL);
		if (!cg_is_live_v1(CTX_HIERARCHY))
			return 0;
	}
	return ctx_fail(ctx, -EBUSY, "the hierarchy outlives its unmounting");
}

static int bind_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (mount("cgmark", path, "cgroup", 0, options) < 0 ||
		    umount2(path, 0) < 0)
			return -errno;
	return 0;
}

/* If mounted it has the controller; if unmounted it is gone. */
static int bind_check(struct bench_ctx *ctx)
{
	char first[64], cgroup[256];
	int r = bind_between(ctx);

	if (r)
		return r;
	if (mount("cgmark", path, "cgroup", 0, options) < 0)
		return -errno;
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(options, ","),
		 options);
	if (!strcmp(first, "none") || !strcmp(first, "all"))
		strcpy(first, CTX_HIERARCHY);
	r = cg_of_self(first, cgroup, sizeof(cgroup));
	if (umount2(path, 0) < 0)
		return -errno;
	return r < 0 ? ctx_fail(ctx, r, "the hierarchy has no '%s'", first) : 0;
}

BENCH_DEFINE(bind_mount) = {
	.name = "bind/mount",
	.summary = "mount a v1 hierarchy that is not there, and unmount it",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_DEBUG",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.params = PARAMS(PARAM("controller", "none,pids,debug,pids+debug,all")),
	.setup = bind_setup,
	.begin = bind_begin,
	.run = bind_run,
	.between = bind_between,
	.check = bind_check,
};
