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

/* What the user asked for; members not set are 0. */
struct plan_wish {
	const char *const *benches; /* globs; none: all, or all of the suite */
	size_t nr_benches;
	const char *const *params; /* "KEY=V,V" */
	size_t nr_params;
	const struct suite *suite; /* NULL: default sweeps */
	unsigned samples;	   /* 0: those of suite or benchmark */
};

/*
 * The points of the benchmarks that are both named and in the suite, in the
 * order in which a guest runs them: first those that their benchmark puts
 * first, last those with favordynmods=1, which newer kernels cannot undo;
 * otherwise by program, benchmark, and params in declared order.
 * Variants vary fastest, so that points which share a set-up are neighbours.
 * The sweep of a benchmark precedes the values beyond it.  The caller frees
 * *ret.  Unknown words are logged with the nearest known one.
 */
enum exit_status plan_points(const struct catalog *c,
			     const struct plan_wish *wish,
			     struct run_point **ret, size_t *nr);

#endif
