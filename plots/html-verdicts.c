/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-verdicts.h"

#include <math.h>

#include "alloc.h"
#include "html-table.h"
#include "html-write.h"
#include "number.h"
#include "stats.h"
#include "verdict-text.h"

/* "NO CHANGE" makes two classes, of which the first has the style. */
static void verdict_cell(struct html_table *t, enum verdict v)
{
	_cleanup_free_ char *css = xasprintf("v %s", verdict_str(v));

	html_cell_open_as(t, css);
	strbuf_addstr(t->out, verdict_str(v));
	html_cell_close(t);
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

void html_point(struct strbuf *out, const char *bench, const char *params,
		const char *metric)
{
	html_text(out, bench);
	if (*metric && strcmp(metric, "insns") != 0)
		html_element(out, " <span class=\"muted\">(", metric,
			     ")</span>");
	if (*params) {
		strbuf_addstr(out, "<br><code>");
		params_text(out, params);
		strbuf_addstr(out, "</code>");
	}
}

static void two_lines(struct html_table *t, const char *first,
		      const char *second)
{
	html_cell_open(t, "");
	html_text(t->out, first);
	html_element(t->out, "<br><span class=\"muted\">", second, "</span>");
	html_cell_close(t);
}

static void name_cell(struct html_table *t, const char *bench,
		      const char *params, const char *metric)
{
	html_cell_open(t, "");
	html_point(t->out, bench, params, metric);
	html_cell_close(t);
}

static void effect_row(struct html_table *t, const struct effect *e)
{
	char buf[PRINT_MAX], interval[PRINT_MAX];
	_cleanup_free_ char *metric = xasprintf(
		"%s%s%s", e->metric, effect_is_tail(e) ? ", tail" : "",
		e->p99 ? ", p99" : "");
	_cleanup_free_ char *boots = xasprintf("%u", e->nr_boots);
	_cleanup_free_ char *threshold =
		isfinite(e->threshold) ? xasprintf("%.2f%%", e->threshold * 100)
				       : xstrdup("-");

	html_row(t);
	name_cell(t, e->bench, e->params, metric);
	verdict_cell(t, e->verdict);
	html_cell(t, print_value(buf, e->base_median, 12));
	html_cell(t, print_value(buf, e->cont_median, 12));
	two_lines(t, print_change(buf, e->ratio),
		  print_interval(interval, e->lo, e->hi));
	html_cell(t, print_difference(buf, e->delta));
	two_lines(t, boots, threshold);
	html_cell_open_as(t, "why");
	html_text(t->out, e->reason);
	html_cell_close(t);
}

size_t html_effects(struct strbuf *out, const struct comparison *c,
		    unsigned contender, const char *bench, size_t max)
{
	struct html_table t;
	size_t nr = 0;

	html_table_begin(&t, out, NULL);
	html_column(&t, "Benchmark", false);
	html_column(&t, "Verdict", false);
	html_column(&t, c->run->kernels[c->base].name, true);
	html_column(&t, c->run->kernels[contender].name, true);
	html_column(&t, "Change, interval", true);
	html_column(&t, "Difference", true);
	html_column(&t, "Boots, threshold", true);
	html_column(&t, "Why", false);
	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];

		if (e->contender != contender ||
		    (bench && strcmp(e->bench, bench) != 0))
			continue;
		if (nr++ < max)
			effect_row(&t, e);
	}
	html_table_end(&t);
	return nr > max ? nr - max : 0;
}

static void cost_row(struct html_table *t, const struct comparison *c,
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
	html_row(t);
	name_cell(t, plan->id.bench, plan->id.params, metric);
	html_cell(t, point_status_str(worst));
	html_cell(t, print_value(buf, stats_median(v, nr), 12));
	html_cell(t, print_value(buf, stats_quantile(v, nr, 0), 12));
	html_cell(t, print_value(buf, stats_quantile(v, nr, 1), 12));
	html_cell(t, print_value(buf, (double)nr, 5));
	html_cell_open_as(t, "why");
	html_text(t->out, text);
	html_cell_close(t);
}

void html_costs(struct strbuf *out, const struct comparison *c,
		const char *bench)
{
	static const char *const numbers[] = { "Median", "Least", "Greatest",
					       "Boots" };
	struct html_table t;

	html_table_begin(&t, out, NULL);
	html_column(&t, "Benchmark", false);
	html_column(&t, "Status", false);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		html_column(&t, numbers[i], true);
	html_column(&t, "Reason", false);
	for (unsigned p = 0; p < c->run->nr_points; p++) {
		const char *metric = values_metric(c->values, c->base, p, 0);

		if (!bench ||
		    strcmp(c->run->points[p].plan.id.bench, bench) == 0)
			cost_row(&t, c, p, metric ? metric : "");
	}
	html_table_end(&t);
}
