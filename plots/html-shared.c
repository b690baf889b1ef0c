/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-shared.h"

#include <math.h>

#include "alloc.h"
#include "html-twins.h"
#include "html-write.h"
#include "number.h"
#include "shared-text.h"
#include "verdict-text.h"

#define LINES_MAX 12 /* of a point */
#define BAR_WIDTH 160
#define BAR_HEIGHT 12

/* The part that is true sharing, then the other. */
static void add_bar(struct strbuf *out, double moves, double falsely,
		    double most)
{
	double scale = most > 0 ? BAR_WIDTH / most : 0;
	double is_true = (moves - falsely) * scale;
	char text[PRINT_MAX];

	strbuf_addf(out,
		    "<td><svg class=\"moves\" width=\"%d\" height=\"%d\" "
		    "role=\"img\"><title>%.3g moves, %.3g of them false</title>"
		    "<rect class=\"true\" width=\"%.1f\" height=\"%d\"/>"
		    "<rect class=\"false\" x=\"%.1f\" width=\"%.1f\" "
		    "height=\"%d\"/></svg></td>",
		    BAR_WIDTH, BAR_HEIGHT, moves, falsely, is_true, BAR_HEIGHT,
		    is_true, falsely * scale, BAR_HEIGHT);
	html_number(out, print_value(text, moves, 9));
}

static void add_use(struct strbuf *out, const char *what,
		    const struct shared_use *u)
{
	if (!u)
		return;
	html_element(out, what, u->function, "");
	if (u->caller)
		html_element(out, " for ", u->caller, "");
	html_element(out, " (", u->object, ")");
}

static void add_line(struct strbuf *out, const struct shared_pair *p, bool both,
		     double most)
{
	const struct shared_line *l =
		p->line[EX_CONT] ? p->line[EX_CONT] : p->line[EX_BASE];

	html_element(out, "<tr><td class=\"name\"><code>", p->name, "</code>");
	if (p->was)
		html_element(out, "<br>was <code>", p->was, "</code>");
	strbuf_addstr(out, "</td>");
	for (unsigned i = both ? EX_BASE : EX_CONT; i < EX_BOTH; i++)
		add_bar(out, p->moves[i], p->falsely[i], most);
	strbuf_addstr(out, "<td class=\"muted\">");
	add_use(out, "written by ", shared_main_use(l, true));
	add_use(out, "<br>read by ", shared_main_use(l, false));
	strbuf_addstr(out, "</td></tr>\n");
}

static double most_moves(const struct shared_diff *d)
{
	double most = 0;

	for (size_t i = 0; i < d->nr_pairs; i++)
		for (unsigned k = 0; k < EX_BOTH; k++)
			most = fmax(most, d->pairs[i].moves[k]);
	return most;
}

static void add_head(struct strbuf *out, const struct shared_view *v,
		     const struct shared_diff *d, bool both)
{
	char a[PRINT_MAX], b[PRINT_MAX];

	html_element(out, "<h3>", d->point->id.bench, " ");
	html_element(out, "<code>", d->point->id.params, "</code></h3>\n");
	if (both)
		strbuf_addf(out, "<p>%s moves an operation, now %s.</p>\n",
			    print_value(a, d->moves[EX_BASE], 9),
			    print_value(b, d->moves[EX_CONT], 9));
	else
		strbuf_addf(out, "<p>%s moves an operation.</p>\n",
			    print_value(b, d->moves[EX_CONT], 9));
	strbuf_addstr(out, "<div class=\"scroll\"><table>\n<thead><tr><th>Line"
			   "</th>");
	for (unsigned i = both ? EX_BASE : EX_CONT; i < EX_BOTH; i++)
		html_element(out, "<th colspan=\"2\">",
			     v->run->kernels[v->kernels[i].index].name,
			     "</th>");
	strbuf_addstr(out, "<th>By whom, most of all</th></tr></thead>\n"
			   "<tbody>\n");
}

static void add_map(struct strbuf *out, const struct shared_view *v,
		    const struct shared_diff *d)
{
	bool both = v->kernels[EX_BASE].index != v->kernels[EX_CONT].index;
	double most = most_moves(d);

	add_head(out, v, d, both);
	for (size_t i = 0; i < d->nr_pairs && i < LINES_MAX; i++)
		add_line(out, &d->pairs[i], both, most);
	strbuf_addstr(out, "</tbody></table></div>\n");
	if (d->nr_pairs > LINES_MAX)
		strbuf_addf(out,
			    "<p class=\"muted\">%zu more lines: "
			    "<code>cgmark explain --event sharing</code>."
			    "</p>\n",
			    d->nr_pairs - LINES_MAX);
}

static void add_kernels(struct strbuf *out, const struct shared_view *v)
{
	const struct run *run = v->run;

	for (size_t i = 0; i < run->nr_points; i++) {
		struct shared_diff *d =
			shared_diff_new(&run->points[i].plan, v->kernels);

		if (d && d->nr_pairs)
			add_map(out, v, d);
		shared_diff_free(d);
	}
	html_twins(out, run, &v->kernels[EX_CONT]);
}

static void add_contender(struct strbuf *out, const struct run *run,
			  unsigned base, unsigned contender)
{
	struct shared_kernel k[EX_BOTH] = { 0 };
	const struct shared_view v = { .run = run, .kernels = k };

	if (shared_load(run, base, &k[EX_BASE]) == ST_OK &&
	    shared_load(run, contender, &k[EX_CONT]) == ST_OK)
		add_kernels(out, &v);
	for (unsigned i = 0; i < EX_BOTH; i++)
		sharing_release(&k[i].sharing);
}

void html_shared(struct strbuf *out, const struct findings *fd)
{
	const struct comparison *c = fd->comparison;

	if (!shared_is_recorded(c->run, c->base))
		return;
	strbuf_addstr(out, "<h2>What CPUs share</h2>\n");
	html_element(out, "<p>", shared_limits, "</p>\n");
	strbuf_addstr(out,
		      "<p><svg class=\"moves\" width=\"12\" height=\"12\">"
		      "<rect class=\"true\" width=\"12\" height=\"12\"/></svg> "
		      "true sharing <svg class=\"moves\" width=\"12\" "
		      "height=\"12\"><rect class=\"false\" width=\"12\" "
		      "height=\"12\"/></svg> false sharing</p>\n");
	if (c->nr_contenders == 0)
		add_contender(out, c->run, c->base, c->base);
	for (size_t i = 0; i < c->nr_contenders; i++)
		if (shared_is_recorded(c->run, c->contenders[i]))
			add_contender(out, c->run, c->base, c->contenders[i]);
}
