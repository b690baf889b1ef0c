/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_FIG_CALIBRATION_H
#define CGMARK_FIG_CALIBRATION_H

#include "calibration.h"

#define FIG_CALIBRATION_TITLE \
	"Costs of known size, and how often they were found"
#define FIG_CALIBRATION_WIDTH 720
#define FIG_CALIBRATION_HEIGHT 360

/* How often costs were found, over their size: for gnuplot; caller frees. */
char *fig_calibration_script(const struct calibration *c);

/*
 * Draws how often costs were found, over their size, as SVG into the file.
 * -errno, logged.
 */
int fig_calibration_write(const struct calibration *c, const char *plots_dir,
			  const char *path);

#endif
