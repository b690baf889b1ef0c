/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "idle-procs.h"
#include "rebind-pair.h"

#define TASKS_MAX 16384

/* Of the point, from rebind_take_params() on. */
static struct rebind *pair;

/* --- outcome --- */

int rebind_expect_tasks(struct bench_ctx *ctx, const struct rebind *rb,
			struct rebind_hierarchy *h, unsigned i)
{
	unsigned want = idle_procs_share(i, rb->groups, rb->tasks);
	char path[IDLE_PROCS_PATH_MAX];
	long n;

	n = idle_procs_count(&h->top, idle_procs_path(path, i, "cgroup.procs"));
	if (n != (long)want)
		return ctx_fail(ctx, -EIO, "%s %s has %ld tasks, not %u",
				h->options, path, n, want);
	return 0;
}

int rebind_expect_number(struct bench_ctx *ctx, struct rebind_hierarchy *h,
			 unsigned i, const char *file, unsigned want)
{
	char path[IDLE_PROCS_PATH_MAX], text[32];
	ssize_t n;

	idle_procs_path(path, i, file);
	n = cg_read(&h->top, path, text, sizeof(text));
	if (n < 0 || strtoul(text, NULL, 10) != want)
		return ctx_fail(ctx, -EIO, "%s %s is %s, not %u", h->options,
				path, n < 0 ? strerror(-n) : text, want);
	return 0;
}

int rebind_expect_controller(struct bench_ctx *ctx, const struct rebind *rb,
			     struct rebind_hierarchy *h, unsigned i)
{
	char path[IDLE_PROCS_PATH_MAX];

	idle_procs_path(path, i, rb->control_file);
	if (faccessat(h->top.fd, path, F_OK, 0) < 0)
		return ctx_fail(ctx, -EIO, "%s has no %s", h->options, path);
	if (strcmp(rb->controller, "pids"))
		return 0;
	return rebind_expect_number(ctx, h, i, "pids.current",
				    idle_procs_share(i, rb->groups, rb->tasks));
}

int rebind_expect_none(struct bench_ctx *ctx, const struct rebind *rb,
		       struct rebind_hierarchy *h, unsigned i)
{
	char path[IDLE_PROCS_PATH_MAX];

	idle_procs_path(path, i, rb->control_file);
	if (faccessat(h->top.fd, path, F_OK, 0) == 0)
		return ctx_fail(ctx, -EIO, "%s still has %s", h->options, path);
	return 0;
}

/* --- the life of a point --- */

int rebind_take_params(struct bench_ctx *ctx, struct rebind *rb)
{
	const char *way = ctx_param(ctx, "way");
	int r;

	pair = rb;
	r = ctx_param_u64(ctx, "groups", &rb->groups);
	if (r == 0)
		r = ctx_param_u64(ctx, "tasks", &rb->tasks);
	if (r)
		return r;
	if (rb->groups < 1 || rb->groups > IDLE_PROCS_GROUPS_MAX)
		return ctx_bad_param(ctx, "groups");
	if (rb->tasks > TASKS_MAX)
		return ctx_bad_param(ctx, "tasks");
	rb->new_way = !strcmp(way, "new");
	if (!rb->new_way && strcmp(way, "mainline"))
		return ctx_bad_param(ctx, "way");
	ctx_may_idle(ctx);
	return ctx_rcu(ctx);
}

int rebind_take_places(struct bench_ctx *ctx, struct rebind *rb)
{
	int r;

	strcpy(rb->main.options, REBIND_MAIN);
	strcpy(rb->side.options, REBIND_SIDE);
	r = ctx_place(ctx, REBIND_MAIN, &rb->main.path);
	return r ? r : ctx_place(ctx, REBIND_SIDE, &rb->side.path);
}

int rebind_fill(struct bench_ctx *ctx, struct rebind *rb)
{
	int r = idle_procs_populate(&rb->main.top, rb->groups, rb->tasks);

	return r ? ctx_fail(ctx, r, "make %u tasks: %s", (unsigned)rb->tasks,
			    strerror(-r))
		 : 0;
}

int rebind_try(struct bench_ctx *ctx, struct rebind *rb, const char *options)
{
	bool was_there;
	int r = cg_mount_v1(options, rb->side.path, &was_there);

	if (r < 0)
		return ctx_skip(ctx, "cannot mount a v1 hierarchy '%s': %s",
				options, strerror(-r));
	if (umount2(rb->side.path, 0) < 0)
		return -errno;
	return rebind_wait_gone(&rb->side, REBIND_SIDE);
}

static int change_to(struct bench_ctx *ctx, bool want)
{
	int r = want ? pair->join(ctx) : pair->part(ctx);

	if (r < 0)
		return ctx_fail(ctx, r, "%s: %s", want ? "join" : "part",
				strerror(-r));
	pair->joined = want;
	return r;
}

int rebind_between(struct bench_ctx *ctx)
{
	int r = 0;

	if (pair->done)
		r = pair->verify(ctx, pair->want_both);
	if (r == 0 && pair->joined == pair->want_both)
		r = change_to(ctx, !pair->want_both);
	if (r)
		return r;
	/* Keep work that the kernel deferred out of the sample. */
	rebind_pause(100);
	return pair->verify(ctx, !pair->want_both);
}

int rebind_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = nr == 1 ? change_to(ctx, pair->want_both) : -EINVAL;

	pair->done = true;
	return r;
}

int rebind_check(struct bench_ctx *ctx)
{
	return pair->verify(ctx, pair->want_both);
}
