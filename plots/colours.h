/* SPDX-License-Identifier: GPL-2.0-only */
/* Colours and marks by what they mean. */
#ifndef CGMARK_COLOURS_H
#define CGMARK_COLOURS_H

#include "compare.h"

/*
 * Colours by meaning.  Scripts name them by their light-mode value; the style
 * sheet that goes with the SVG maps those to dark-mode ones.
 */
enum colour {
	COL_TEXT,
	COL_MUTED,
	COL_GRID,
	COL_BAND,
	COL_PAGE,
	COL_KERNEL0, /* the baseline: neutral */
	COL_KERNEL1,
	COL_KERNEL2,
	COL_KERNEL3,
	COL_KERNEL4,
	COL_KERNEL5,
	COL_REGRESSION,
	COL_IMPROVEMENT,
	COL_NO_CHANGE,
	COL_INCONCLUSIVE,
	COL_INVALID,
	NR_COLOURS,
};

/* "#1f2328" */
const char *colour_hex(enum colour c);
const char *colour_hex_dark(enum colour c);
/* Red, green and blue of the light-mode value. */
const unsigned char *colour_rgb(enum colour c);
enum colour colour_of_verdict(enum verdict v);
/* By index in run.kernels; the baseline comes first. */
enum colour colour_of_kernel(const struct comparison *c, unsigned kernel);
/* gnuplot's point types, distinct without colour too. */
int point_of_kernel(const struct comparison *c, unsigned kernel);
int point_of_verdict(enum verdict v);

#endif
