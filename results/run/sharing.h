/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the CPUs of a boot shared in the operations of its points:
 * RUN/boots/BOOT/sharing.tsv, of boots that ran with --profile=sharing.  Text
 * like samples.tsv (record.h); cgmark-run(5) documents its records.
 */
#ifndef CGMARK_RUN_SHARING_H
#define CGMARK_RUN_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "sharing-names.h"

/* A function that reads or writes an object in a line. */
struct shared_use {
	char *object; /* "slab:mem_cgroup+0x40" */
	char *function;
	char *caller; /* of a lock or the like; NULL: none is told */
	bool writes;
	unsigned cpus; /* a bit each */
	uint64_t accesses;
};

/* Lines of one name; all figures are of all operations of the point. */
struct shared_line {
	char *name;
	uint64_t lines;
	uint64_t touches; /* by operations, of each CPU */
	uint64_t moves;
	uint64_t most; /* by accesses in place of operations */
	uint64_t truly;
	unsigned cpus;
	struct shared_use *uses;
	size_t nr_uses, alloc_uses;
};

struct shared_point {
	struct point_id id;
	uint64_t nr_ops; /* of all CPUs */
	char *error;	 /* why there are no figures; NULL: there are */
	struct shared_line *lines;
	size_t nr_lines, alloc_lines;
};

struct sharing {
	struct shared_point *points;
	size_t nr_points, alloc_points;
};

/* Results as for profile_parse(). */
int sharing_parse(const char *text, size_t len, struct sharing *ret,
		  struct rec_error *err);
void sharing_release(struct sharing *s);
/* NULL if it was not measured. */
const struct shared_point *sharing_find(const struct sharing *s,
					const struct plan_point *point);

/* Sums over the lines of a point. */
uint64_t shared_moves(const struct shared_point *p);
uint64_t shared_most(const struct shared_point *p);
uint64_t shared_touches(const struct shared_point *p);

#endif
