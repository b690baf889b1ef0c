/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of a profile that every report has, as tables. */
#include "html-rows.h"

#include <math.h>

#include "html-table.h"
#include "html-write.h"
#include "number.h"
#include "verdict-text.h"

static void add_row(struct html_table *t, const struct row_entry *entry)
{
	const struct explain_row *v = &entry->v;
	char buf[PRINT_MAX];

	html_row(t);
	html_cell(t, v->row->name);
	html_cell_open(t, "");
	html_text(t->out, entry->point->id.bench);
	if (*entry->point->id.params)
		html_element(t->out, "<br><code>", entry->point->id.params,
			     "</code>");
	html_cell_close(t);
	html_cell(t, print_value(buf, v->value[EX_BASE], 12));
	html_cell(t, print_value(buf, v->value[EX_CONT], 12));
	html_cell(t, isnan(v->diff) ? "-" : print_difference(buf, v->diff));
}

static void add_lacking(struct strbuf *out, const struct run *run,
			const struct explain_kernel *k)
{
	_cleanup_free_ char *list = explain_lacking(&k->profile);

	if (!list)
		return;
	html_element(out, "<p class=\"muted\">No symbol in ",
		     run->kernels[k->index].name,
		     ", as inlined or not in it: ");
	html_element(out, "", list, ".</p>\n");
}

static void add_table(struct strbuf *out, const struct comparison *c,
		      const struct row_list *l)
{
	struct html_table t;

	html_table_begin(&t, out, NULL);
	html_column(&t, "Row", false);
	html_column(&t, "Benchmark", false);
	html_column(&t, c->run->kernels[c->base].name, true);
	html_column(&t, c->run->kernels[l->kernels[EX_CONT].index].name, true);
	html_column(&t, "Difference", true);
	for (unsigned row = 0; row < NR_PROFILE_ROWS; row++)
		for (size_t i = 0; i < l->nr; i++)
			if (l->list[i].v.row == &profile_rows[row] &&
			    row_list_shows(l, &l->list[i]))
				add_row(&t, &l->list[i]);
	html_table_end(&t);
	for (unsigned i = 0; i < EX_BOTH; i++)
		add_lacking(out, c->run, &l->kernels[i]);
}

void html_rows(struct strbuf *out, const struct findings *fd)
{
	const struct comparison *c = fd->comparison;
	bool all = true;

	if (c->nr_contenders == 0)
		return;
	strbuf_addstr(out, "<h2>What functions cost</h2>\n");
	for (size_t i = 0; i < c->nr_contenders; i++) {
		all = all && fd->rows[i]->profiled;
		if (!fd->rows[i]->profiled)
			continue;
		html_element(out, "<p>", c->run->kernels[c->contenders[i]].name,
			     " against ");
		html_element(
			out, "", c->run->kernels[c->base].name,
			", instructions per operation in these functions and "
			"all that they call. <code>cgmark explain</code> lists all "
			"functions.</p>\n");
		add_table(out, c, fd->rows[i]);
	}
	if (!all)
		html_element(out, "<p>", PRINT_NO_PROFILE, ".</p>\n");
}
