/* SPDX-License-Identifier: GPL-2.0-only */
/* Points that differ in their way only, beside each other. */
#include "html-ways.h"

#include <math.h>

#include "alloc.h"
#include "html-table.h"
#include "html-write.h"
#include "number.h"
#include "ways-text.h"

/* w NULL: that kernel measured nothing in this metric. */
static void add_value(struct html_table *t, const struct way *w)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	char buf[PRINT_MAX];

	if (w && !isnan(w->value)) {
		html_cell(t, print_value(buf, w->value, 12));
		return;
	}
	html_element(&why, " title=\"", w ? w->why : "not measured", "\"");
	html_cell_open(t, why.buf);
	strbuf_addstr(t->out, w && w->status == POINT_SKIP     ? "skipped"
			      : w && w->status < POINT_MISSING ? "failed"
							       : "-");
	html_cell_close(t);
}

static void add_way(struct html_table *t, const struct way_table *base,
		    const struct way_group *g, size_t i)
{
	const struct way *w = &g->ways[i];
	char buf[PRINT_MAX];

	html_cell(t, w->name);
	if (base)
		add_value(t, way_table_find(base, w->point, g->metric));
	add_value(t, w);
	html_cell(t, (int)i == g->reference ? "1" : print_ratio(buf, w->ratio));
}

/* Spans the rows of all ways. */
static void add_name(struct html_table *t, const struct way_group *g)
{
	_cleanup_free_ char *span = xasprintf(" rowspan=\"%zu\"", g->nr);

	html_cell_open(t, span);
	html_text(t->out, g->bench);
	if (*g->metric && strcmp(g->metric, "insns") != 0)
		html_element(t->out, " <span class=\"muted\">(", g->metric,
			     ")</span>");
	if (*g->params)
		html_element(t->out, "<br><code>", g->params, "</code>");
	html_cell_close(t);
}

static void add_group(struct html_table *t, const struct way_table *base,
		      const struct way_group *g)
{
	for (size_t i = 0; i < g->nr; i++) {
		html_row_below(t, i > 0);
		if (i == 0)
			add_name(t, g);
		add_way(t, base, g, i);
	}
}

/* base NULL: t is that of the base, with nothing to stand beside. */
static void add_table(struct strbuf *out, const struct way_table *base,
		      const struct way_table *t)
{
	const struct run *run = t->run;
	struct html_table html;

	html_table_begin(&html, out, NULL);
	html_column(&html, "Benchmark", false);
	html_column(&html, "Way", false);
	if (base)
		html_column(&html, run->kernels[base->kernel].name, true);
	html_column(&html, run->kernels[t->kernel].name, true);
	html_column(&html, "Against 1", true);
	for (size_t i = 0; i < t->nr; i++)
		if (way_group_shows(&t->groups[i]))
			add_group(&html, base, &t->groups[i]);
	html_table_end(&html);
}

static bool shows(const struct way_table *t)
{
	for (size_t i = 0; i < t->nr; i++)
		if (way_group_shows(&t->groups[i]))
			return true;
	return false;
}

void html_ways(struct strbuf *out, const struct findings *fd)
{
	bool head = false;

	for (size_t i = fd->nr_ways > 1; i < fd->nr_ways; i++) {
		if (!shows(fd->ways[i]))
			continue;
		if (!head)
			strbuf_addstr(
				out,
				"<h2>Ways to the same end</h2>\n<p>Points that "
				"differ in the way only: userspace's, and new "
				"interfaces. Medians over boots; the last column "
				"is the ratio to the way with 1, on the same "
				"kernel. No verdict rests on it.</p>\n");
		head = true;
		add_table(out, i > 0 ? fd->ways[0] : NULL, fd->ways[i]);
	}
}
