/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The profile of the measured parts of a boot, by function and caller:
 * RUN/boots/BOOT/profile.tsv, of boots that ran with the plugin.  Text like
 * samples.tsv (record.h); cgmark-run(5) documents its records.
 */
#ifndef CGMARK_PROFILE_H
#define CGMARK_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile-names.h"
#include "record.h"

struct profile_node {
	unsigned parent; /* index in nodes + 1; 0: none */
	char *function;
	uint64_t count[NR_PROFILE_EVENTS];
};

/* Consecutive instructions with the same count. */
struct profile_range {
	char *function;
	uint64_t at;
	unsigned bytes;
	unsigned nr; /* instructions */
	uint64_t count;
};

struct profile_point {
	struct point_id id;
	uint64_t nr_ops;
	uint64_t samples;
	struct profile_node *nodes;
	size_t nr_nodes, alloc_nodes;
	struct profile_range *ranges; /* ascending */
	size_t nr_ranges, alloc_ranges;
};

/* Of a kernel. */
struct profile_symbol {
	char *name;
	bool there;
};

struct profile {
	bool counted[NR_PROFILE_EVENTS];
	char **model; /* M lines */
	size_t nr_model;
	struct profile_symbol *symbols; /* those requested */
	size_t nr_symbols;
	struct profile_point *points;
	size_t nr_points, alloc_points;
};

/*
 * Parse a whole file.  0, or as rec_parse_samples(): -ENODATA truncated,
 * -EBADMSG altered or malformed, -EPROTONOSUPPORT a newer version; err names
 * line and cause.  The caller always releases *ret.
 */
int profile_parse(const char *text, size_t len, struct profile *ret,
		  struct rec_error *err);
void profile_release(struct profile *p);
/* The points of from, another boot of the same kernel, go to the end of to. */
void profile_append(struct profile *to, struct profile *from);
/* NULL if it was not measured. */
const struct profile_point *profile_find(const struct profile *p,
					 const struct plan_point *point);

/* NULL if the profile does not say. */
const struct profile_symbol *profile_symbol(const struct profile *p,
					    const char *name);

#endif
