/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the points that share a set-up, contained in three kinds of process.
 *
 *   runner   makes the cgroups, gives orders, keeps time, kills, cleans up and
 *            writes the results; touches nothing that it measures
 *   stage    one a group: runs setup(), then forks a point for each order
 *   point    begin(), warm-up, samples, check()
 */
#ifndef CGMARK_GROUP_H
#define CGMARK_GROUP_H

#include "point-report.h"

/*
 * Run points first..end-1, which share a set-up, and report each.  Returns the
 * index of the next point to run: > first, and < end if the stage was lost on
 * the way and the rest needs a new one.
 */
unsigned group_run(struct runner *rn, unsigned first, unsigned end);

#endif
