/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which point of a run a record or a status line is of.  Reading a run asks
 * once; from then on a point is its index in run.points.  Private to run/.
 */
#ifndef CGMARK_POINT_FIND_H
#define CGMARK_POINT_FIND_H

#include "run.h"

#define NO_POINT SIZE_MAX

struct point_find {
	const struct run_point *points;
	size_t nr_points;
	size_t hint; /* streams are in the order of the plan */
};

/* The index of a point, or NO_POINT. */
size_t point_find(struct point_find *f, const struct point_id *id);
/* By its name in a status stream, "BENCH PARAMS" or "BENCH". */
size_t point_find_name(struct point_find *f, const char *name, size_t len);

#endif
