/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that a benchmark sees.  A benchmark is one file, bench-NAME.c, with one
 * or more BENCH_DEFINE(); the runner takes care of timing, calibration,
 * warm-up, repetition, cgroups and clean-up.
 *
 * Life of a point: the runner makes a fresh cgroup subtree, forks, and calls
 * setup() there.  For each point that shares this set-up (they differ only in
 * params marked variant) it forks again and calls begin(), then run() for
 * warm-up and samples, then check().  File-static state is fine: no point sees
 * anything of another point's process.  Whatever happens, the runner kills and
 * removes the subtree afterwards.
 */
#ifndef CGMARK_BENCH_H
#define CGMARK_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cg.h"
#include "rawfile.h"

struct bench_ctx;

struct bench_param {
	const char *key;
	const char *values; /* default sweep, comma separated */
	bool variant;	    /* does not change what setup() makes */
	/*
	 * Further values, not in the default suite.  A point has at most one of
	 * them, while the other params keep the values of their sweeps: values
	 * vary along each axis, not in all combinations.
	 */
	const char *more;
	/*
	 * "k=v,k=v": what other params have with `more` instead of their sweep,
	 * be it the default one or a suite's.
	 */
	const char *at;
	/* Further values that are measured only where somebody names them. */
	const char *named;
	/* has one value, which the names of points omit */
	bool implied;
};

struct bench {
	const char *name;    /* "attach/self" */
	const char *summary; /* what one operation is */
	unsigned version;    /* raise it when figures change their meaning */
	const char *kconfig; /* "CGROUPS MEMCG", without CONFIG_ */
	const struct bench_param *params; /* ends with a NULL key */
	unsigned samples;		  /* default 31 */
	unsigned warmup;		  /* default 4 */
	unsigned nr_ops;		  /* operations per sample; default 1 */
	const char *programs; /* of the host, for the image's /bin: "a b" */
	const void *arg;      /* for benchmarks that share functions */
	/*
	 * "k=v,k=v": in a boot, these points come before those of all other
	 * benchmarks; FIRST_ALL: all points do.  For memory in a v1 hierarchy,
	 * where it cannot go once it was on v2.
	 */
	const char *first;
	bool busy;  /* it sleeps: count only while its tasks run */
	bool once;  /* needs between() after each operation */
	bool extra; /* slow or special: not in suite "quick" */

	/*
	 * All return 0, -errno, or BENCH_SKIP after ctx_skip(ctx, reason).
	 * setup, begin and check may be NULL, but a benchmark that can check
	 * its work should: a wrong result fails the point.
	 */
	int (*setup)(struct bench_ctx *ctx);
	int (*begin)(struct bench_ctx *ctx);
	int (*run)(struct bench_ctx *ctx, uint64_t nr); /* timed */
	/* Untimed, before every sample: pace, or undo the last sample. */
	int (*between)(struct bench_ctx *ctx);
	int (*check)(struct bench_ctx *ctx);
};

#define BENCH_SKIP 1
#define FIRST_ALL "*"

static inline unsigned bench_samples(const struct bench *b)
{
	return b->samples ? b->samples : 31;
}

/* At least one: the first run of anything is special. */
static inline unsigned bench_warmup(const struct bench *b)
{
	return b->warmup ? b->warmup : 4;
}

static inline unsigned bench_nr_ops(const struct bench *b)
{
	return b->nr_ops ? b->nr_ops : 1;
}

/*
 * The section holds pointers, never structs, which the linker may align in a
 * way that an array does not.
 */
#define BENCH_DEFINE(_id)                                                      \
	static const struct bench _id;                                         \
	static const struct bench *const _id##_ref                             \
		__attribute__((used, retain, section("cgmark_bench"))) = &_id; \
	static const struct bench _id

/* clang-format would take the braces in a macro for a block. */
/* clang-format off */
#define PARAM(_key, _values) { .key = (_key), .values = (_values) }
#define PARAM_VARIANT(_key, _values) \
	{ .key = (_key), .values = (_values), .variant = true }
#define PARAM_VARIANT_NAMED(_key, _values, _named) \
	{ .key = (_key), .values = (_values), .variant = true, \
	  .named = (_named) }
#define PARAM_MORE(_key, _values, _more) \
	PARAM_MORE_AT(_key, _values, _more, NULL)
#define PARAM_MORE_AT(_key, _values, _more, _at) \
	{ .key = (_key), .values = (_values), .more = (_more), .at = (_at) }
/* Most points have the one value, which is implied; some have others. */
#define PARAM_AXIS(_key, _value, _more) PARAM_AXIS_AT(_key, _value, _more, NULL)
#define PARAM_AXIS_AT(_key, _value, _more, _at)                     \
	{ .key = (_key), .values = (_value), .more = (_more), \
	  .implied = true, .at = (_at) }
