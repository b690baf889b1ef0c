/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "html-verdicts.h"
#include "html-write.h"
#include "site-boots.h"
#include "site-functions.h"
#include "site-growth.h"
#include "site-history.h"
#include "site-html.h"
#include "site-pages.h"
#include "site-path.h"

#define ROWS_MAX 400 /* of verdicts */
#define STEPS_SHOWN 40

int bench_plots_make(const struct site *s, const char *bench,
		     struct bench_plots *ret)
{
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < s->nr_lines && r == 0; i++) {
		const struct site_line *l = &s->lines[i];

		if (!site_line_has(l, bench))
			continue;
		site_growth(s, l, bench, &ret->growth);
		site_boots(s, l, bench, &ret->boots);
		site_tails(s, l, bench, &ret->tails);
		r = site_functions(s, l, bench, &ret->functions);
	}
	site_history(s, bench, &ret->history);
	return r;
}

void bench_plots_release(struct bench_plots *b)
{
	site_plots_release(&b->growth);
	site_plots_release(&b->history);
	site_plots_release(&b->functions);
	site_plots_release(&b->boots);
	site_plots_release(&b->tails);
}

static void add_verdicts(struct strbuf *out, const struct site_line *l,
			 const char *bench)
{
	const struct comparison *c = l->fd->comparison;

	html_element(out, "<h3>", l->title, "</h3>\n<p>");
	html_element(out, "Newest run: <a href=\"../run/", l->info->slug,
		     ".html\">");
	html_element(out, "", l->info->id, "</a>, ");
	html_element(out, "", l->info->created, ".</p>\n");
	if (!c->nr_contenders)
		html_costs(out, c, bench);
	for (size_t i = 0; i < c->nr_contenders; i++) {
		unsigned k = c->contenders[i];
		size_t left;

		html_element(out, "<h4>", c->run->kernels[k].name, " against ");
		html_element(out, "", c->run->kernels[c->base].name, "</h4>\n");
		left = html_effects(out, c, k, bench,
				    ROWS_MAX / c->nr_contenders);
		if (left)
			strbuf_addf(out,
				    "<p>%zu more, less severe, are on the page "
				    "of the run.</p>\n",
				    left);
	}
}

static void add_section(struct strbuf *out, const char *id, const char *title,
			const char *text, const struct site_plots *p)
{
	if (p->nr == 0)
		return;
	site_heading(out, 2, id, title);
	html_element(out, "<p>", text, "</p>\n");
	site_plots_show(out, p, 0, "../");
}

/* A step has room as long as the page has. */
static void add_steps(struct strbuf *out, const struct site *s,
		      const struct site_steps *st, const char *bench)
{
	size_t nr = 0;

	for (size_t i = 0; i < st->nr && nr < STEPS_SHOWN; i++) {
		const struct site_step *step = &st->list[i];
		_cleanup_free_ char *words = NULL;
		_cleanup_free_ char *title = NULL;

		if (strcmp(step->series->bench, bench) != 0)
			continue;
		if (nr++ == 0)
			site_heading(out, 2, "steps", "Steps");
		words = site_step_words(step);
		title = xasprintf("%s, %s", site_step_night(step),
				  step->series->kernel);
		site_heading(out, 3, step->id, title);
		html_element(out, "<p>", words, "</p>\n");
		if (out->len < SITE_PAGE_BYTES / 2)
			site_step_functions(out, s, step);
	}
}

static int write_csv(const struct site *s, const char *bench, const char *slug)
{
	_cleanup_free_ char *path = xasprintf("data/bench/%s.csv", slug);
	_cleanup_strbuf_ struct strbuf csv = STRBUF_INIT;

	site_history_csv(s, bench, &csv);
	return site_file(s->out, path, csv.buf, csv.len);
}

static void add_parts(struct strbuf *out, const struct site *s,
		      const struct site_steps *st, const char *bench,
		      const struct bench_plots *b)
{
	add_section(out, "history", "Night by night",
		    "Missing nights stay missing. Triangles are steps.",
		    &b->history);
	add_steps(out, s, st, bench);
	add_section(
		out, "growth", "How it grows",
		"Medians over boots, over the values of a param; grey: from "
		"the least to the greatest boot.",
		&b->growth);
	add_section(out, "functions", "Functions that differ",
		    "Where the newest profiled run changed most: instructions "
		    "that each function executed itself.",
		    &b->functions);
	add_section(out, "boots", "Boot by boot",
		    "What the verdicts rest on: layout noise, a boot that "
		    "differs, two groups of boots.",
		    &b->boots);
	add_section(out, "tails", "Tails",
		    "All samples of a kernel. Their shape is no ground for a "
		    "verdict: those judge boots.",
		    &b->tails);
}

int site_bench_page(const struct site *s, const struct site_steps *st,
		    const char *bench, const struct bench_plots *b)
{
	_cleanup_free_ char *slug = site_slug(bench);
	_cleanup_free_ char *path = xasprintf("bench/%s.html", slug);
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
	int r = write_csv(s, bench, slug);

	site_begin(&page, bench, "../");
	html_element(&page, "<p class=\"muted\"><a href=\"../data/bench/", slug,
		     ".csv\" download=\"\">All nights as CSV</a></p>\n");
	site_heading(&page, 2, "verdicts", "Verdicts");
	for (size_t i = 0; i < s->nr_lines; i++)
		if (site_line_has(&s->lines[i], bench))
			add_verdicts(&page, &s->lines[i], bench);
	add_parts(&page, s, st, bench, b);
	return r < 0 ? r : site_page(s, path, &page);
}
