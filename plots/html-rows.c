/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of a profile that every report has, as tables. */
#include <math.h>

#include "explain.h"
#include "number.h"
#include "report.h"
#include "strbuf.h"

static void add(struct strbuf *out, const char *open, const char *text,
		const char *close)
{
	strbuf_addstr(out, open);
	html_text(out, text);
	strbuf_addstr(out, close);
}

static void number(struct strbuf *out, const char *text)
{
	add(out, "<td class=\"n\">", text, "</td>");
}

static void add_row(struct strbuf *out, const struct row_entry *entry)
{
	const struct explain_row *v = &entry->v;
	char buf[PRINT_MAX];

	add(out, "<tr><td class=\"name\">", v->row->name, "</td>");
	add(out, "<td>", entry->point->bench, "");
	if (*entry->point->params)
		add(out, "<br><code>", entry->point->params, "</code>");
	strbuf_addstr(out, "</td>");
	number(out, print_value(buf, v->value[EX_BASE], 12));
	number(out, print_value(buf, v->value[EX_CONT], 12));
	number(out, isnan(v->diff) ? "-" : print_difference(buf, v->diff));
	strbuf_addstr(out, "</tr>\n");
}

static void add_lacking(struct strbuf *out, const struct run *run,
			const struct explain_kernel *k)
{
	_cleanup_free_ char *list = explain_lacking(&k->profile);

	if (!list)
		return;
	add(out, "<p class=\"muted\">No symbol in ",
	    run->kernels[k->index].name, ", as inlined or not in it: ");
	add(out, "", list, ".</p>\n");
}

static void add_table(struct strbuf *out, const struct comparison *c,
		      const struct row_list *l)
{
	const char *cont = c->run->kernels[l->kernels[EX_CONT].index].name;

	add(out,
	    "<div class=\"scroll\"><table>\n<thead><tr><th>Row</th>"
	    "<th>Benchmark</th><th class=\"n\">",
	    c->run->kernels[c->base].name, "</th>");
	add(out, "<th class=\"n\">", cont,
	    "</th><th class=\"n\">Difference</th></tr></thead>\n<tbody>\n");
	for (unsigned row = 0; row < NR_PROFILE_ROWS; row++)
		for (size_t i = 0; i < l->nr; i++)
			if (l->list[i].v.row == &profile_rows[row] &&
			    row_list_shows(l, &l->list[i]))
				add_row(out, &l->list[i]);
	strbuf_addstr(out, "</tbody></table></div>\n");
	for (unsigned i = 0; i < EX_BOTH; i++)
		add_lacking(out, c->run, &l->kernels[i]);
}

void html_rows(struct strbuf *out, const struct comparison *c,
	       struct row_list *const *rows)
{
	bool all = true;

	if (c->nr_contenders == 0)
		return;
	strbuf_addstr(out, "<h2>What functions cost</h2>\n");
	for (size_t i = 0; i < c->nr_contenders; i++) {
		all = all && rows[i]->profiled;
		if (!rows[i]->profiled)
			continue;
		add(out, "<p>", c->run->kernels[c->contenders[i]].name,
		    " against ");
		add(out, "", c->run->kernels[c->base].name,
		    ", instructions per operation in functions with all that "
		    "they call. <code>cgmark explain</code> lists all "
		    "functions.</p>\n");
		add_table(out, c, rows[i]);
	}
	if (!all)
		add(out, "<p>", PRINT_NO_PROFILE, ".</p>\n");
}
