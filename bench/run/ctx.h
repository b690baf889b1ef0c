/* SPDX-License-Identifier: GPL-2.0-only */
/* What the runner knows of a running point and bench.h hides. */
#ifndef CGMARK_CTX_H
#define CGMARK_CTX_H

#include "bench.h"
#include "record.h"

#define CTX_TEXT_MAX 256
#define CTX_NOTE_MAX 512
#define CTX_PARAMS_MAX 16
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
 * What a set-up leaves outside of its subtree, in memory shared with the
 * runner, who undoes it even when the set-up's process died half-way.
 */
struct ctx_traces {
	struct ctx_mount mounts[CTX_MOUNTS_MAX];
	char enabled[256]; /* controllers enabled in v2's root: "-a -b" */
};

struct ctx_param_value {
	char key[REC_PARAMS_MAX]; /* and behind its NUL the value */
	size_t value;		  /* where in key[] it begins */
};

struct bench_ctx {
	const struct bench *bench;
	struct ctx_param_value params[CTX_PARAMS_MAX];
	unsigned nr_params;
	bool may_idle;
	bool bad_param;
	int status_fd; /* KTAP, for notes */
	char *text;    /* CTX_TEXT_MAX bytes: reason of skip or failure */

	const char *scratch; /* directory for mount points */
	const char *name;    /* of the subtree, in every hierarchy */
	struct cg v2;	     /* root of v2 */
	struct cg subtree, setup_leaf, point_leaf;
	struct ctx_traces *traces;
};

/*
 * Are these the params of the bench, each given once?  0, or -EINVAL with the
 * reason in words in text.
 */
int ctx_check_params(const struct bench *bench, const char *params, char *text,
		     size_t size);
/* Take over checked params. */
void ctx_set_params(struct bench_ctx *ctx, const char *params);

/*
 * Make the subtree with its leaves below ctx->v2; ctx->name, scratch and
 * traces are set.  ctx_undo() is its inverse and that of all that setup() did;
 * it does all it can and returns the first error with the reason in text.
 */
int ctx_make_subtree(struct bench_ctx *ctx);
int ctx_undo(struct bench_ctx *ctx);
/* Let go what a v1 freezer holds, which cannot be killed before. */
void ctx_thaw(const struct bench_ctx *ctx);

#endif
