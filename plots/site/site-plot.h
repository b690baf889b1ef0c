/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plots of the site: each an SVG and, for mail, a PNG, both below plot/ by a name
 * that stays.
 */
#ifndef CGMARK_SITE_PLOT_H
#define CGMARK_SITE_PLOT_H

#include "strbuf.h"

/* Of a plot that a phone shows in full. */
#define SITE_PLOT_WIDTH 350

struct site_plot {
	char *path;    /* "attach.self/history/...", without extension */
	char *title;   /* foreign */
	char *caption; /* what it shows, in words; foreign */
	char *script;  /* for gnuplot */
	unsigned width, height;
	struct strbuf table; /* HTML: the figures behind it */
	struct strbuf after; /* HTML: what follows it */
};

struct site_plots {
	struct site_plot **list;
	size_t nr;
};

/* As wide as a phone.  Takes path, title, caption. */
struct site_plot *site_plot_new(struct site_plots *p, char *path, char *title,
				char *caption, unsigned height);
void site_plots_release(struct site_plots *p);

/* Draws those that are not there yet or differ.  -errno, logged. */
int site_plots_draw(const struct site_plots *p, const char *plots_dir,
		    const char *site);

/* A figure of a page; up: from the page to the top, "" or "../". */
void site_plot_show(struct strbuf *out, const struct site_plot *p,
		    const char *up);
/* Figures [first, nr) in a row. */
void site_plots_show(struct strbuf *out, const struct site_plots *p,
		     size_t first, const char *up);

#endif
