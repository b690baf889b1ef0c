/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "idle-procs.h"
#include "load-kind.h"

#define GROUPS 16
#define PERIOD_NS 10000000L
#define NAME "name=cgmark-load"
#define WITH "freezer," NAME
#define WITHOUT "none," NAME

static const char *place;

static int try_rebind(struct bench_ctx *ctx)
{
	int r = cg_remount_v1(CG_REBIND WITH, place);

	if (r < 0)
		return ctx_skip(ctx, "a remount cannot add 'freezer' here: %s",
				strerror(-r));
	if (mount("cgmark", place, "cgroup", MS_REMOUNT, CG_REBIND WITHOUT) < 0)
		return ctx_fail(ctx, -errno, "remove 'freezer' again: %s",
				strerror(errno));
	return 0;
}

static int rebind_setup(struct bench_ctx *ctx)
{
	struct cg root = CG_NONE, top = CG_NONE;
	int r = ctx_place(ctx, NAME, &place);

	if (r)
		return r;
	if (mount("cgmark", place, "cgroup", 0, WITHOUT) < 0)
		return ctx_skip(ctx, "cannot mount '%s': %s", WITHOUT,
				strerror(errno));
	r = cg_open(place, 1, &root);
	if (r == 0)
		r = cg_create(&root, ctx_name(ctx), &top);
	if (r == 0)
		r = idle_procs_mkdirs(&top, GROUPS);
	cg_close(&top);
	cg_close(&root);
	return r ? r : try_rebind(ctx);
}

static int rebind_round(struct load_shared *shared)
{
	if (mount("cgmark", place, "cgroup", MS_REMOUNT, CG_REBIND WITH) < 0 ||
	    mount("cgmark", place, "cgroup", MS_REMOUNT, CG_REBIND WITHOUT) < 0)
		return -errno;
	shared->done += 2;
	return 0;
}

const struct load load_rebind = {
	.name = "rebind",
	.unit = "rebinds",
	.period_ns = PERIOD_NS,
	.setup = rebind_setup,
	.round = rebind_round,
};
