/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_FIG_CALIBRATION_H
#define CGMARK_FIG_CALIBRATION_H

#include "calibration.h"

/*
 * Draws how often costs were found, over their size, as SVG into the file.
 * -errno, logged.
 */
int fig_calibration_write(const struct calibration *c, const char *plots_dir,
			  const char *path);

#endif
