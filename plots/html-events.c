/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of events, where the run counted some. */
#include "html-events.h"

#include <math.h>

#include "events.h"
#include "html-table.h"
#include "html-write.h"
#include "number.h"

static void add_side(struct html_table *html, const struct event_side *side)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	char buf[PRINT_MAX];

	if (!side->lacking) {
		html_cell(html, print_value(buf, side->value, 12));
		return;
	}
	html_element(&why, " title=\"", side->why, "\"");
	html_cell_open(html, why.buf);
	strbuf_addstr(html->out, "not supported");
	html_cell_close(html);
}

static void add_row(struct html_table *html, const struct event_table *t,
		    const struct event_row *row)
{
	const struct plan_point *p = &t->run->points[row->point].plan;
	double base = row->side[EV_BASE].value, cont = row->side[EV_CONT].value;
	char buf[PRINT_MAX];

	html_row(html);
	html_cell_open(html, "");
	html_text(html->out, p->id.bench);
	if (*p->id.params)
		html_element(html->out, "<br><code>", p->id.params, "</code>");
	html_cell_close(html);
	html_cell(html, t->metrics[row->event]);
	add_side(html, &row->side[EV_BASE]);
	if (t->kernel[EV_CONT] < 0)
		return;
	add_side(html, &row->side[EV_CONT]);
	html_cell(html,
		  base == cont ? "=" : print_difference(buf, cont - base));
}

static void add_head(struct html_table *html, struct strbuf *out,
		     const struct event_table *t)
{
	const struct run *run = t->run;

	html_table_begin(html, out, NULL);
	html_column(html, "Benchmark", false);
	html_column(html, "Event", false);
	html_column(html, run->kernels[t->kernel[EV_BASE]].name, true);
	if (t->kernel[EV_CONT] < 0)
		return;
	html_column(html, run->kernels[t->kernel[EV_CONT]].name, true);
	html_column(html, "Difference", true);
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
	struct html_table html;

	add_head(&html, out, t);
	for (size_t i = 0; i < t->nr; i++)
		add_row(&html, t, &t->rows[i]);
	html_table_end(&html);
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
