/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the parent of the fork benchmarks lives, and who hears of its
 * children's exits: params controllers, depth, sets, listeners; of some
 * favordynmods, psi, threads.
 */
#ifndef CGMARK_FORK_FAMILY_H
#define CGMARK_FORK_FAMILY_H

#include "bench.h"

/* _controllers: the default sweep; _more: beyond it. */
#define FORK_FAMILY_PARAMS(_controllers, _more)                            \
	PARAM_MORE("controllers", _controllers, _more),                    \
		PARAM_AXIS_AT("depth", "1", "4,16,64", "controllers=all"), \
		PARAM_AXIS_AT("sets", "0", "16,64,256,1024",               \
			      "controllers=all"),                          \
		PARAM_AXIS_AT("listeners", "0", "1,4", "controllers=all")

/*
 * Of some of them: whether the threadgroup rwsem favours writers, whether the
 * groups of the parent on v2 have pressure stall information, and how many
 * threads the parent has.
 */
#define FORK_FAMILY_STATE                                                 \
	PARAM_AXIS_AT("favordynmods", "0", "1", "controllers=none"),      \
		PARAM_AXIS_AT("psi", "1", "0", "controllers=none"),       \
		PARAM_VARIANT_AXIS_AT("threads", "1", "4,16,64,256,1024", \
				      "controllers=none")

/*
 * In setup(): make a cgroup at that depth, with controllers all the way down,
 * beside that many css_sets with one task each.  controllers=v1 puts all of
 * them into one v1 hierarchy; the others are on v2.  ret->fd is -1 if the
 * parent is at depth 1 of v2 anyway.  The listeners hear of every exit, on
 * sockets with room for all of them; a child with its own file table has copies
 * of these sockets.  Results as for ctx_hierarchy().
 */
int fork_family_setup(struct bench_ctx *ctx, struct cg *ret);

/*
 * In setup() after that, in begin() and in check() of those that have
 * FORK_FAMILY_STATE.  place is what fork_family_setup() made; the parent goes
 * there.
 */
int fork_state_setup(struct bench_ctx *ctx, const struct cg *place);
int fork_state_begin(struct bench_ctx *ctx, const struct cg *place);
int fork_state_check(struct bench_ctx *ctx);

/* In check(): each child was waited for and each listener heard of its exit. */
int fork_family_check_gone(struct bench_ctx *ctx);

#endif
