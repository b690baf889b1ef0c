/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the cost grows with a numeric param: for each benchmark and each param
 * with three values or more, a panel for each combination of the other params,
 * with a curve for each kernel.  All panels of a figure share their axes.
 */
#include <math.h>

#include "alloc.h"
#include "colours.h"
#include "fig.h"
#include "gnuplot.h"
#include "number.h"
#include "sweep.h"

#define MAX_PANELS 12
#define WIDTH_PX 900
#define PANEL_PX 325 /* height */
#define LEFT_PX 96
#define LABEL_PX 136 /* names of the kernels after their curves */
#define TOP_PX 34
#define BOTTOM_PX 58
#define LABEL_GAP_PX 15.0

static double y_axis(const struct sweep *s, double y)
{
	return s->log_y ? log10(fmax(y, 1e-9)) : y;
}

/* Names after the curves' ends, moved apart where they would overlap. */
static size_t place_labels(const struct sweep *s, struct panel *p,
			   struct curve **order)
{
	double px = (PANEL_PX - TOP_PX - BOTTOM_PX) /
		    (y_axis(s, s->max) - y_axis(s, s->min));
	double gap = LABEL_GAP_PX / px, moved = 0;
	size_t nr = 0;

	for (size_t k = 0; k < p->nr_curves; k++) {
		struct curve *cv = &p->curves[k];
		size_t at = nr;

		if (cv->nr == 0)
			continue;
		cv->label_y = y_axis(s, cv->spots[cv->nr - 1].y);
		while (at > 0 && order[at - 1]->label_y > cv->label_y) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = cv;
		nr++;
	}
	for (size_t i = 0; i < nr; i++) {
		double before = order[i]->label_y;

		if (i > 0)
			order[i]->label_y =
				fmax(before, order[i - 1]->label_y + gap);
		moved += order[i]->label_y - before;
	}
	/* Move them all back, so that they moved as far down as up. */
	for (size_t i = 0; i < nr; i++)
		order[i]->label_y -= moved / (double)nr;
	return nr;
}

static void add_labels(struct strbuf *out, const struct sweep *s,
		       struct panel *p)
{
	_cleanup_free_ struct curve **order =
		xcalloc(p->nr_curves + 1, sizeof(*order));
	size_t nr = place_labels(s, p, order);

	for (size_t i = 0; i < nr; i++) {
		struct curve *cv = order[i];
		char value[PRINT_MAX];
		_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
		double y = s->log_y ? pow(10, cv->label_y) : cv->label_y;

		print_value(value, cv->spots[cv->nr - 1].y, 7);
		strbuf_addstr(out, "set label ");
		gp_string(out, s->c->run->kernels[cv->kernel].name, 11);
		/* gnuplot joins strings with a dot */
		strbuf_addf(out,
			    " . ' %s' at graph 1.03, first %.9g left "
			    "textcolor rgb '%s'\n",
			    value, y,
			    colour_hex(colour_of_kernel(s->c, cv->kernel)));
	}
}

static void add_data(struct strbuf *out, const struct panel *p)
{
	strbuf_addstr(out, "$data << END\n");
	for (size_t k = 0; k < p->nr_curves; k++) {
		const struct curve *cv = &p->curves[k];

		/* An empty block would shift those after it. */
		if (cv->nr == 0)
			strbuf_addstr(out, "NaN NaN NaN NaN\n");
		for (size_t i = 0; i < cv->nr; i++)
			strbuf_addf(out, "%.9g %.9g %.9g %.9g\n",
				    cv->spots[i].x, cv->spots[i].y,
				    cv->spots[i].lo, cv->spots[i].hi);
		strbuf_addstr(out, "\n\n");
	}
	strbuf_addstr(out, "END\n");
}

