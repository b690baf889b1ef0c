/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One dot per boot: how far it lies from the median of its kernel.  Shows what
 * the verdicts rest on: layout noise, a boot that differs, two groups of boots.
 */
#include <math.h>

#include "alloc.h"
#include "colours.h"
#include "fig.h"
#include "gnuplot.h"
#include "number.h"
#include "stats.h"
#include "strbuf.h"

#define DOTS_PX 270
#define CHAR_PX 7.4
#define RIGHT_PX 116
#define TOP_PX (TITLE_PX + 6)
#define BOTTOM_PX 56
#define ROW_PX 15
#define NAME_COLUMNS 40 /* characters */
#define MIN_RANGE 0.2	/* percent: smaller spreads are not magnified */

enum mark { MARK_MEASURE, MARK_REPEAT, MARK_NULL };

struct strip {
	struct strbuf data;
	struct strbuf labels;
	unsigned left_px, width_px;
	size_t row;
	double range; /* percent */
};

static bool usable(const struct run_boot *b, unsigned kernel, unsigned point)
{
	return b->kernel == kernel && boot_trust(b) == TRUST_GOOD &&
	       boot_point_status(b, point) == POINT_DONE;
}

static double kernel_median(const struct comparison *c, unsigned kernel,
			    unsigned point, const char *metric)
{
	_cleanup_free_ double *v = xcalloc(c->run->nr_boots + 1, sizeof(*v));
	size_t nr = 0;

	for (unsigned b = 0; b < c->run->nr_boots; b++) {
		double value;

		if (!usable(&c->run->boots[b], kernel, point) ||
		    c->run->boots[b].role != BOOT_MEASURE)
			continue;
		value = values_centre(c->values, b, point, metric);
		if (!isnan(value))
			v[nr++] = value;
	}
	return stats_median(v, nr);
}

static enum mark mark_of(const struct run_boot *b)
{
	if (b->role == BOOT_NULL)
		return MARK_NULL;
	return b->role == BOOT_REPEAT ? MARK_REPEAT : MARK_MEASURE;
}

static void add_label(struct strip *s, const char *text, size_t max, double px,
		      double row, const char *how)
{
	strbuf_addstr(&s->labels, "set label ");
	gp_string(&s->labels, text, max);
	strbuf_addf(&s->labels, " at screen %.5f, first %g %s\n",
		    px / s->width_px, row, how);
}

/* The dots of one kernel at one point; false if it has none. */
static bool add_kernel(const struct comparison *c, unsigned kernel,
		       unsigned point, const char *metric, struct strip *s)
{
	const struct run *run = c->run;
	double median = kernel_median(c, kernel, point, metric);
	unsigned many = run->perturbations > 1 ? run->perturbations - 1 : 1;

	if (isnan(median))
		return false;
	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		double value, x, jitter;

		/* Fewer points in a boot: another level. */
		if (!usable(boot, kernel, point) || boot->role == BOOT_SETTLE ||
		    boot->role == BOOT_CONFIRM)
			continue;
		value = values_centre(c->values, b, point, metric);
		if (isnan(value))
			continue;
		x = median > 0	? (value / median - 1) * 100
		    : value > 0 ? 100
				: 0;
		jitter = ((double)boot->perturbation / many - 0.5) * 0.5;
		s->range = fmax(s->range, fabs(x));
		strbuf_addf(&s->data, "%.9g %.3f %u %d\n", x,
			    (double)s->row + jitter, kernel, mark_of(boot));
	}
	return true;
}

static void add_point(const struct comparison *c, unsigned point,
		      struct strip *s)
{
	const struct plan_point *plan = &c->run->points[point].plan;
	const char *metric = NULL;
	size_t first = s->row;

