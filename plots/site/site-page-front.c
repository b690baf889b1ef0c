/* SPDX-License-Identifier: GPL-2.0-only */
/* The front page, and the lists of benchmarks, runs and changes. */
#include <math.h>

#include "alloc.h"
#include "calibration-text.h"
#include "html-table.h"
#include "html-verdicts.h"
#include "html-write.h"
#include "log.h"
#include "number.h"
#include "site-calibration.h"
#include "site-html.h"
#include "site-pages.h"
#include "site-path.h"
#include "verdict-text.h"

#define LATELY_DAYS 30
#define LATELY_MAX 20
#define WORST_MAX 10  /* verdicts told of one run, ... */
#define INVALID_MAX 3 /* ... and of these so many without worth */
#define RUNS_MAX 3000
#define CHANGES_MAX 3000
#define GLANCE_LINES 3 /* on the front page */

int site_page(const struct site *s, const char *path, struct strbuf *page)
{
	int r;

	site_end(page);
	r = site_file(s->out, path, page->buf, page->len);
	strbuf_release(page);
	return r;
}

/* ---- today ---- */

static void add_effect(struct strbuf *out, const struct effect *e,
		       const struct run *run)
{
	char change[PRINT_MAX], a[PRINT_MAX], b[PRINT_MAX];
	_cleanup_free_ char *bench = site_slug(e->bench);
	_cleanup_free_ char *point = print_point(e->bench, e->params);

	strbuf_addf(out, "<li><span class=\"v %s\">%s</span> ",
		    verdict_str(e->verdict), verdict_str(e->verdict));
	site_link(out, "", "bench", bench, point);
	html_element(out, " on ", run->kernels[e->contender].name, "");
	if (e->nr_boots) {
		html_element(out, ": ", print_change(change, e->ratio), ", ");
		html_element(out, "", print_value(a, e->base_median, 12),
			     " to ");
		html_element(out, "", print_value(b, e->cont_median, 12), " ");
		html_text(out, e->metric);
	}
	if (effect_needs_words(e))
		html_element(out, ". ", e->reason, "");
	strbuf_addstr(out, "</li>\n");
}

/* They are sorted by severity; those without change are not told. */
static void add_worst(struct strbuf *out, const struct comparison *c)
{
	size_t nr = 0, invalid = 0;

	for (size_t i = 0; i < c->nr_effects && nr < WORST_MAX; i++) {
		const struct effect *e = &c->effects[i];

		if (!verdict_changed(e->verdict) &&
		    (e->verdict != V_INVALID || invalid++ >= INVALID_MAX))
			continue;
		strbuf_addstr(out, nr++ ? "" : "<ul>\n");
		add_effect(out, e, c->run);
	}
	strbuf_addstr(out, nr ? "</ul>\n" : "");
}

static void add_today(struct strbuf *out, const struct site *s)
{
	site_heading(out, 2, "today", "Newest verdicts");
	if (s->nr_lines == 0)
		strbuf_addstr(out, "<p>There is no run with figures.</p>\n");
	for (size_t i = 0; i < s->nr_lines; i++) {
		const struct site_line *l = &s->lines[i];
		const struct comparison *c = l->fd->comparison;

		html_element(out, "<h3>", l->title, "</h3>\n<p>");
		site_link(out, "", "run", l->info->slug, l->info->created);
		html_element(out, ": ",
			     c->nr_contenders ? l->info->summary
					      : "one kernel, nothing to "
						"compare it with",
			     ".</p>\n");
		add_worst(out, c);
	}
}

static void add_lately(struct strbuf *out, const struct site *s,
		       const struct site_steps *st)
{
	long since = s->history ? s->history->last_day - LATELY_DAYS : 0;
	size_t before;

	site_heading(out, 2, "lately", "What changed lately");
	if (!s->history || s->history->nr_series == 0) {
		strbuf_addstr(out, "<p>There is no history yet.</p>\n");
		return;
	}
	before = out->len;
	site_steps_list(out, st, LATELY_MAX, since, "");
	if (out->len == before)
		strbuf_addf(out, "<p>Nothing, in the last %d days.</p>\n",
			    LATELY_DAYS);
	strbuf_addstr(out, "<p><a href=\"changes.html\">All changes</a>, also "
			   "as <a href=\"feed.xml\">RSS</a>.</p>\n");
}

int site_front_page(const struct site *s, const struct site_steps *st)
{
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
	int r;

	site_begin(&page, "Control groups, measured", "");
	if (s->runs.nr)
		html_element(&page, "<p class=\"lead\">As of ",
			     s->runs.list[0].created, ".</p>\n");
	add_today(&page, s);
	add_lately(&page, s, st);
	site_heading(&page, 2, "glance", "All benchmarks at a glance");
	for (size_t i = 0; i < s->nr_lines && i < GLANCE_LINES &&
			   page.len < SITE_PAGE_BYTES / 4;
	     i++)
		site_glance(&page, s, &s->lines[i], "");
	r = site_calibrations(s, &page);
	return r < 0 ? r : site_page(s, "index.html", &page);
}

/* ---- lists ---- */

static void add_kernels(struct strbuf *out, const struct site_run *r)
{
	for (size_t k = 0; k < r->nr_kernels; k++) {
		_cleanup_free_ char *slug = site_slug(r->kernels[k].name);

		strbuf_addstr(out, k ? ", " : "");
		site_link(out, "", "kernel", slug, r->kernels[k].name);
	}
}

int site_runs_page(const struct site *s)
{
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
	struct html_table t;

	site_begin(&page, "Runs", "");
	html_table_begin(&t, &page, NULL);
	html_column(&t, "Begun", false);
	html_column(&t, "Machine", false);
	html_column(&t, "Suite", false);
	html_column(&t, "Kernels", false);
	html_column(&t, "Boots", true);
	html_column(&t, "Verdicts", false);
	for (size_t i = 0;
	     i < s->runs.nr && i < RUNS_MAX && page.len < SITE_PAGE_BYTES;
	     i++) {
		const struct site_run *r = &s->runs.list[i];
		_cleanup_free_ char *boots =
			xasprintf("%u of %u", r->boots_ok, r->boots);

		html_row(&t);
		html_cell_open(&t, "");
		site_link(t.out, "", "run", r->slug, r->created);
		html_cell_close(&t);
		html_cell(&t, r->machine);
		html_cell(&t, *r->job ? r->job : r->suite);
		html_cell_open(&t, "");
		add_kernels(t.out, r);
		html_cell_close(&t);
		html_cell(&t, boots);
		html_cell(&t, r->summary);
	}
	html_table_end(&t);
	return site_page(s, "runs.html", &page);
}

int site_changes_page(const struct site *s, const struct site_steps *st)
{
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;

	site_begin(&page, "Changes", "");
	strbuf_addstr(&page, "<p>Every lasting change of a figure, the newest "
			     "first. Also as <a href=\"feed.xml\">RSS</a>."
			     "</p>\n");
	if (st->nr == 0)
		strbuf_addstr(&page, "<p>None yet.</p>\n");
	site_steps_list(&page, st, CHANGES_MAX, 0, "");
	return site_page(s, "changes.html", &page);
}