static void add_xtics(struct strbuf *out, const struct sweep *s)
{
	double last = -INFINITY;
	double lo = s->xs[0], hi = s->xs[s->nr_xs - 1];

	strbuf_addstr(out, "set xtics (");
	for (size_t i = 0; i < s->nr_xs; i++) {
		double at = s->log_x ? log(s->xs[i] / lo) / log(hi / lo)
				     : (s->xs[i] - lo) / (hi - lo);
		char value[PRINT_MAX];

		if (at - last < 0.12)
			continue;
		strbuf_addf(out, "%s'%s' %.9g", i ? ", " : "",
			    print_value(value, s->xs[i], 7), s->xs[i]);
		last = at;
	}
	strbuf_addstr(out, ")\n");
}

/* "500", "100,000", "1M" */
static const char *tick_text(char buf[PRINT_MAX], double v)
{
	static const char suffix[] = "MGTP";
	int step = -1;

	if (v < 1e6)
		return print_value(buf, v, 8);
	for (; v >= 1e3 && step < 4; v /= 1e3)
		step++;
	snprintf(buf, PRINT_MAX, "%g%c", v, suffix[step > 0 ? step - 1 : 0]);
	return buf;
}

/* 1-2-5 steps where decades alone would be too few. */
static void add_ytics(struct strbuf *out, const struct sweep *s)
{
	static const double steps[] = { 1, 2, 5 };
	double decades = log10(s->max / fmax(s->min, 1e-9));
	size_t nr_steps = decades > 2.2 ? 1 : ARRAY_SIZE(steps);
	bool any = false;

	if (!s->log_y) {
		strbuf_addstr(out, "set ytics auto\nset format y '%.0s%c'\n");
		return;
	}
	strbuf_addstr(out, "set ytics (");
	for (int e = -3; e < 19; e++) {
		for (size_t i = 0; i < nr_steps; i++) {
			double y = steps[i] * pow(10, e);
			char value[PRINT_MAX];

			if (y < s->min || y > s->max)
				continue;
			strbuf_addf(out, "%s'%s' %.9g", any ? ", " : "",
				    tick_text(value, y), y);
			any = true;
		}
	}
	strbuf_addstr(out, ")\n");
}

static const char *y_title(const char *metric)
{
	if (strcmp(metric, "insns") == 0)
		return "instructions per operation";
	if (strcmp(metric, "guest_ns") == 0)
		return "ns of guest time per operation";
	return metric;
}

static void add_panel(struct strbuf *out, const struct sweep *s,
		      const struct figure *fig, size_t i, unsigned cols)
{
	struct panel *p = &s->panels[i];
	unsigned w = WIDTH_PX / cols;
	unsigned x = (unsigned)(i % cols) * w, y = (unsigned)(i / cols);

	strbuf_addf(out, "panel_left = %u\npanel_right = %u\n", x + LEFT_PX,
		    x + w - LABEL_PX);
	strbuf_addf(out, "panel_top = %u\npanel_bottom = %u\n",
		    TITLE_PX + y * PANEL_PX + TOP_PX,
		    TITLE_PX + (y + 1) * PANEL_PX - BOTTOM_PX);
	strbuf_addstr(out, "panel_title = ");
	gp_string(out, *p->rest ? p->rest : s->bench, (size_t)(w / 8));
	strbuf_addstr(out, "\nx_title = ");
	gp_string(out, s->key, 40);
	strbuf_addstr(out, "\ny_title = ");
	gp_string(out, i % cols ? "" : y_title(p->metric), 40);
	strbuf_addf(out, "\ncurves = %zu\n", p->nr_curves);
	for (unsigned k = 0; k < p->nr_curves; k++)
		strbuf_addf(out, "curve_col_%u = '%s'\ncurve_pt_%u = %d\n", k,
			    colour_hex(colour_of_kernel(s->c, k)), k,
			    point_of_kernel(s->c, k));
	add_data(out, p);
	strbuf_addstr(out, "unset label\n");
	if (i == 0)
		gp_title(out, fig->title, fig->width, fig->height);
	add_labels(out, s, p);
	gp_template(out, "scaling.gp");
}

