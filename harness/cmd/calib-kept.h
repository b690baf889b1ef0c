/* SPDX-License-Identifier: GPL-2.0-only */
/* The calibrations that are kept, in RESULTS/calibration. */
#ifndef CGMARK_CALIB_KEPT_H
#define CGMARK_CALIB_KEPT_H

#include "cmd.h"
#include "findings.h"
#include "run.h"

/* The file of one for such runs; caller frees. */
char *calib_kept_path(const struct env *env, const struct run *run);
/* Adds what is kept for such runs, if anything is; a damaged file is a warning. */
void calib_kept_find(const struct env *env, struct findings *f);

#endif
