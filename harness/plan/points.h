/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which points are measured: benchmarks with their param values.
 */
#ifndef CGMARK_PLAN_POINTS_H
#define CGMARK_PLAN_POINTS_H

#include <stddef.h>

#include "catalog.h"
#include "exit-status.h"
#include "run.h"
#include "suite.h"

/* What the user asked for; unset members are 0. */
struct plan_wish {
	const char *const *benches; /* globs; none: all, or all of the suite */
	size_t nr_benches;
	const char *const *params; /* "KEY=V,V" */
	size_t nr_params;
	const struct suite *suite; /* NULL: default sweeps */
	unsigned samples;	   /* 0: those of suite or benchmark */
};

/*
 * The points wished for (what benches names of what the suite has), in the
 * order in which a guest runs them: those first of which the benchmark says so,
 * all by program, benchmark, then params in their declared order with variants
 * fastest, so that points which share a set-up are neighbours.  Of each
 * benchmark the sweep comes before what lies beyond it.  The caller frees *ret.
 * Unknown words were logged with the nearest known.
 */
enum exit_status plan_points(const struct catalog *c,
			     const struct plan_wish *wish,
			     struct run_point **ret, size_t *nr);

#endif
