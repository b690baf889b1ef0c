/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of a page.  A screen that is too narrow for columns shows each row as a
 * block: so every cell knows what its column is called.
 */
#ifndef CGMARK_HTML_TABLE_H
#define CGMARK_HTML_TABLE_H

#include <stdbool.h>

#include "strbuf.h"

#define HTML_COLUMNS_MAX 64

struct html_table {
	struct strbuf *out;
	unsigned nr; /* columns */
	unsigned at; /* column of the next cell */
	bool row;    /* one is open */
	bool body;
	struct {
		const char *name; /* foreign, of the caller */
		bool number;
	} columns[HTML_COLUMNS_MAX];
};

/* caption: foreign text, or NULL. */
void html_table_begin(struct html_table *t, struct strbuf *out,
		      const char *caption);
/* Names live as long as the table.  A number is aligned to the right. */
void html_column(struct html_table *t, const char *name, bool number);
/* Ends the row before. */
void html_row(struct html_table *t);
/* A row that belongs to the one above, as its first columns span both. */
void html_row_below(struct html_table *t, unsigned spanned);
/* Foreign text; the first cell of a row is its name. */
void html_cell(struct html_table *t, const char *text);
/* <td ...> of the next column, with more attributes ("" or " title=..."). */
void html_cell_open(struct html_table *t, const char *more);
/* The same with a class of its own. */
void html_cell_open_as(struct html_table *t, const char *css_class);
void html_cell_close(struct html_table *t);
void html_table_end(struct html_table *t);

#endif
