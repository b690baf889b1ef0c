/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dynmods.h"
#include "fork-family.h"
#include "idle-procs.h"
#include "idle-task.h"

#define THREADS_MAX 10000

static int no_pressure(struct bench_ctx *ctx, const struct cg *cg,
		       const char *file)
{
	int r = cg_write(cg, file, "0");

	return r == -ENOENT ? ctx_skip(ctx, "v2 has no cgroup.pressure") : r;
}

/* What remains is the sum for the system, which only psi=0 at boot removes. */
static int psi_setup(struct bench_ctx *ctx, const struct cg *place)
{
	const char *psi = ctx_param(ctx, "psi");
	int r;

	if (!strcmp(psi, "1"))
		return 0;
	if (strcmp(psi, "0"))
		return ctx_bad_param(ctx, "psi");
	r = no_pressure(ctx, ctx_subtree(ctx), "cgroup.pressure");
	if (r == 0)
		r = no_pressure(ctx, ctx_subtree(ctx), "point/cgroup.pressure");
	if (r == 0 && place->fd >= 0 && place->version == 2)
		r = no_pressure(ctx, place, "cgroup.pressure");
	return r;
}

int fork_state_setup(struct bench_ctx *ctx, const struct cg *place)
{
	int r = dynmods_setup(ctx);

	return r ? r : psi_setup(ctx, place);
}

int fork_state_begin(struct bench_ctx *ctx, const struct cg *place)
{
	uint64_t threads;
	long tid = 0;
	int r = ctx_param_u64(ctx, "threads", &threads);

	if (r)
		return r;
	if (threads < 1 || threads > THREADS_MAX)
		return ctx_bad_param(ctx, "threads");
	for (uint64_t i = 1; i < threads && tid >= 0; i++)
		tid = idle_task_thread();
	if (tid < 0)
		return ctx_fail(ctx, tid, "make a thread: %s", strerror(-tid));
	return place->fd < 0 ? 0 : cg_attach(place, 0);
}

static int check_threads(struct bench_ctx *ctx)
{
	const struct cg self = { .fd = -1 };
	char text[2048], *p;
	uint64_t want;
	long is = 0;
	int r = ctx_param_u64(ctx, "threads", &want);

	if (r)
		return r;
	if (cg_read(&self, "/proc/self/status", text, sizeof(text)) < 0)
		return -EIO;
	p = strstr(text, "\nThreads:");
	if (!p || sscanf(p, " Threads: %ld", &is) != 1 || is != (long)want)
		return ctx_fail(ctx, -EIO, "%ld threads, not %lu", is,
				(unsigned long)want);
	return 0;
}

static int check_pressure(struct bench_ctx *ctx)
{
	static const char *const files[] = { "cgroup.pressure",
					     "point/cgroup.pressure" };
	const char *psi = ctx_param(ctx, "psi");
	char text[16];

	for (int i = 0; i < 2; i++) {
		/* A kernel without the file has no pressure to switch off. */
		if (cg_read(ctx_subtree(ctx), files[i], text, sizeof(text)) < 0)
			continue;
		if (*text != *psi)
			return ctx_fail(ctx, -EIO, "%s is %c, not %s", files[i],
					*text, psi);
	}
	return 0;
}

int fork_state_check(struct bench_ctx *ctx)
{
	int r = check_threads(ctx);

	return r ? r : check_pressure(ctx);
}
