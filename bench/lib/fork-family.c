/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cg-tree.h"
#include "exit-listener.h"
#include "fork-family.h"
#include "idle-task.h"

#define DEPTH_MAX 256
#define SETS_MAX 30000
#define LISTENERS_MAX 16
#define BUFFER_BYTES (16 << 20)

static struct exit_listener listeners[LISTENERS_MAX];
static uint64_t nr_listeners;

/* Put a task into a cgroup of its own, in a hierarchy made just for this. */
static int make_set(const struct cg *base, unsigned i)
{
	struct cg cg;
	char name[16];
	long tid;
	int r;

	snprintf(name, sizeof(name), "%u", i);
	r = cg_create(base, name, &cg);
	if (r < 0)
		return r;
	r = cg_attach_thread(&cg, 0);
	cg_close(&cg);
	if (r < 0)
		return r;
	tid = idle_task_thread();
	return tid < 0 ? tid : 0;
}

static int make_sets(struct bench_ctx *ctx)
{
	struct cg base;
	uint64_t sets;
	int r = ctx_param_u64(ctx, "sets", &sets);

	if (r || !sets)
		return r;
	if (sets > SETS_MAX)
		return ctx_bad_param(ctx, "sets");
	r = ctx_hierarchy(ctx, "none,name=cgmark-sets", &base);
	if (r)
		return r;
	for (unsigned i = 0; i < sets && r == 0; i++)
		r = make_set(&base, i);
	if (r == 0)
		r = cg_attach_thread(&base, 0);
	cg_close(&base);
	return r < 0 ? ctx_fail(ctx, r, "make css_sets: %s", strerror(-r)) : 0;
}

/* Make `levels` cgroups, each below the last; none: top itself. */
static int descend(const struct cg *top, unsigned levels, struct cg *ret)
{
	if (!levels) {
		*ret = *top;
		return 0;
	}
	return cg_tree_chain(top, levels, ret);
}

static int listen_to_exits(struct bench_ctx *ctx)
{
	int r = ctx_param_u64(ctx, "listeners", &nr_listeners);

	if (r)
		return r;
	if (nr_listeners > LISTENERS_MAX)
		return ctx_bad_param(ctx, "listeners");
	for (uint64_t i = 0; i < nr_listeners && r == 0; i++) {
		r = exit_listener_open_or_skip(ctx, &listeners[i]);
		if (r == 0)
			r = exit_listener_set_buffer(&listeners[i],
						     BUFFER_BYTES);
	}
	return r;
}

int fork_family_setup(struct bench_ctx *ctx, struct cg *ret)
{
	const char *which = ctx_param(ctx, "controllers");
	uint64_t depth;
	struct cg top;
	int r = ctx_param_u64(ctx, "depth", &depth);

	if (r)
		return r;
	if (depth < 1 || depth > DEPTH_MAX)
		return ctx_bad_param(ctx, "depth");
	ret->fd = -1;
	if (!strcmp(which, "v1")) {
		r = ctx_hierarchy_of(ctx, "all", &top);
		if (r == 0)
			r = descend(&top, depth - 1, ret);
	} else {
		r = ctx_controllers(ctx, which);
		if (r == 0 && depth > 1)
			r = cg_tree_chain(ctx_subtree(ctx), depth, ret);
	}
	if (r == 0)
		r = make_sets(ctx);
	return r ? r : listen_to_exits(ctx);
}

/* There are many exits, and none of them may be lost here. */
static int check_listeners(struct bench_ctx *ctx)
{
	int r = 0;

	for (uint64_t i = 0; i < nr_listeners && r == 0; i++) {
		struct exit_listener *l = &listeners[i];

		r = exit_listener_drain(l);
		if (r == 0 && (l->lost || !l->heard))
			r = ctx_fail(ctx, -EIO,
				     "a listener heard of %llu exits%s",
				     (unsigned long long)l->heard,
				     l->lost ? ", some were lost" : "");
	}
	return r;
}

int fork_family_check_gone(struct bench_ctx *ctx)
{
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD)
		return ctx_fail(ctx, -EIO, "a child is left over");
	return check_listeners(ctx);
}
