/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page.  Whatever does not come from this folder is foreign and goes through
 * html_text(); plots were checked when they were made.
 */
#include "page.h"

#include <math.h>

#include "alloc.h"
#include "boots-text.h"
#include "calibration-text.h"
#include "colours.h"
#include "how-to-read.html.h"
#include "html-events.h"
#include "html-rows.h"
#include "html-shared.h"
#include "html-ways.h"
#include "html-write.h"
#include "number.h"
#include "report.css.h"
#include "sim-limits.html.h"
#include "stats.h"
#include "svg.h"
#include "verdict-text.h"

/* ---- style ---- */

static void add_colours(struct strbuf *out, bool dark)
{
	static const struct {
		const char *name;
		enum colour colour;
	} vars[] = {
		{ "text", COL_TEXT },
		{ "muted", COL_MUTED },
		{ "line", COL_GRID },
		{ "band", COL_BAND },
		{ "page", COL_PAGE },
		{ "regression", COL_REGRESSION },
		{ "improvement", COL_IMPROVEMENT },
		{ "nochange", COL_NO_CHANGE },
		{ "inconclusive", COL_INCONCLUSIVE },
		{ "invalid", COL_INVALID },
	};

	strbuf_addstr(out, ":root{");
	for (size_t i = 0; i < ARRAY_SIZE(vars); i++)
		strbuf_addf(out, "--%s:%s;", vars[i].name,
			    dark ? colour_hex_dark(vars[i].colour)
				 : colour_hex(vars[i].colour));
	strbuf_addstr(out, "}\n");
}

static void add_head(struct strbuf *out, const char *title)
{
	strbuf_addstr(out,
		      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		      "<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" "
		      "content=\"default-src 'none'; "
		      "style-src 'unsafe-inline'\">\n"
		      "<meta name=\"viewport\" "
		      "content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"color-scheme\" content=\"light dark\">\n");
	html_element(out, "<title>", title, "</title>\n<style>\n");
	add_colours(out, false);
	strbuf_addstr(out, "@media screen and (prefers-color-scheme:dark){");
	add_colours(out, true);
	strbuf_addstr(out, "}\n");
	strbuf_addstr(out, report_css);
	svg_dark_rules(out);
	svg_flame_rules(out);
	strbuf_addstr(out, "</style>\n</head>\n<body>\n");
}

/* ---- verdicts ---- */

/* "NO CHANGE" makes two classes, of which the first has the style. */
static void verdict_cell(struct strbuf *out, enum verdict v)
{
	strbuf_addf(out, "<td class=\"v %s\">%s</td>", verdict_str(v),
		    verdict_str(v));
}

/* May wrap after a comma, and nowhere else. */
static void params_text(struct strbuf *out, const char *params)
{
	while (*params) {
		size_t len = strcspn(params, ",");
		_cleanup_free_ char *one =
			xstrndup(params, len + (params[len] == ','));

		html_text(out, one);
		params += strlen(one);
		if (*params)
			strbuf_addstr(out, "<wbr>");
	}
}

static void name_cell(struct strbuf *out, const char *bench, const char *params,
		      const char *metric)
{
	html_element(out, "<td class=\"name\">", bench, "");
	if (*metric && strcmp(metric, "insns") != 0)
		html_element(out, " <span class=\"muted\">(", metric,
			     ")</span>");
	if (*params) {
		strbuf_addstr(out, "<br><code>");
		params_text(out, params);
		strbuf_addstr(out, "</code>");
	}
	strbuf_addstr(out, "</td>");
}

static void effect_row(struct strbuf *out, const struct effect *e)
{
	char buf[PRINT_MAX];
	_cleanup_free_ char *metric = xasprintf(
		"%s%s%s", e->metric, effect_is_tail(e) ? ", tail" : "",
		e->p99 ? ", p99" : "");
	_cleanup_free_ char *boots = xasprintf("%u", e->nr_boots);
	_cleanup_free_ char *threshold =
		isfinite(e->threshold) ? xasprintf("%.2f%%", e->threshold * 100)
				       : xstrdup("-");

	strbuf_addstr(out, "<tr>");
	name_cell(out, e->bench, e->params, metric);
	verdict_cell(out, e->verdict);
	html_number(out, print_value(buf, e->base_median, 12));
	html_number(out, print_value(buf, e->cont_median, 12));
	html_element(out, "<td class=\"n\">", print_change(buf, e->ratio), "");
	html_element(out, "<br><span class=\"muted\">",
		     print_interval(buf, e->lo, e->hi), "</span></td>");
	html_number(out, print_difference(buf, e->delta));
	html_element(out, "<td class=\"n\">", boots, "");
	html_element(out, "<br><span class=\"muted\">", threshold,
		     "</span></td>");
	html_element(out, "<td class=\"why\">", e->reason, "</td></tr>\n");
}

static void effects_table(struct strbuf *out, const struct comparison *c,
			  unsigned contender)
{
	strbuf_addstr(out, "<div class=\"scroll\"><table>\n<thead><tr>"
			   "<th>Benchmark</th><th>Verdict</th>");
	html_element(out, "<th class=\"n\">", c->run->kernels[c->base].name,
		     "</th>");
	html_element(out, "<th class=\"n\">", c->run->kernels[contender].name,
		     "</th>");
	strbuf_addstr(out, "<th class=\"n\">Change<br>interval</th>"
			   "<th class=\"n\">Difference</th>"
			   "<th class=\"n\">Boots<br>threshold</th>"
			   "<th>Why</th>"
			   "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < c->nr_effects; i++) {
		if (c->effects[i].contender == contender)
			effect_row(out, &c->effects[i]);
	}
	strbuf_addstr(out, "</tbody></table></div>\n");
}

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
		effects_table(out, c, k);
	}
}

