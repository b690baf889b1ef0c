/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The runs of a calibration: each of one kernel under the same perturbations, in
 * the folder of the calibration.  One that is there already is not made again.
 */
#ifndef CGMARK_CALIB_RUNS_H
#define CGMARK_CALIB_RUNS_H

#include "measure.h"
#include "state.h"

struct calib_runs {
	struct measure m;
	char *dir;
	char guest[65]; /* SHA-256 of the image that all runs have */
	int lock_fd;	/* -1: not locked */
	struct bisect_state state;
	const struct run_point *points;
	size_t nr_points;
	const char *suite;
	unsigned *chosen; /* perturbations */
	unsigned nr_chosen;
	unsigned nr_boots; /* of the runs that were handed out */
	bool made;	   /* the last of them, now */
};

/*
 * Makes RESULTS/calibration/ID, where ID is the hash of all that the figures
 * depend on besides the kernels, and locks it.  Errors were logged.
 */
enum exit_status calib_runs_open(struct calib_runs *c);
void calib_runs_release(struct calib_runs *c);

/*
 * The run of a kernel spec, as for cgmark run --kernel.  full: with null and
 * repeat boots, the latter profiled.  Errors were logged; *ret is NULL then.
 */
enum exit_status calib_run(struct calib_runs *c, const char *spec, bool full,
			   struct run **ret);

#endif
