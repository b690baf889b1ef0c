/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page.  Whatever does not come from this folder is foreign and goes through
 * html_text(); plots were checked when they were made.
 */
#include "page.h"

#include "alloc.h"
#include "how-to-read.html.h"
#include "html-about.h"
#include "html-events.h"
#include "html-rows.h"
#include "html-shared.h"
#include "html-style.h"
#include "html-verdicts.h"
#include "html-ways.h"
#include "html-write.h"
#include "sim-limits.html.h"
#include "verdict-text.h"

/* ---- verdicts ---- */

static void add_verdicts(struct strbuf *out, const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_contenders; i++) {
		unsigned k = c->contenders[i];
		_cleanup_free_ char *summary = print_summary(c, k);

		html_element(out, "<h2>", c->run->kernels[k].name, " against ");
		html_text(out, c->run->kernels[c->base].name);
		html_element(
			out, "</h2>\n<p>", summary,
			". Instructions per operation where no unit is named; "
			"medians over boots.</p>\n");
		html_effects(out, c, k, NULL, SIZE_MAX);
	}
}

static void add_costs(struct strbuf *out, const struct comparison *c)
{
	html_element(out, "<h2>What ", c->run->kernels[c->base].name,
		     " costs</h2>\n<p>One kernel only: there is nothing to "
		     "compare it with.</p>\n");
	html_costs(out, c, NULL);
}

/* ---- plots ---- */

static void add_figures(struct strbuf *out, const char *title, const char *text,
			const struct figures *f)
{
	if (f->nr == 0)
		return;
	strbuf_addf(out, "<h2>%s</h2>\n<p>%s</p>\n", title, text);
	for (size_t i = 0; i < f->nr; i++) {
		const struct figure *fig = &f->list[i];

		strbuf_addf(out, "<figure%s>\n",
			    fig->small ? "" : " class=\"wide\"");
		strbuf_addstr(out, fig->svg);
		html_element(out, "<figcaption>", fig->caption,
			     "</figcaption>\n</figure>\n");
	}
}

static char *page_title(const struct comparison *c)
{
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < c->nr_contenders; i++)
		strbuf_addf(&out, "%s%s", i ? ", " : "",
			    c->run->kernels[c->contenders[i]].name);
	strbuf_addf(&out, "%s%s", c->nr_contenders ? " against " : "",
		    c->run->kernels[c->base].name);
	return strbuf_steal(&out);
}

void html_report(struct strbuf *out, const struct findings *fd,
		 const struct figures f[NR_FIGURES])
{
	const struct comparison *c = fd->comparison;
	_cleanup_free_ char *title = page_title(c);
	_cleanup_free_ char *head = xasprintf("%s – cgmark", title);
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);

	html_begin(out, head, "");
	html_element(out, "<h1>", title, "</h1>\n");
	if (c->nr_contenders)
		html_element(out, "<p class=\"lead\">", summary, ".</p>\n");
	html_element(out, "<p class=\"muted\">Run ", c->run->id, ", ");
	html_text(out, c->run->created);
	html_element(out, ", machine <code>", c->run->machine, "</code>. ");
	html_text(out, print_limits(c->run->machine));
	strbuf_addstr(out, "</p>\n");

	add_figures(out, "All effects",
		    "The change of every point, in the order of the plan.",
		    &f[FIG_EFFECTS]);
	add_figures(out, "How the cost grows",
		    "Benchmarks with a numeric param, over its values.",
		    &f[FIG_SCALING]);
	if (c->nr_contenders)
		add_verdicts(out, c);
	else
		add_costs(out, c);
	html_ways(out, fd);
	html_events(out, fd);
	html_rows(out, fd);
	html_shared(out, fd);
	add_figures(out, "Where it changed",
		    "Call trees of the benchmarks that changed most, each at "
		    "its point that changed most. Blue: the contender "
		    "executed less there; orange: more.",
		    &f[FIG_FLAME]);
	html_notes(out, c);
	strbuf_addstr(out, how_to_read_html);
	if (c->run->machine && strcspn(c->run->machine, ":") == 3 &&
	    strncmp(c->run->machine, "sim", 3) == 0)
		strbuf_addstr(out, sim_limits_html);
	add_figures(
		out, "Boot by boot",
		"A dot is one boot; dots of one row are spread in height by "
		"perturbation. + is the repeat boot, which should coincide "
		"with the first dot; circles are the baseline with padding "
		"added, the layout null.",
		&f[FIG_BOOTS]);
	html_environment(out, fd);
	strbuf_addstr(out, "</body>\n</html>\n");
}
