/* SPDX-License-Identifier: GPL-2.0-only */
/* The points of a run, and what the guest needs for them. */
#ifndef CGMARK_CHOOSE_POINTS_H
#define CGMARK_CHOOSE_POINTS_H

#include "exit-status.h"
#include "guest-files.h"
#include "points.h"

/*
 * The points that the wish names, and in files the programs of this host that
 * they run.  The caller frees *ret.  Errors are logged.
 */
enum exit_status choose_points(const char *bench_dir,
			       const struct plan_wish *wish,
			       struct run_point **ret, size_t *nr,
			       struct guest_files *files);

#endif
