/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes scripts for gnuplot, and runs them. */
#ifndef CGMARK_GNUPLOT_H
#define CGMARK_GNUPLOT_H

#include <stdbool.h>

#include "strbuf.h"

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
 * Appends a script that gp_begin() began, with its plot as a file; any number of
 * them make one script.
 */
void gp_to_file(struct strbuf *out, const char *script, const char *path,
		bool png);

/* How long one plot may take; tests shorten it. */
extern unsigned gnuplot_timeout_ms;
/*
 * Runs a script and appends what it printed.  -ENOENT: no gnuplot;
 * -ETIMEDOUT: it hung and was killed; -EIO: it failed.  Logged, a failure in
 * gnuplot's own words.
 */
int gnuplot_run(const char *plots_dir, const char *script, struct strbuf *out);

#endif
