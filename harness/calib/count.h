/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts what comparisons found. */
#ifndef CGMARK_CALIB_COUNT_H
#define CGMARK_CALIB_COUNT_H

#include "calibration.h"
#include "calls.h"
#include "compare.h"

/* Adds a comparison of kernels that do the same; faults get a sentence each. */
void count_null(struct calibration *c, enum calib_null n,
		const struct comparison *cmp);

/*
 * Adds a comparison with a kernel that pays a cost, to the cost.  In its first
 * comparison its points are made.
 */
void count_cost(struct calibration *c, struct calib_cost *cost,
		const struct calls *calls, const struct comparison *cmp);

/* Can this point show what the cost adds?  It executes it, and is counted. */
bool point_pays(const struct calls *calls, unsigned place, size_t point);

/*
 * Has the point samples enough in that boot to show a tail, and calls enough for
 * one to be among them?
 */
bool point_shows_tail(const struct run_boot *b, const struct calls *calls,
		      unsigned place, size_t point);

/* x of n */
struct rate {
	unsigned x, n;
};

/* Sizes, as parts of an operation: lo <= size < hi. */
struct size_range {
	double lo, hi;
};

/* Of these or more a change is promised. */
#define CALIB_PART 0.003
#define CALIB_TAIL_PART 0.01
/* Where fewer instructions than this are that part, they are not counted. */
#define CALIB_INSNS 25

/*
 * How many of the comparisons at points that pay such a cost found it: points
 * that count instructions, and costs of CALIB_INSNS or more.  Of tails only
 * points that can show one count, and a tail has to be called one.
 */
struct rate rate_found(const struct calibration *c, enum cost_kind kind,
		       struct size_range size);

struct calib_summary {
	struct rate same, padded; /* false alarms */
	struct rate found;	  /* of CALIB_PART or more, no tail */
	struct rate tails;	  /* of CALIB_TAIL_PART or more */
	unsigned wrong;		  /* found as cheaper */
	struct rate others;	  /* flagged, that do not execute it */
	unsigned doubtful;	  /* among kernels that do the same */
};

struct calib_summary calib_sum_up(const struct calibration *c);

#endif
