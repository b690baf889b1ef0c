/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTML report: one file without scripts or anything from the network, its
 * plots drawn by gnuplot, inline and also as files beside it.
 */
#ifndef CGMARK_REPORT_H
#define CGMARK_REPORT_H

#include "compare.h"
#include "explain.h"
#include "strbuf.h"

/*
 * Writes OUT_DIR/index.html and the plots.  c may have no contender.  Returns 0
 * or -errno (logged); -ENOENT also when gnuplot is not installed.
 */
int report_write(const struct comparison *c, const char *plots_dir,
		 const char *out_dir);

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

/* What there is to draw; each appends to f and fills in the scripts. */
void fig_effects(const struct comparison *c, struct figures *f);
void fig_scaling(const struct comparison *c, struct figures *f);
void fig_boots(const struct comparison *c, struct figures *f);
/* Has no scripts: comes with its SVG.  Of the contender of that list. */
void fig_flame(const struct comparison *c, const struct row_list *l,
	       struct figures *f);

enum { FIG_EFFECTS, FIG_SCALING, FIG_FLAME, FIG_BOOTS, NR_FIGURES };

/* The page; figures have their SVG; rows by contender. */
void html_report(struct strbuf *out, const struct comparison *c,
		 const struct figures f[NR_FIGURES],
		 struct row_list *const *rows);
/* The part with the rows, or how to get them. */
void html_rows(struct strbuf *out, const struct comparison *c,
	       struct row_list *const *rows);
/* The part with events; nothing where none were counted. */
void html_events(struct strbuf *out, const struct comparison *c);
/* Foreign text for use in HTML and SVG, also inside quoted attributes. */
void html_text(struct strbuf *out, const char *s);

#endif
