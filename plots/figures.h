/* SPDX-License-Identifier: GPL-2.0-only */
/* The plots of a report, before and after they are drawn. */
#ifndef CGMARK_FIGURES_H
#define CGMARK_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

/* One plot; all owned. */
struct figure {
	char *file;  /* "css_set-lookup.svg" */
	char *title; /* foreign text, not escaped */
	char *caption;
	char *script;		/* for gnuplot; NULL: svg is there */
	unsigned width, height; /* pixels */
	char *svg;		/* an <svg> element, safe in HTML */
	bool small;		/* half a page wide at most */
};

struct figures {
	struct figure *list;
	size_t nr;
};

/* Appends a figure whose file name is made of stem; takes title and caption. */
struct figure *figures_add(struct figures *f, const char *stem, char *title,
			   char *caption);
void figures_release(struct figures *f);

/* The groups in which the page has them. */
enum { FIG_EFFECTS, FIG_SCALING, FIG_FLAME, FIG_BOOTS, NR_FIGURES };

#endif
