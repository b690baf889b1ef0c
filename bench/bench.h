/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that a benchmark sees.  A benchmark is one file bench-NAME.c with one or
 * more BENCH_DEFINE(); the runner owns timing, calibration, warm-up,
 * repetition, cgroups and clean-up.
 *
 * Life of a point: the runner makes a fresh cgroup subtree, forks, and calls
 * setup() there; for each point that shares that set-up (it differs only in
 * params marked variant) it forks again and calls begin(), then run() for
 * warm-up and samples, then check().  File-static state is fine: nothing of
 * one point's process is seen by another.  Whatever happens, the runner kills
 * and removes the subtree afterwards.
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
	 * Further values, not in the default suite.  A point has at most one
	 * of these, the other params being at the values of their sweeps:
	 * along each axis, not all combinations.
	 */
	const char *more;
	/*
	 * "k=v,k=v": what others have with `more` instead of their sweeps, be
	 * these the default ones or those of a suite.
	 */
	const char *at;
	/* values is but one, and left out of the names of points. */
	bool implied;
};

struct bench {
	const char *name;    /* "attach/self" */
	const char *summary; /* what one operation is */
	unsigned version;    /* raise when the meaning of the figures changes */
	const char *kconfig; /* "CGROUPS MEMCG", without CONFIG_ */
	const struct bench_param *params; /* ends with a NULL key */
	unsigned samples;		  /* default 31 */
	unsigned warmup;		  /* default 4 */
	unsigned nr_ops;		  /* operations a sample; default 1 */
	const char *programs; /* of the host, in the image's /bin: "a b" */
	const void *arg;      /* for benchmarks that share their functions */
	/*
	 * "k=v,k=v": points with these come first in a boot, before those of
	 * all other benchmarks; FIRST_ALL: all of its points do.  For memory
	 * in a v1 hierarchy, where it cannot go any more after it was on v2.
	 */
	const char *first;
	bool busy;  /* sleeps: count only the time that its tasks run */
	bool once;  /* between() is needed after each operation */
	bool extra; /* slow or special: not in the suite "quick" */

	/*
	 * All return 0, -errno, or BENCH_SKIP after ctx_skip(ctx, reason).
	 * setup and begin may be NULL; check too, though a benchmark that can
	 * tell whether the work was done should: a wrong result fails the point.
	 */
	int (*setup)(struct bench_ctx *ctx);
	int (*begin)(struct bench_ctx *ctx);
	int (*run)(struct bench_ctx *ctx, uint64_t nr); /* timed */
	/* Untimed, before every sample (pace, or undoing the last sample). */
	int (*between)(struct bench_ctx *ctx);
	int (*check)(struct bench_ctx *ctx);
};

#define BENCH_SKIP 1
#define FIRST_ALL "*"

static inline unsigned bench_samples(const struct bench *b)
{
	return b->samples ? b->samples : 31;
}

/* At least one: the first run of anything is not like the others. */
static inline unsigned bench_warmup(const struct bench *b)
{
	return b->warmup ? b->warmup : 4;
}

static inline unsigned bench_nr_ops(const struct bench *b)
{
	return b->nr_ops ? b->nr_ops : 1;
}

/*
 * A pointer, never the struct, goes into the section: the linker may pad
 * structs to an alignment that an array of them does not have.
 */
#define BENCH_DEFINE(_id)                                                      \
	static const struct bench _id;                                         \
	static const struct bench *const _id##_ref                             \
		__attribute__((used, retain, section("cgmark_bench"))) = &_id; \
	static const struct bench _id

/* Braces in a macro are taken for a block. */
/* clang-format off */
#define PARAM(_key, _values) { .key = (_key), .values = (_values) }
#define PARAM_VARIANT(_key, _values) \
	{ .key = (_key), .values = (_values), .variant = true }
#define PARAM_MORE(_key, _values, _more) \
	PARAM_MORE_AT(_key, _values, _more, NULL)
#define PARAM_MORE_AT(_key, _values, _more, _at) \
	{ .key = (_key), .values = (_values), .more = (_more), .at = (_at) }
/* Most points have one value, which goes without saying; some have others. */
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

/* Param of the running point: given, as the runner has checked, or implied. */
const char *ctx_param(const struct bench_ctx *ctx, const char *key);
/* As a number >= 0 with optional K/M suffix; a bad one fails the point. */
int ctx_param_u64(struct bench_ctx *ctx, const char *key, uint64_t *ret);
/* Says that the value given for key is none; returns -EINVAL. */
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
 * For the record, not for the harness: one line into the status stream, below
 * the point; what is not printable becomes '?'.  Never in run().
 */
void ctx_note(struct bench_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Keep what a tool wrote as a file beside the results.  Several calls for a kind
 * append.  Never in run().
 */
void ctx_file(struct bench_ctx *ctx, enum rawfile_kind kind, const void *data,
	      size_t len);
/*
 * The timed part of this point waits (RCU, sleep): guest time is reported as
 * guest_ns, since idle time is in it, instead of insns.
 */
void ctx_may_idle(struct bench_ctx *ctx);

/*
 * Cgroups.  All of them are made for this set-up alone and killed, removed and
 * unmounted by the runner afterwards, so nothing needs to be undone.
 *
 * On v2 there is a subtree with two leaves: "setup" holds the process that
 * runs setup() and what it starts, "point" the process that runs a point.
 * After each point all is killed that is below the subtree but not in "setup".
 */
const struct cg *ctx_subtree(const struct bench_ctx *ctx);
const struct cg *ctx_setup_cgroup(const struct bench_ctx *ctx);
/*
 * In setup(): mount a v1 hierarchy, "none,name=N", "all,name=N", or
 * controllers, and make a cgroup in it.  0, BENCH_SKIP (this kernel has none,
 * or it is in use) or -errno with the reason recorded.
 */
int ctx_hierarchy(struct bench_ctx *ctx, const char *options, struct cg *ret);
/*
 * In setup(): the same with "none", "cpu", "cpu+pids", "all" that mainline has,
 * or "every" one that this kernel has; and its mount options alone.
 */
int ctx_hierarchy_of(struct bench_ctx *ctx, const char *which, struct cg *ret);
int ctx_options_of(struct bench_ctx *ctx, const char *which, char *buf,
		   size_t size);
#define CTX_HIERARCHY "name=cgmark" /* its name, as cg_of() takes it */
#define CTX_OPTIONS_MAX 256
/*
 * In setup(): a place for a v1 hierarchy that the benchmark mounts and unmounts
 * itself, named by "name=N" among the options.  Its cgroups have to be below
 * the one of name ctx_name() in its root: the runner removes that and unmounts
 * the hierarchy, in whatever state it finds it.  Results as above.
 */
int ctx_place(struct bench_ctx *ctx, const char *options, const char **path);
const char *ctx_name(const struct bench_ctx *ctx);
/*
 * In setup(): enable v2 controllers ("none", "all", or one) for the children
 * of the subtree, the leaf "point" among them.  Results as above.
 */
int ctx_controllers(struct bench_ctx *ctx, const char *which);
/*
 * In check(): is that task (0: the caller) in a cgroup of that name, whatever
 * is above it?  hierarchy as cg_of() takes it.  0, or -errno with the reason
 * recorded.
 */
int ctx_check_moved(struct bench_ctx *ctx, pid_t tid, const char *hierarchy,
		    const char *name);

#endif
