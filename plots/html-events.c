/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of events, where the run counted some. */
#include "html-events.h"

#include <math.h>

#include "events.h"
#include "html-write.h"
#include "number.h"

static void add_cell(struct strbuf *out, const struct event_side *side)
{
	char buf[PRINT_MAX];

	if (side->lacking)
		html_element(out, "<td class=\"n\" title=\"", side->why,
			     "\">not supported</td>");
	else
		html_element(out, "<td class=\"n\">",
			     print_value(buf, side->value, 12), "</td>");
}

static void add_row(struct strbuf *out, const struct event_table *t,
		    const struct event_row *row)
{
	const struct plan_point *p = &t->run->points[row->point].plan;
	double base = row->side[EV_BASE].value, cont = row->side[EV_CONT].value;
	char buf[PRINT_MAX];

	html_element(out, "<tr><td class=\"name\">", p->id.bench, "");
	if (*p->id.params)
		html_element(out, "<br><code>", p->id.params, "</code>");
	html_element(out, "</td><td>", t->metrics[row->event], "</td>");
	add_cell(out, &row->side[EV_BASE]);
	if (t->kernel[EV_CONT] >= 0) {
		add_cell(out, &row->side[EV_CONT]);
		html_element(out, "<td class=\"n\">",
			     base == cont ? "="
					  : print_difference(buf, cont - base),
			     "</td>");
	}
	strbuf_addstr(out, "</tr>\n");
}

static void add_head(struct strbuf *out, const struct event_table *t)
{
	const struct run *run = t->run;

	html_element(
		out,
		"<div class=\"scroll\"><table>\n<thead><tr><th>Benchmark</th>"
		"<th>Event</th><th class=\"n\">",
		run->kernels[t->kernel[EV_BASE]].name, "</th>");
	if (t->kernel[EV_CONT] >= 0)
		html_element(out, "<th class=\"n\">",
			     run->kernels[t->kernel[EV_CONT]].name,
			     "</th><th class=\"n\">Difference</th>");
	strbuf_addstr(out, "</tr></thead>\n<tbody>\n");
}

static void add_lacks(struct strbuf *out, const struct event_table *t)
{
	char **lacks;
	size_t nr = event_table_lacks(t, &lacks);

	for (size_t i = 0; i < nr; i++) {
		html_element(out, "<p class=\"muted\">", lacks[i], ".</p>\n");
		free(lacks[i]);
	}
	free(lacks);
}

static void add_table(struct strbuf *out, const struct event_table *t)
{
	add_head(out, t);
	for (size_t i = 0; i < t->nr; i++)
		add_row(out, t, &t->rows[i]);
	strbuf_addstr(out, "</tbody></table></div>\n");
	add_lacks(out, t);
}

void html_events(struct strbuf *out, const struct findings *fd)
{
	const struct run *run = fd->comparison->run;

	if (run->nr_events + run->nr_latencies == 0)
		return;
	strbuf_addstr(out, "<h2>Events</h2>\n<p>Medians per operation, "
			   "counted in separate boots in which nothing is "
			   "timed.</p>\n");
	for (size_t i = 0; i < fd->nr_events; i++)
		add_table(out, fd->events[i]);
}
