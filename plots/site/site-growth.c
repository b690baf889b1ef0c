/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-growth.h"

#include <math.h>

#include "alloc.h"
#include "gnuplot.h"
#include "html-table.h"
#include "number.h"
#include "site-path.h"
#include "site-script.h"
#include "sweep.h"

#define PLOTS_MAX 12 /* of one param */
#define PLOT_PX 200  /* below title and legend */

static const char *kernel_name(const struct sweep *w, const struct curve *cv)
{
	return w->c->run->kernels[cv->kernel].name;
}

static void add_data(struct strbuf *out, const struct panel *p)
{
	strbuf_addstr(out, "$data << END\n");
	for (size_t k = 0; k < p->nr_curves; k++) {
		const struct curve *cv = &p->curves[k];

		if (cv->nr == 0)
			continue;
		for (size_t i = 0; i < cv->nr; i++)
			strbuf_addf(out, "%.9g %.9g %.9g %.9g\n",
				    cv->spots[i].x, cv->spots[i].y,
				    cv->spots[i].lo, cv->spots[i].hi);
		strbuf_addstr(out, "\n\n");
	}
	strbuf_addstr(out, "END\n");
}

static void add_x_axis(struct strbuf *out, const struct sweep *w)
{
	double lo = w->xs[0], hi = w->xs[w->nr_xs - 1], last = -1;
	double room = w->log_x ? pow(hi / lo, 0.04) : (hi - lo) * 0.04;

	strbuf_addf(out, "log_x = %d\nx_min = %.9g\nx_max = %.9g\n", w->log_x,
		    w->log_x ? lo / room : lo - room,
		    w->log_x ? hi * room : hi + room);
	strbuf_addstr(out, "x_title = ");
	gp_string(out, w->key, 40);
	strbuf_addstr(out, "\nset xtics (");
	for (size_t i = 0; i < w->nr_xs; i++) {
		double at = w->log_x ? log(w->xs[i] / lo) / log(hi / lo)
				     : (w->xs[i] - lo) / (hi - lo);

		if (at - last < 0.2)
			continue;
		script_tick(out, w->xs[i], last < 0);
		last = at;
	}
	strbuf_addstr(out, ")\n");
}

static const struct spot *spot_at(const struct curve *cv, double x)
{
	for (size_t i = 0; i < cv->nr; i++)
		if (cv->spots[i].x == x)
			return &cv->spots[i];
	return NULL;
}

static void add_table(struct strbuf *out, const struct sweep *w,
		      const struct panel *p)
{
	struct html_table t;
	char buf[PRINT_MAX];

	html_table_begin(&t, out, p->rest);
	html_column(&t, w->key, true);
	for (size_t k = 0; k < p->nr_curves; k++)
		html_column(&t, kernel_name(w, &p->curves[k]), true);
	for (size_t i = 0; i < w->nr_xs; i++) {
		html_row(&t);
		html_cell(&t, print_value(buf, w->xs[i], 12));
		for (size_t k = 0; k < p->nr_curves; k++) {
			const struct spot *at =
				spot_at(&p->curves[k], w->xs[i]);

			html_cell(&t, at ? print_value(buf, at->y, 12) : "-");
		}
	}
	html_table_end(&t);
}

/* "patched grows 3.20 times from sets = 16 to 4,096, base 87.5 times" */
static char *caption(const struct sweep *w, const struct panel *p)
{
	struct strbuf out = STRBUF_INIT;
	char from[PRINT_MAX], to[PRINT_MAX], times[PRINT_MAX];

	strbuf_addf(&out, "Cost (%s) from %s = %s to %s:", p->metric, w->key,
		    print_value(from, w->xs[0], 9),
		    print_value(to, w->xs[w->nr_xs - 1], 9));
	for (size_t k = 0; k < p->nr_curves; k++) {
		const struct curve *cv = &p->curves[k];

		if (cv->nr < 2 || cv->spots[0].y <= 0)
			continue;
		strbuf_addf(
			&out, " %s ×%s;", kernel_name(w, cv),
			print_value(times,
				    cv->spots[cv->nr - 1].y / cv->spots[0].y,
				    7));
	}
	out.buf[out.len - 1] = '.';
	return strbuf_steal(&out);
}

static void add_plot(const struct site *s, const struct site_line *l,
		     const struct sweep *w, const struct panel *p,
		     struct site_plots *ret)
{
	_cleanup_(legend_release) struct legend legend = { NULL, 0 };
	_cleanup_free_ char *bench = site_slug(w->bench);
	_cleanup_free_ char *key = site_slug(w->key);
	_cleanup_free_ char *rest = site_slug(p->rest);
	_cleanup_free_ char *metric = site_slug(p->metric);
	struct strbuf out = STRBUF_INIT;
	struct site_plot *plot;

	for (size_t k = 0; k < p->nr_curves; k++)
		if (p->curves[k].nr)
			legend_add(&legend, kernel_name(w, &p->curves[k]));
	plot = site_plot_new(ret,
			     xasprintf("%s/growth/%s/%s/%s/%s", bench, l->slug,
				       key, metric, rest),
			     xasprintf("%s over %s", w->bench, w->key),
			     caption(w, p), PLOT_PX + script_head_px(&legend));
	script_begin(&out, s, plot, p->rest, &legend);
	add_x_axis(&out, w);
	script_y_axis(&out, w->min, w->max, script_wants_log(w->min, w->max));
	add_data(&out, p);
	gp_template(&out, "site-growth.gp");
	plot->script = strbuf_steal(&out);
	add_table(&plot->table, w, p);
}

/* Every key of a list, one after the other; NULL at the end, caller frees. */
static char *next_key(const char **params)
{
	size_t len = strcspn(*params, ",");
	size_t key = strcspn(*params, "=,");
	char *ret;

	if (!**params)
		return NULL;
	ret = xstrndup(*params, key);
	*params += len + ((*params)[len] == ',');
	return ret;
}

static const char *params_of(const struct run *run, const char *bench)
{
	for (size_t i = 0; i < run->nr_points; i++)
		if (strcmp(run->points[i].plan.id.bench, bench) == 0)
			return run->points[i].plan.id.params;
	return "";
}

void site_growth(const struct site *s, const struct site_line *l,
		 const char *bench, struct site_plots *ret)
{
	const char *params = params_of(l->run, bench);
	char *key;

	while ((key = next_key(&params))) {
		_cleanup_(sweep_release) struct sweep w;

		if (!sweep_build(&w, l->fd->comparison, bench, key))
			continue;
		sweep_cut(&w, PLOTS_MAX);
		for (size_t i = 0; i < w.nr_panels; i++)
			add_plot(s, l, &w, &w.panels[i], ret);
	}
}
