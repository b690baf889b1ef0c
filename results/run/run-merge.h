/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run in memory, made of kernels of several: what compares the kernels of a
 * run compares those of different runs without knowing.
 *
 * Whether such a comparison means anything is not asked here: run-match.h.
 */
#ifndef CGMARK_RUN_MERGE_H
#define CGMARK_RUN_MERGE_H

#include "run.h"

/* A kernel of a run. */
struct run_part {
	struct run *run;
	unsigned kernel; /* index in run.kernels */
};

/*
 * The kernels of the parts, none twice, in this order, each with its boots of
 * every role.  Kernels of one name become NAME@RUN, and so do their boots; the
 * files of a boot are found where they were (run_boot_path()).
 *
 * A point that only some runs planned is a SKIP in the boots of the others, and
 * so is one that came after other points than in the run of the first kernel:
 * what ran before in a boot is part of what a point costs.  Boots of different
 * runs alternate, each run in its own order.
 *
 * Moves what it takes: the runs are then only good for run_free().
 */
struct run *run_merge(const struct run_part *parts, size_t nr);

/* How many points, from the first on, both runs have in the same order. */
size_t run_shared_points(const struct run *a, const struct run *b);

#endif
