/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long locks were held, and interrupts off, in the measured parts of the points
 * of a boot: RUN/boots/BOOT/holds.tsv, of boots that ran with --profile=locks.  Text
 * like samples.tsv (record.h); cgmark-run(5) documents its records.
 */
#ifndef CGMARK_RUN_HOLDS_H
#define CGMARK_RUN_HOLDS_H

#include <stddef.h>
#include <stdint.h>

#include "holds-names.h"
#include "record.h"

struct held {
	char lock[REC_METRIC_MAX - 16]; /* or HOLDS_IRQS_OFF */
	char *why;	/* it was not watched; NULL: it was, and: */
	uint64_t holds; /* in all samples */
	uint64_t total; /* instructions */
	uint64_t most;
	uint64_t idled; /* holds with idle time in them, which is not counted */
	char *function; /* that held it longest; NULL: none did */
};

struct held_point {
	struct point_id id;
	uint64_t nr_ops; /* of all samples */
	char *error;	 /* why there are no figures; NULL: there are */
	struct held *list;
	size_t nr, alloc;
};

struct holds {
	struct held_point *points;
	size_t nr_points, alloc_points;
};

/* Results as for profile_parse(). */
int holds_parse(const char *text, size_t len, struct holds *ret,
		struct rec_error *err);
void holds_release(struct holds *h);
/* NULL if it was not measured. */
const struct held_point *holds_find(const struct holds *h,
				    const struct plan_point *point);
/* Likewise of a lock at a point, where there are figures. */
const struct held *holds_find_lock(const struct holds *h,
				   const struct plan_point *point,
				   const char *lock);

#endif