#define PARAM_VARIANT_AXIS(_key, _value, _more) \
	PARAM_VARIANT_AXIS_AT(_key, _value, _more, NULL)
#define PARAM_VARIANT_AXIS_AT(_key, _value, _more, _at)       \
	{ .key = (_key), .values = (_value), .variant = true, \
	  .more = (_more), .implied = true, .at = (_at) }
#define PARAMS(...) (const struct bench_param[]){ __VA_ARGS__, { .key = NULL } }
/* clang-format on */

/* A param of the running point: implied, or given and checked by the runner. */
const char *ctx_param(const struct bench_ctx *ctx, const char *key);
/* As a number >= 0 with optional K/M suffix; a bad one fails the point. */
int ctx_param_u64(struct bench_ctx *ctx, const char *key, uint64_t *ret);
/* Reject the value given for key; returns -EINVAL. */
int ctx_bad_param(struct bench_ctx *ctx, const char *key);
/* Say why the point cannot run here; returns BENCH_SKIP. */
int ctx_skip(struct bench_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Say what went wrong; returns err (negative). */
int ctx_fail(struct bench_ctx *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The arg of the running benchmark. */
const void *ctx_arg(const struct bench_ctx *ctx);
/*
 * Write a line into the status stream, below the point: for the record, not for
 * the harness.  Unprintable characters become '?'.  Never call it in run().
 */
void ctx_note(struct bench_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Keep a tool's output as a file beside the results.  Several calls for a kind
 * append.  Never call it in run().
 */
void ctx_file(struct bench_ctx *ctx, enum rawfile_kind kind, const void *data,
	      size_t len);
/*
 * The timed part of this point waits (RCU, sleep), so that idle time is in it:
 * report guest time as guest_ns instead of insns.
 */
void ctx_may_idle(struct bench_ctx *ctx);

/*
 * Cgroups.  Each is made for this set-up alone; the runner kills, removes and
 * unmounts them afterwards, so nothing needs to be undone.
 *
 * On v2 there is a subtree with two leaves: "setup" holds the process that runs
 * setup() and its children, "point" the process that runs a point.  After each
 * point, everything below the subtree that is not in "setup" is killed.
 */
const struct cg *ctx_subtree(const struct bench_ctx *ctx);
const struct cg *ctx_setup_cgroup(const struct bench_ctx *ctx);
/*
 * In setup(): mount a v1 hierarchy, "none,name=N", "all,name=N" or controllers,
 * and make a cgroup in it.  0, BENCH_SKIP (the kernel lacks it, or it is in
 * use) or -errno with the reason recorded.
 */
int ctx_hierarchy(struct bench_ctx *ctx, const char *options, struct cg *ret);
/*
 * In setup(): the same with "none", "cpu", "cpu+pids", "all" that mainline has,
 * or "every" one that this kernel has; and just the mount options for that.
 */
int ctx_hierarchy_of(struct bench_ctx *ctx, const char *which, struct cg *ret);
int ctx_options_of(struct bench_ctx *ctx, const char *which, char *buf,
		   size_t size);
#define CTX_HIERARCHY "name=cgmark" /* its name, as cg_of() takes it */
#define CTX_OPTIONS_MAX 256
/*
 * In setup(): a place for a v1 hierarchy that the benchmark mounts and unmounts
 * itself and names by "name=N" in the options.  All its cgroups have to be
 * below ctx_name() in its root: the runner removes that and unmounts the
 * hierarchy in whatever state it is.  Results as above.
 */
int ctx_place(struct bench_ctx *ctx, const char *options, const char **path);
const char *ctx_name(const struct bench_ctx *ctx);
/*
 * In setup(): enable v2 controllers ("none", "all" or one) for the children of
 * the subtree, including the leaf "point".  Results as above.
 */
int ctx_controllers(struct bench_ctx *ctx, const char *which);
/*
 * In setup(): the param rcu.  "expedited" has RCU interrupt CPUs rather than wait for them, on
 * the whole system until the set-up is undone; "normal" leaves it as it is.
 * Results as above, and for another word that of ctx_bad_param().
 */
int ctx_rcu(struct bench_ctx *ctx);
/*
 * In check(): is the task (0: the caller) in a cgroup of that name, whatever
 * its parents?  hierarchy is as for cg_of().  0, or -errno with the reason
 * recorded.
 */
int ctx_check_moved(struct bench_ctx *ctx, pid_t tid, const char *hierarchy,
		    const char *name);

#endif
