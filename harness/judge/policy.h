/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a gate lets pass (cgmark.1, POLICIES): an INI file with thresholds by
 * benchmark and changes that are expected until a day.
 */
#ifndef CGMARK_POLICY_H
#define CGMARK_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"
#include "values.h"
#include "verdict.h"

/* All strings are owned. */
struct policy_threshold {
	char *glob;   /* of benchmarks */
	double limit; /* relative: 0.005 is 0.5% */
	unsigned line;
};

struct policy_change {
	char *name;
	char *bench;	     /* a glob */
	char *params;	     /* KEY=VALUE,... that a point has; NULL: any */
	char *kernel;	     /* a glob of contenders; NULL: any */
	enum verdict change; /* V_REGRESSION or V_IMPROVEMENT */
	double limit;	     /* relative, either way; infinite: none */
	char *reason;
	unsigned until; /* a day (day.h), the last one that counts */
	unsigned line;
	bool has_change;
};

struct policy {
	char *path;
	struct policy_threshold *thresholds;
	size_t nr_thresholds;
	struct policy_change *changes;
	size_t nr_changes;
	bool counts[NR_STATISTICS]; /* those that decide */
	bool strict;

	/* While it is read. */
	bool any;
	bool has_statistics, has_strict;
};

/* ST_USAGE: the file is wrong; logged with its line. */
enum exit_status policy_load(const char *path, struct policy *ret);
/* What holds without a file: all statistics, no exception. */
void policy_default(struct policy *ret);
void policy_release(struct policy *p);

/*
 * The threshold of a benchmark: the last that matches, as people write what is
 * special below what is general; NULL: none does.
 */
const struct policy_threshold *policy_threshold(const struct policy *p,
						const char *bench);
/* Is the point, on that contender, one of those that the change is about? */
bool policy_change_is_about(const struct policy_change *c, const char *bench,
			    const char *params, const char *kernel);

#endif
