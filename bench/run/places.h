/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a point runs: its cgroups, v1 hierarchies and controllers. */
#ifndef CGMARK_PLACES_H
#define CGMARK_PLACES_H

#include "params.h"

#define CTX_MOUNTS_MAX 12
#define CTX_SETUP_LEAF "setup"
#define CTX_POINT_LEAF "point"

struct ctx_mount {
	char options[CTX_OPTIONS_MAX];
	char path[96];
	bool was_there;
	bool used;
};

/*
 * What a set-up leaves outside its subtree.  It is in memory shared with the
 * runner, who undoes it even if the set-up's process died half-way.
 */
struct ctx_traces {
	struct ctx_mount mounts[CTX_MOUNTS_MAX];
	char enabled[256]; /* controllers enabled in v2's root: "-a -b" */
	char rcu[8];	   /* what rcu_expedited was, if it was changed */
};

/*
 * Make the subtree with its leaves below ctx->v2; ctx->name, scratch and traces
 * have to be set.  ctx_undo() undoes that and all that setup() did: it goes on
 * after an error and returns the first one, with the reason in text.
 */
int ctx_make_subtree(struct bench_ctx *ctx);
int ctx_undo(struct bench_ctx *ctx);
/* Thaw v1 freezers: frozen tasks cannot be killed. */
void ctx_thaw(const struct bench_ctx *ctx);

#endif
