/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a calibration found: how often a change was seen where there is none, and
 * where there is one of known size.  The file: cgmark-calibration(5).
 */
#ifndef CGMARK_CALIBRATION_H
#define CGMARK_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cost.h"
#include "run.h"

/* Comparisons of kernels that do the same. */
enum calib_null {
	NULL_SAME,   /* a kernel with itself, other perturbations */
	NULL_PADDED, /* with one that has everything at other addresses */
	NR_CALIB_NULLS,
};

/* Of so many comparisons of points, ... */
struct calib_null_count {
	unsigned nr;
	unsigned changed;  /* REGRESSION or IMPROVEMENT: false alarms */
	unsigned doubtful; /* INCONCLUSIVE or INVALID */
};

/* A point that executes what was made slower. */
struct calib_point {
	char *bench;
	char *params;
	char *metric;
	double insns;	/* added to an operation, on average */
	double part;	/* the same, of what it costs */
	bool tail_seen; /* it has samples enough to show a tail */
	unsigned nr;	/* comparisons, of which ... */
	unsigned found; /* REGRESSION */
	unsigned wrong; /* IMPROVEMENT */
	unsigned tail;	/* found, and called a tail */
};

struct calib_cost {
	struct cost cost;
	char *run; /* id of the run that measured it */
	struct calib_point *points;
	size_t nr_points;
	/* Points that do not execute it. */
	struct calib_null_count others;
};

struct calibration {
	char *created; /* ISO 8601, UTC */
	char *version; /* of cgmark */
	char *machine;
	char *machine_detail;
	char *suite;
	char *limits; /* of the judge, in words */
	char *guest_sha256;
	char *kernel; /* release */
	uint64_t seed;
	unsigned perturbations; /* booted of each kernel */
	unsigned draws;		/* runs that were made of them */
	unsigned boots;		/* in all */
	unsigned planned;	/* costs */
	struct calib_null_count nulls[NR_CALIB_NULLS];
	struct calib_cost *costs; /* those that were measured */
	size_t nr_costs;
	char **faults; /* false alarms, misses and the like, in words */
	size_t nr_faults;
};

/* "same", "padded" */
const char *calib_null_name(enum calib_null n);

void calibration_free(struct calibration *c);
static inline void calibration_freep(struct calibration **c)
{
	calibration_free(*c);
}

/* -errno, logged. */
int calibration_save(const struct calibration *c, const char *path);
/* -ENOENT: there is none; other -errno: logged. */
int calibration_load(const char *path, struct calibration **ret);

/* The limits by which this cgmark judges exact counts; caller frees. */
char *calibration_limits(void);
/*
 * The name of the file that a calibration for such runs has: a hash of machine,
 * suite and limits.  Caller frees.
 */
char *calibration_file(const char *machine, const char *machine_detail,
		       const char *suite);

#endif
