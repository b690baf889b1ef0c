/* SPDX-License-Identifier: GPL-2.0-only */
/* Points that differ in their way only, beside each other. */
#include "html-ways.h"

#include <math.h>

#include "html-write.h"
#include "number.h"
#include "ways-text.h"

/* w NULL: that kernel measured nothing in this metric. */
static void add_value(struct strbuf *out, const struct way *w)
{
	char buf[PRINT_MAX];

	if (w && !isnan(w->value)) {
		html_number(out, print_value(buf, w->value, 12));
		return;
	}
	html_element(out, "<td class=\"n\" title=\"",
		     w ? w->why : "not measured", "\">");
	strbuf_addf(out, "%s</td>",
		    w && w->status == POINT_SKIP     ? "skipped"
		    : w && w->status < POINT_MISSING ? "failed"
						     : "-");
}

static void add_way(struct strbuf *out, const struct way_table *base,
		    const struct way_group *g, size_t i)
{
	const struct way *w = &g->ways[i];
	char buf[PRINT_MAX];

	html_element(out, "<td>", w->name, "</td>");
	if (base)
		add_value(out, way_table_find(base, w->point, g->metric));
	add_value(out, w);
	html_number(out,
		    (int)i == g->reference ? "1" : print_ratio(buf, w->ratio));
	strbuf_addstr(out, "</tr>\n");
}

static void add_group(struct strbuf *out, const struct way_table *base,
		      const struct way_group *g)
{
	for (size_t i = 0; i < g->nr; i++) {
		strbuf_addstr(out, "<tr>");
		if (i == 0) {
			strbuf_addf(out, "<td class=\"name\" rowspan=\"%zu\">",
				    g->nr);
			html_text(out, g->bench);
			if (*g->metric && strcmp(g->metric, "insns") != 0)
				html_element(out, " <span class=\"muted\">(",
					     g->metric, ")</span>");
			if (*g->params)
				html_element(out, "<br><code>", g->params,
					     "</code>");
			strbuf_addstr(out, "</td>");
		}
		add_way(out, base, g, i);
	}
}

/* base NULL: t is that of the base, with nothing to stand beside. */
static void add_table(struct strbuf *out, const struct way_table *base,
		      const struct way_table *t)
{
	const struct run *run = t->run;

	strbuf_addstr(out, "<div class=\"scroll\"><table>\n<thead><tr>"
			   "<th>Benchmark</th><th>Way</th>");
	if (base)
		html_element(out, "<th class=\"n\">",
			     run->kernels[base->kernel].name, "</th>");
	html_element(out, "<th class=\"n\">", run->kernels[t->kernel].name,
		     "</th><th class=\"n\">Against 1</th></tr></thead>\n"
		     "<tbody>\n");
	for (size_t i = 0; i < t->nr; i++)
		if (way_group_shows(&t->groups[i]))
			add_group(out, base, &t->groups[i]);
	strbuf_addstr(out, "</tbody></table></div>\n");
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