static char *sweep_script(const struct sweep *s, struct figure *fig)
{
	struct strbuf out = STRBUF_INIT;
	unsigned cols = s->nr_panels > 1 ? 2 : 1;
	unsigned rows = (unsigned)(s->nr_panels + cols - 1) / cols;
	double room = s->log_x ? pow(s->xs[s->nr_xs - 1] / s->xs[0], 0.04)
			       : (s->xs[s->nr_xs - 1] - s->xs[0]) * 0.04;

	fig->width = WIDTH_PX;
	fig->height = TITLE_PX + rows * PANEL_PX;
	gp_begin(&out, fig->width, fig->height);
	strbuf_addf(&out, "log_x = %d\nlog_y = %d\n", s->log_x, s->log_y);
	strbuf_addf(&out, "x_min = %.9g\nx_max = %.9g\n",
		    s->log_x ? s->xs[0] / room : s->xs[0] - room,
		    s->log_x ? s->xs[s->nr_xs - 1] * room
			     : s->xs[s->nr_xs - 1] + room);
	strbuf_addf(&out, "y_min = %.9g\ny_max = %.9g\n", s->min, s->max);
	add_xtics(&out, s);
	add_ytics(&out, s);
	strbuf_addstr(&out, "set multiplot\n");
	for (size_t i = 0; i < s->nr_panels; i++)
		add_panel(&out, s, fig, i, cols);
	strbuf_addstr(&out, "unset multiplot\n");
	return strbuf_steal(&out);
}

/* "base: x87.7 (op=hit), ..." from the first to the last value. */
static char *sweep_caption(const struct sweep *s)
{
	struct strbuf out = STRBUF_INIT;
	char from[PRINT_MAX], to[PRINT_MAX];

	strbuf_addf(&out, "Median over boots%s. Growth from %s = %s to %s: ",
		    s->log_y ? ", both axes logarithmic" : "", s->key,
		    print_value(from, s->xs[0], 9),
		    print_value(to, s->xs[s->nr_xs - 1], 9));
	for (size_t i = 0; i < s->nr_panels; i++) {
		const struct panel *p = &s->panels[i];
		const char *sep = "";

		strbuf_addf(&out, "%s%s%s", i ? "; " : "", p->rest,
			    *p->rest ? ": " : "");
		for (size_t k = 0; k < p->nr_curves; k++) {
			const struct curve *cv = &p->curves[k];

			if (cv->nr < 2 || cv->spots[0].y <= 0)
				continue;
			strbuf_addf(&out, "%s%s ×%.*f", sep,
				    s->c->run->kernels[cv->kernel].name,
				    cv->spots[cv->nr - 1].y <
						    10 * cv->spots[0].y
					    ? 2
					    : 1,
				    cv->spots[cv->nr - 1].y / cv->spots[0].y);
			sep = ", ";
		}
	}
	strbuf_addstr(&out, ".");
	if (s->left_out)
		strbuf_addf(&out,
			    " %zu more combinations of params are in the "
			    "table only.",
			    s->left_out);
	return strbuf_steal(&out);
}

static void sweep_draw(struct sweep *s, bool first, struct figures *f)
{
	_cleanup_free_ char *stem = xasprintf("%s-%s", s->bench, s->key);
	struct figure *fig;

	sweep_cut(s, MAX_PANELS);
	fig = figures_add(f, first ? s->bench : stem,
			  xasprintf("%s over %s", s->bench, s->key),
			  sweep_caption(s));
	fig->script = sweep_script(s, fig);
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

static const char *bench_at(const struct comparison *c, size_t point)
{
	return c->run->points[point].plan.id.bench;
}

static void scale_bench(const struct comparison *c, size_t point,
			struct figures *f)
{
	const char *params = c->run->points[point].plan.id.params;
	bool first = true;
	char *key;

	while ((key = next_key(&params))) {
		_cleanup_(sweep_release) struct sweep s;

		if (!sweep_build(&s, c, bench_at(c, point), key))
			continue;
		sweep_draw(&s, first, f);
		first = false;
	}
}

void fig_scaling(const struct comparison *c, struct figures *f)
{
	for (size_t i = 0; i < c->run->nr_points; i++) {
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |= strcmp(bench_at(c, k), bench_at(c, i)) == 0;
		if (!seen)
			scale_bench(c, i, f);
	}
}
