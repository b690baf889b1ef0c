/* SPDX-License-Identifier: GPL-2.0-only */
/* A running point as the runner knows it: its params and its messages. */
#ifndef CGMARK_PARAMS_H
#define CGMARK_PARAMS_H

#include "bench.h"
#include "record.h"

#define CTX_TEXT_MAX 256
#define CTX_NOTE_MAX 512
#define CTX_PARAMS_MAX 16

struct ctx_traces; /* places.h */

struct ctx_param_value {
	char key[REC_PARAMS_MAX]; /* followed by its NUL and the value */
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
	const char *polite;  /* what our groups begin with; NULL: all is ours */
	struct cg v2;	     /* root of v2 */
	struct cg subtree, setup_leaf, point_leaf;
	struct ctx_traces *traces;
};

/*
 * Does the bench have these params, each given once?  0, or -EINVAL with the
 * reason in text.
 */
int ctx_check_params(const struct bench *bench, const char *params, char *text,
		     size_t size);
/* Adopt params that were checked. */
void ctx_set_params(struct bench_ctx *ctx, const char *params);

#endif