	for (unsigned k = 0; !metric && k < c->run->nr_kernels; k++)
		metric = values_metric(c->values, k, point, 0);
	if (!metric)
		return;
	for (unsigned k = 0; k < c->run->nr_kernels; k++) {
		_cleanup_strbuf_ struct strbuf how = STRBUF_INIT;

		if (!add_kernel(c, k, point, metric, s))
			continue;
		strbuf_addf(&how, "left textcolor rgb '%s'",
			    colour_hex(colour_of_kernel(c, k)));
		add_label(s, c->run->kernels[k].name, 14,
			  s->width_px - RIGHT_PX + 10, (double)s->row, how.buf);
		s->row++;
	}
	if (s->row > first)
		add_label(s,
			  *plan->id.params ? plan->id.params : plan->id.bench,
			  NAME_COLUMNS, s->left_px - 10,
			  (double)(first + s->row - 1) / 2, "right");
}

static void add_styles(const struct comparison *c, struct strbuf *out)
{
	for (unsigned k = 0; k < c->run->nr_kernels; k++)
		strbuf_addf(out, "kernel_col_%u = '%s'\n", k,
			    colour_hex(colour_of_kernel(c, k)));
	strbuf_addf(out, "kernels = %zu\n", c->run->nr_kernels);
}

/* The largest 1-2-5 step that gives two ticks on each side. */
static double tick_step(double range)
{
	double decade = pow(10, floor(log10(range / 2)));
	double times = range / 2 / decade;

	return decade * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
}

static void draw(const struct comparison *c, const char *bench, struct strip *s,
		 struct figures *f)
{
	_cleanup_free_ char *stem = xasprintf("boots-%s", bench);
	struct figure *fig = figures_add(
		f, stem, xasprintf("%s: boot by boot", bench), xstrdup(""));
	struct strbuf out = STRBUF_INIT;

	fig->small = true;
	fig->width = s->width_px;
	fig->height = (unsigned)(TOP_PX + BOTTOM_PX + s->row * ROW_PX);
	gp_begin(&out, fig->width, fig->height);
	gp_title(&out, fig->title, fig->width, fig->height);
	add_styles(c, &out);
	strbuf_addf(&out, "rows = %zu\nrange = %.9g\nstep = %.9g\n", s->row,
		    s->range * 1.08, tick_step(s->range));
	strbuf_addf(&out,
		    "left_px = %u\nright_px = %d\ntop_px = %d\n"
		    "bottom_px = %d\n",
		    s->left_px, RIGHT_PX, TOP_PX, BOTTOM_PX);
	strbuf_addstr(&out, s->labels.buf);
	strbuf_addf(&out, "$dots << END\n%sEND\n", s->data.buf);
	gp_template(&out, "boots.gp");
	fig->script = strbuf_steal(&out);
}

/* Wide enough for the longest name of its points. */
static void lay_out(const struct comparison *c, const char *bench,
		    struct strip *s)
{
	size_t columns = 10;

	for (size_t i = 0; i < c->run->nr_points; i++) {
		const struct plan_point *plan = &c->run->points[i].plan;
		size_t width =
			strlen(*plan->id.params ? plan->id.params : bench);

		if (strcmp(plan->id.bench, bench) == 0 && width > columns)
			columns = width;
	}
	columns = columns < NAME_COLUMNS ? columns : NAME_COLUMNS;
	s->left_px = (unsigned)(CHAR_PX * (double)columns) + 20;
	s->width_px = s->left_px + DOTS_PX + RIGHT_PX;
}

static void boots_of(const struct comparison *c, const char *bench,
		     struct figures *f)
{
	struct strip s = { .range = MIN_RANGE };

	lay_out(c, bench, &s);
	for (unsigned i = 0; i < c->run->nr_points; i++) {
		if (strcmp(c->run->points[i].plan.id.bench, bench) == 0)
			add_point(c, i, &s);
	}
	if (s.row > 0)
		draw(c, bench, &s, f);
	strbuf_release(&s.data);
	strbuf_release(&s.labels);
}

void fig_boots(const struct comparison *c, struct figures *f)
{
	for (size_t i = 0; i < c->run->nr_points; i++) {
		const char *bench = c->run->points[i].plan.id.bench;
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |= strcmp(c->run->points[k].plan.id.bench,
				       bench) == 0;
		if (!seen)
			boots_of(c, bench, f);
	}
}
