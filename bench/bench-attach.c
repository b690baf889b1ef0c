/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process moves itself to and fro between two sibling cgroups by writing "0"
 * to cgroup.procs.  That takes the threadgroup rwsem for writing, the first
 * time with a wait for an RCU grace period.  In a burst the rwsem stays ready
 * for writers and none waits; with a pace of 200 ms it does not, and each
 * operation pays the wait.
 *
 * controllers=all is there too, on version=1 all in one hierarchy.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

/* The hierarchy of no controller, and that of all. */
#define NAMED "name=cgmark"

static const char *const pair_name[2] = { "a", "b" };

static int pair_fd[2];
static uint64_t moves;
static struct timespec pace;
static bool paced;

/* The cgroup to make the pair in. */
static int attach_base(struct bench_ctx *ctx, uint64_t version, struct cg *ret)
{
	const char *which = ctx_param(ctx, "controllers");

	if (version == 1 && !strcmp(which, "none"))
		which = "none," NAMED;
	else if (version == 1 && !strcmp(which, "all"))
		which = "all," NAMED;
	if (version == 1)
		return ctx_hierarchy(ctx, which, ret);
	if (version != 2)
		return ctx_bad_param(ctx, "version");
	*ret = *ctx_subtree(ctx);
	return ctx_controllers(ctx, which);
}

static int attach_setup(struct bench_ctx *ctx)
{
	uint64_t version;
	struct cg base, cg;
	int r;

	r = ctx_param_u64(ctx, "version", &version);
	if (r == 0)
		r = attach_base(ctx, version, &base);
	if (r)
		return r;
	for (int i = 0; i < 2; i++) {
		r = cg_create(&base, pair_name[i], &cg);
		if (r < 0)
			return r;
		r = cg_open_file(&cg, "cgroup.procs", O_WRONLY);
		cg_close(&cg);
		if (r < 0)
			return r;
		pair_fd[i] = r;
	}
	return 0;
}

/* "burst" or "200ms". */
static int attach_begin(struct bench_ctx *ctx)
{
	const char *text = ctx_param(ctx, "pace");
	char *end;
	long ms;

	if (!strcmp(text, "burst"))
		return 0;
	ms = strtol(text, &end, 10);
	if (end == text || strcmp(end, "ms") || ms < 1 || ms > 60000)
		return ctx_bad_param(ctx, "pace");
	pace.tv_sec = ms / 1000;
	pace.tv_nsec = ms % 1000 * 1000000;
	paced = true;
	ctx_may_idle(ctx);
	return 0;
}

static int attach_between(struct bench_ctx *ctx)
{
	if (paced)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pace, NULL);
	return 0;
}

static int attach_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (write(pair_fd[moves++ & 1], "0", 1) != 1)
			return -errno;
	return 0;
}

static int attach_check(struct bench_ctx *ctx)
{
	const char *which = ctx_param(ctx, "controllers");
	const char *want = pair_name[(moves - 1) & 1];
	char path[512];
	const char *base;
	int r;

	if (*ctx_param(ctx, "version") == '2')
		which = "";
	else if (!strcmp(which, "none") || !strcmp(which, "all"))
		which = NAMED;
	r = cg_of_self(which, path, sizeof(path));
	if (r < 0)
		return r;
	base = strrchr(path, '/');
	if (!base || strcmp(base + 1, want))
		return ctx_fail(ctx, -EIO, "moved to '%s' but is in '%s'", want,
				path);
	return 0;
}

BENCH_DEFINE(attach_self) = {
	.name = "attach/self",
	.summary = "move the caller between two siblings by cgroup.procs",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED",
	.params = PARAMS(PARAM("version", "1,2"),
			 PARAM("controllers", "none,cpu"),
			 PARAM_VARIANT("pace", "burst,200ms")),
	.setup = attach_setup,
	.begin = attach_begin,
	.run = attach_run,
	.between = attach_between,
	.check = attach_check,
};
