/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-table.h"

#include <string.h>

#include "html-write.h"

void html_table_begin(struct html_table *t, struct strbuf *out,
		      const char *caption)
{
	memset(t, 0, sizeof(*t));
	t->out = out;
	strbuf_addstr(out, "<div class=\"scroll\"><table>\n");
	if (caption)
		html_element(out, "<caption>", caption, "</caption>\n");
	strbuf_addstr(out, "<thead><tr>");
}

void html_column(struct html_table *t, const char *name, bool number)
{
	if (t->nr == HTML_COLUMNS_MAX)
		return;
	t->columns[t->nr].name = name;
	t->columns[t->nr++].number = number;
	html_element(t->out,
		     number ? "<th scope=\"col\" class=\"n\">"
			    : "<th scope=\"col\">",
		     name, "</th>");
}

static void end_row(struct html_table *t)
{
	if (t->row)
		strbuf_addstr(t->out, "</tr>\n");
	if (!t->body)
		strbuf_addstr(t->out, "</tr></thead>\n<tbody>\n");
	t->body = true;
	t->row = false;
}

void html_row_below(struct html_table *t, unsigned spanned)
{
	end_row(t);
	t->row = true;
	t->at = spanned;
	strbuf_addstr(t->out, "<tr>");
}

void html_row(struct html_table *t)
{
	html_row_below(t, 0);
}

static void open_cell(struct html_table *t, const char *css_class,
		      const char *more)
{
	const char *name = t->at < t->nr ? t->columns[t->at].name : "";

	strbuf_addstr(t->out, "<td");
	if (css_class)
		html_element(t->out, " class=\"", css_class, "\"");
	if (t->at > 0)
		html_element(t->out, " data-l=\"", name, "\"");
	strbuf_addf(t->out, "%s>", more);
	t->at++;
}

void html_cell_open(struct html_table *t, const char *more)
{
	bool number = t->at < t->nr && t->columns[t->at].number;

	open_cell(t, t->at == 0 ? "name" : number ? "n" : NULL, more);
}

void html_cell_open_as(struct html_table *t, const char *css_class)
{
	open_cell(t, css_class, "");
}

void html_cell_close(struct html_table *t)
{
	strbuf_addstr(t->out, "</td>");
}

void html_cell(struct html_table *t, const char *text)
{
	html_cell_open(t, "");
	html_text(t->out, text);
	html_cell_close(t);
}

void html_table_end(struct html_table *t)
{
	end_row(t);
	strbuf_addstr(t->out, "</tbody></table></div>\n");
}
