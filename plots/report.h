/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTML report: one file that needs neither scripts nor the network, with its
 * plots, drawn by gnuplot, inline and also as files beside it.
 */
#ifndef CGMARK_REPORT_H
#define CGMARK_REPORT_H

#include "findings.h"

/*
 * Writes OUT_DIR/index.html and the plots.  There may be no contender.  Returns 0
 * or -errno (logged); -ENOENT also when gnuplot is not installed.
 */
int report_write(const struct findings *fd, const char *plots_dir,
		 const char *out_dir);

#endif
