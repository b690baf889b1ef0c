/* SPDX-License-Identifier: GPL-2.0-only */
/* Drives gnuplot, and makes its SVG fit for a page. */
#ifndef CGMARK_GNUPLOT_H
#define CGMARK_GNUPLOT_H

#include "report.h"
#include "strbuf.h"

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

#define NR_KERNEL_COLOURS 6

/* "#1f2328" */
const char *colour_hex(enum colour c);
const char *colour_hex_dark(enum colour c);
enum colour colour_of_verdict(enum verdict v);
/* By index in run.kernels; the baseline comes first. */
enum colour colour_of_kernel(const struct comparison *c, unsigned kernel);
/* gnuplot's point types, distinct without colour too. */
int point_of_kernel(const struct comparison *c, unsigned kernel);
int point_of_verdict(enum verdict v);

/* Foreign text as a quoted gnuplot string of at most max characters. */
void gp_string(struct strbuf *out, const char *s, size_t max);
/* Size, terminal and colours; every script begins with it. */
void gp_begin(struct strbuf *out, unsigned width, unsigned height);
/* Height that gp_title() needs at the top. */
#define TITLE_PX 30
/* The figure's title, at the top left. */
void gp_title(struct strbuf *out, const char *title, unsigned width,
	      unsigned height);
/* "load" of a template in the directory that variable plots names. */
void gp_template(struct strbuf *out, const char *name);

/*
 * Runs a script and appends what it printed.  -ENOENT: no gnuplot; -EIO: it
 * failed.  Logged with gnuplot's own words.
 */
int gnuplot_run(const char *plots_dir, const char *script, struct strbuf *out);

/*
 * Makes gnuplot's output one <svg> element that can stand in a page beside
 * others: no prolog, ids of its own, a title.  -EBADMSG if it is no SVG.
 */
int svg_element(const char *raw, const char *id, const char *title,
		struct strbuf *out);
/* The element as a file that looks right alone. */
void svg_document(const char *element, struct strbuf *out);
/* First comment of each such file: those a new report may replace. */
#define SVG_MARK "<!-- drawn by cgmark report -->"
/* Style rules that recolour plots for dark mode. */
void svg_dark_rules(struct strbuf *out);
/* Those of flame graphs, for light and dark. */
void svg_flame_rules(struct strbuf *out);

#endif
