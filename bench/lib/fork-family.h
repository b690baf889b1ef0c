/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the fork benchmarks have their parent, and who is told of the end of
 * its children: params controllers, depth, sets, listeners.
 */
#ifndef CGMARK_FORK_FAMILY_H
#define CGMARK_FORK_FAMILY_H

#include "bench.h"

/* _controllers: of the default sweep; _more: beyond it. */
#define FORK_FAMILY_PARAMS(_controllers, _more)                            \
	PARAM_MORE("controllers", _controllers, _more),                    \
		PARAM_AXIS_AT("depth", "1", "4,16,64", "controllers=all"), \
		PARAM_AXIS_AT("sets", "0", "16,64,256,1024",               \
			      "controllers=all"),                          \
		PARAM_AXIS_AT("listeners", "0", "1,4", "controllers=all")

/*
 * In setup(): a cgroup at that depth, with controllers all the way down, beside
 * that many css_sets that have a task each.  controllers=v1 is all of them in
 * one v1 hierarchy, the others are on v2.  ret->fd is -1 where the parent is at
 * depth 1 of v2 anyway.  So many listeners hear of every exit, from sockets with
 * room for all of them; a child that has files of its own has copies of these
 * sockets.  Results as of ctx_hierarchy().
 */
int fork_family_setup(struct bench_ctx *ctx, struct cg *ret);

/*
 * In check(): no child is left over that was not waited for, and each listener
 * heard of its end.
 */
int fork_family_check_gone(struct bench_ctx *ctx);

#endif