/* ---- one kernel: what it costs, nothing to compare ---- */

static void cost_row(struct strbuf *out, const struct comparison *c,
		     unsigned point, const char *metric)
{
	const struct run *run = c->run;
	const struct plan_point *plan = &run->points[point].plan;
	_cleanup_free_ double *v = xcalloc(run->nr_boots + 1, sizeof(*v));
	enum point_status worst = POINT_SKIP;
	char buf[PRINT_MAX];
	const char *text = "";
	size_t nr = 0;

	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		enum point_status st = boot_point_status(boot, point);
		double value;

		if (boot->kernel != c->base || boot->role != BOOT_MEASURE)
			continue;
		if (st <= worst) {
			worst = st;
			text = boot_point_text(boot, point);
		}
		if (boot_trust(boot) != TRUST_GOOD || st != POINT_DONE)
			continue;
		value = values_centre(c->values, b, point, metric);
		if (!isnan(value))
			v[nr++] = value;
	}
	strbuf_addstr(out, "<tr>");
	name_cell(out, plan->id.bench, plan->id.params, metric);
	strbuf_addf(out, "<td>%s</td>", point_status_str(worst));
	html_number(out, print_value(buf, stats_median(v, nr), 12));
	html_number(out, print_value(buf, stats_quantile(v, nr, 0), 12));
	html_number(out, print_value(buf, stats_quantile(v, nr, 1), 12));
	strbuf_addf(out, "<td class=\"n\">%zu</td>", nr);
	html_element(out, "<td class=\"why\">", text, "</td></tr>\n");
}

static void add_costs(struct strbuf *out, const struct comparison *c)
{
	html_element(
		out, "<h2>What ", c->run->kernels[c->base].name,
		" costs</h2>\n<p>One kernel only: there is nothing to compare "
		"it with.</p>\n<div class=\"scroll\"><table>\n<thead><tr>"
		"<th>Benchmark</th><th>Status</th><th class=\"n\">Median</th>"
		"<th class=\"n\">Least</th><th class=\"n\">Greatest</th>"
		"<th class=\"n\">Boots</th><th>Reason</th></tr></thead>\n"
		"<tbody>\n");
	for (unsigned p = 0; p < c->run->nr_points; p++) {
		const char *metric = values_metric(c->values, c->base, p, 0);

		cost_row(out, c, p, metric ? metric : "");
	}
	strbuf_addstr(out, "</tbody></table></div>\n");
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

/* ---- words ---- */

static void add_notes(struct strbuf *out, const struct comparison *c)
{
	if (c->notes.nr == 0)
		return;
	strbuf_addstr(out, "<h2>Notes</h2>\n<ul>\n");
	for (size_t i = 0; i < c->notes.nr; i++)
		html_element(out, "<li>", c->notes.text[i], "</li>\n");
	strbuf_addstr(out, "</ul>\n");
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static void add_kernel(struct strbuf *out, const struct run_kernel *k)
{
	_cleanup_free_ char *term = xasprintf("kernel %s", k->name);
	_cleanup_free_ char *patches = run_kernel_patches(k);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (k->release && *k->release)
		strbuf_addf(&text, "%s; ", k->release);
	strbuf_addstr(&text, or_empty(k->spec));
	if (k->source_version && *k->source_version)
		strbuf_addf(&text, " (%s)", k->source_version);
	strbuf_addf(&text, "; key %.12s; %s", or_empty(k->key), patches);
	if (k->cmdline && *k->cmdline)
		strbuf_addf(&text, "; command line %s", k->cmdline);
	html_entry_folded(out, term, text.buf, k->patches);
}

static void add_environment(struct strbuf *out, const struct findings *fd)
{
	const struct comparison *c = fd->comparison;
	const struct run *r = c->run;
	_cleanup_free_ char *machine =
		xasprintf("%s: %s", r->machine ? r->machine : "?",
			  r->machine_detail ? r->machine_detail : "");
	_cleanup_free_ char *guest =
		xasprintf("sha256 %s; suite %s; %u perturbations; seed %llu",
			  r->guest_sha256 ? r->guest_sha256 : "?",
			  r->suite ? r->suite : "?", r->perturbations,
			  (unsigned long long)r->seed);
	_cleanup_free_ char *run = xasprintf(
		"%s, %s, made by cgmark %s", r->id ? r->id : "?",
		r->status ? r->status : "?", r->version ? r->version : "?");

	_cleanup_free_ char *boots = print_boots(r);
	_cleanup_free_ char *calibration =
		calibration_line(fd->calibration, c->time);

	strbuf_addstr(out, "<h2>Environment</h2>\n<dl>\n");
	html_entry(out, "run", run);
	html_entry(out, "created", r->created);
	html_entry(out, "boots", boots);
	html_entry(out, "verdicts", calibration);
	html_entry(out, "machine", machine);
	for (size_t k = 0; k < r->nr_kernels; k++)
		add_kernel(out, &r->kernels[k]);
	if (r->nr_kernels > 0)
		html_entry(out, "compiler", r->kernels[0].toolchain);
	html_entry(out, "guest", guest);
	html_entry(out, "host", r->host);
	html_entry(out, "command", r->command_line);
	strbuf_addstr(out, "</dl>\n");
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

	add_head(out, head);
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
	add_notes(out, c);
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
	add_environment(out, fd);
	strbuf_addstr(out, "</body>\n</html>\n");
}
