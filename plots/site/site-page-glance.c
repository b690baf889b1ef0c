/* SPDX-License-Identifier: GPL-2.0-only */
/* All benchmarks on all kernels in one table, and the page of it. */
#include <math.h>

#include "alloc.h"
#include "html-table.h"
#include "html-write.h"
#include "number.h"
#include "site-history.h"
#include "site-html.h"
#include "site-pages.h"
#include "site-path.h"
#include "verdict-text.h"

#define WORDS_MAX 4    /* contenders; more get a sign each, ... */
#define COLUMNS_MAX 44 /* ... and more than these another table */

/* What the points of a benchmark have in common on one kernel. */
struct summary {
	enum verdict worst;
	double ratio; /* the largest change */
	unsigned nr, changed;
};

static double size_of(double ratio)
{
	return ratio > 0 ? fabs(log(ratio)) : INFINITY;
}

static struct summary sum_up(const struct comparison *c, const char *bench,
			     unsigned contender)
{
	struct summary sum = { V_NO_CHANGE, 1, 0, 0 };

	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];
		bool first = sum.nr == 0;

		if (e->contender != contender || strcmp(e->bench, bench) != 0)
			continue;
		sum.nr++;
		if (first || verdict_rank(e->verdict) < verdict_rank(sum.worst))
			sum.worst = e->verdict;
		if (!verdict_changed(e->verdict))
			continue;
		sum.changed++;
		if (!isnan(e->ratio) && size_of(e->ratio) > size_of(sum.ratio))
			sum.ratio = e->ratio;
	}
	return sum;
}

static const char *sign_of(enum verdict v)
{
	static const char *const signs[NR_VERDICTS] = {
		[V_REGRESSION] = "▲", [V_IMPROVEMENT] = "▼",
		[V_NO_CHANGE] = "=",  [V_INCONCLUSIVE] = "?",
		[V_INVALID] = "×",
	};

	return signs[v];
}

static void add_sign(struct html_table *t, const struct summary *sum,
		     const char *words)
{
	html_cell_open(t, "");
	strbuf_addf(t->out, "<span class=\"glance %s\" role=\"img\" ",
		    verdict_str(sum->worst));
	html_element(t->out, "aria-label=\"", words, "\" ");
	html_element(t->out, "title=\"", words, "\">");
	strbuf_addf(t->out, "%s</span>", sign_of(sum->worst));
	html_cell_close(t);
}

static void add_words(struct html_table *t, const struct summary *sum)
{
	_cleanup_free_ char *css = xasprintf("v %s", verdict_str(sum->worst));
	char change[PRINT_MAX];

	html_cell_open_as(t, css);
	strbuf_addf(t->out, "%s %s", sign_of(sum->worst),
		    verdict_str(sum->worst));
	if (sum->changed)
		strbuf_addf(t->out,
			    "<br><span class=\"muted\">up to %s, %u of %u "
			    "points</span>",
			    print_change(change, sum->ratio), sum->changed,
			    sum->nr);
	html_cell_close(t);
}

static void add_cell(struct html_table *t, const struct comparison *c,
		     const char *bench, unsigned contender)
{
	struct summary sum = sum_up(c, bench, contender);
	_cleanup_free_ char *words = NULL;
	char change[PRINT_MAX];

	if (sum.nr == 0) {
		html_cell(t, "-");
		return;
	}
	if (c->nr_contenders <= WORDS_MAX) {
		add_words(t, &sum);
		return;
	}
	words = xasprintf("%s on %s, %s", verdict_str(sum.worst),
			  c->run->kernels[contender].name,
			  print_change(change, sum.ratio));
	add_sign(t, &sum, words);
}

/* The cost of the first point on the baseline, to have an idea of the size. */
static void add_cost(struct html_table *t, const struct site_line *l,
		     const char *bench)
{
	const struct comparison *c = l->fd->comparison;

	for (unsigned p = 0; p < c->run->nr_points; p++) {
		const char *metric;
		char buf[PRINT_MAX];
		_cleanup_free_ char *text = NULL;

		if (strcmp(c->run->points[p].plan.id.bench, bench) != 0)
			continue;
		metric = values_metric(c->values, c->base, p, 0);
		for (unsigned b = 0; metric && b < c->run->nr_boots; b++) {
			double v;

			if (c->run->boots[b].kernel != c->base ||
			    boot_trust(&c->run->boots[b]) != TRUST_GOOD)
				continue;
			v = values_centre(c->values, b, p, metric);
			if (isnan(v))
				continue;
			text = xasprintf("%s %s", print_value(buf, v, 9),
					 metric);
			html_cell(t, text);
			return;
		}
	}
	html_cell(t, "-");
}

static bool is_of(const struct history_series *h, const struct site_line *l,
		  const char *bench)
{
	return strcmp(h->bench, bench) == 0 &&
	       strcmp(h->machine, l->info->machine) == 0 &&
	       strcmp(h->job, l->info->job) == 0 &&
	       run_kernel_index(l->run, h->kernel) >= 0;
}

/* That of the point and kernel with the most steps, and its kernel. */
static void add_spark(struct html_table *t, const struct site *s,
		      const struct site_line *l, const char *bench)
{
	const struct history_series *best = NULL;

	for (size_t i = 0; s->history && i < s->history->nr_series; i++) {
		const struct history_series *h = &s->history->series[i];

		if (is_of(h, l, bench) && h->nr_nights > 1 &&
		    (!best || h->nr_steps >= best->nr_steps))
			best = h;
	}
	html_cell_open(t, "");
	if (best) {
		site_spark(t->out, best);
		html_element(t->out, "<br><span class=\"muted\">", best->kernel,
			     "</span>");
	}
	html_cell_close(t);
}

/* Contenders first..end - 1 of a comparison. */
struct part {
	size_t first, end;
	bool compact;
};

static void add_row(struct html_table *t, const struct site *s,
		    const struct site_line *l, const struct part *part,
		    const char *bench, const char *up)
{
	const struct comparison *c = l->fd->comparison;
	_cleanup_free_ char *slug = site_slug(bench);

	html_row(t);
	html_cell_open(t, "");
	site_link(t->out, up, "bench", slug, bench);
	html_cell_close(t);
	add_cost(t, l, bench);
	add_spark(t, s, l, bench);
	for (size_t i = part->first; i < part->end; i++)
		add_cell(t, c, bench, c->contenders[i]);
}

static void add_table(struct strbuf *out, const struct site *s,
		      const struct site_line *l, const struct part *part,
		      const char *up)
{
	const struct comparison *c = l->fd->comparison;
	_cleanup_free_ char *base =
		xasprintf("%s, first point", c->run->kernels[c->base].name);
	_cleanup_free_ char *caption =
		xasprintf("%s, %s", l->title, l->info->created);
	struct html_table t;

	html_table_begin(&t, out, caption);
	html_column(&t, "Benchmark", false);
	html_column(&t, base, true);
	html_column(&t, "History", false);
	for (size_t i = part->first; i < part->end; i++)
		html_column(&t, c->run->kernels[c->contenders[i]].name, false);
	for (size_t i = 0; i < s->nr_benches; i++)
		if (site_line_has(l, s->benches[i]))
			add_row(&t, s, l, part, s->benches[i], up);
	html_table_end(&t);
}

void site_glance(struct strbuf *out, const struct site *s,
		 const struct site_line *l, const char *up)
{
	size_t nr = l->fd->comparison->nr_contenders;
	struct part part = { .compact = nr > WORDS_MAX };

	strbuf_addstr(out, part.compact ? "<div class=\"compact\">\n" : "");
	do {
		part.end = part.first + COLUMNS_MAX < nr
				   ? part.first + COLUMNS_MAX
				   : nr;
		add_table(out, s, l, &part, up);
		part.first = part.end;
	} while (part.first < nr);
	if (!part.compact)
		return;
	strbuf_addstr(out,
		      "</div>\n<p class=\"muted\">▲ REGRESSION, ▼ "
		      "IMPROVEMENT, = NO CHANGE, ? INCONCLUSIVE, × INVALID: "
		      "the most severe of its points.</p>\n");
}
