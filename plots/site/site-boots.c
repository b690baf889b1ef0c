/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-boots.h"

#include <math.h>

#include "alloc.h"
#include "gnuplot.h"
#include "html-table.h"
#include "html-write.h"
#include "number.h"
#include "site-path.h"
#include "site-script.h"
#include "stats.h"

#define POINTS_MAX 16
#define ROW_PX 15
#define NAME_PX 19 /* of a point, above its rows */
#define BOTTOM_PX 50
#define LEFT_PX 12
#define MIN_RANGE 0.2 /* percent: smaller spreads are not magnified */

struct strip {
	const struct site *s;
	const struct site_line *l;
	struct legend legend;
	struct strbuf data, labels;
	struct html_table *table;
	double y;     /* of the next row, in pixels below the head */
	double range; /* percent */
	size_t nr_points;
};

const char *site_metric(const struct site_line *l, unsigned point)
{
	const char *metric = NULL;

	for (unsigned k = 0; !metric && k < l->run->nr_kernels; k++)
		metric = values_metric(l->fd->comparison->values, k, point, 0);
	return metric;
}

static bool usable(const struct run_boot *b, unsigned kernel, unsigned point)
{
	return b->kernel == kernel && boot_trust(b) == TRUST_GOOD &&
	       boot_point_status(b, point) == POINT_DONE;
}

/* Values of boots that verdicts rest on; returns how many. */
static size_t measured(const struct site_line *l, unsigned kernel,
		       unsigned point, const char *metric, double *v)
{
	size_t nr = 0;

	for (unsigned b = 0; b < l->run->nr_boots; b++) {
		double value;

		if (!usable(&l->run->boots[b], kernel, point) ||
		    l->run->boots[b].role != BOOT_MEASURE)
			continue;
		value = values_centre(l->fd->comparison->values, b, point,
				      metric);
		if (!isnan(value))
			v[nr++] = value;
	}
	return nr;
}

static int mark_of(enum boot_role role)
{
	return role == BOOT_NULL ? 2 : role == BOOT_REPEAT ? 1 : 0;
}

static void add_dots(struct strip *st, unsigned kernel, unsigned point,
		     const char *metric, double median)
{
	const struct run *run = st->l->run;
	unsigned many = run->perturbations > 1 ? run->perturbations - 1 : 1;

	for (unsigned b = 0; b < run->nr_boots; b++) {
		const struct run_boot *boot = &run->boots[b];
		double value, x, jitter;

		/* Fewer points in a boot: another level. */
		if (!usable(boot, kernel, point) || boot->role > BOOT_NULL)
			continue;
		value = values_centre(st->l->fd->comparison->values, b, point,
				      metric);
		if (isnan(value))
			continue;
		x = median > 0	? (value / median - 1) * 100
		    : value > 0 ? 100
				: 0;
		jitter = ((double)(boot->perturbation % (many + 1)) / many -
			  0.5) *
			 ROW_PX * 0.5;
		st->range = fmax(st->range, fabs(x));
		strbuf_addf(&st->data, "%.9g %.2f %zu %d\n", x,
			    st->y + ROW_PX / 2.0 + jitter, st->legend.nr,
			    mark_of(boot->role));
	}
}

static void add_table_row(struct strip *st, const struct plan_point *plan,
			  unsigned kernel, const double *v, size_t nr)
{
	struct html_table *t = st->table;
	char buf[PRINT_MAX];

	html_row(t);
	html_cell(t, *plan->id.params ? plan->id.params : plan->id.bench);
	html_cell(t, st->l->run->kernels[kernel].name);
	html_cell(t, print_value(buf, stats_quantile(v, nr, 0), 12));
	html_cell(t, print_value(buf, stats_median(v, nr), 12));
	html_cell(t, print_value(buf, stats_quantile(v, nr, 1), 12));
	html_cell(t, print_value(buf, (double)nr, 5));
}

static void add_kernel(struct strip *st, unsigned kernel, unsigned point,
		       const char *metric)
{
	const struct run *run = st->l->run;
	_cleanup_free_ double *v = xcalloc(run->nr_boots + 1, sizeof(*v));
	size_t nr = measured(st->l, kernel, point, metric, v);

	if (nr) {
		add_dots(st, kernel, point, metric, stats_median(v, nr));
		add_table_row(st, &run->points[point].plan, kernel, v, nr);
		st->y += ROW_PX;
	}
	legend_add(&st->legend, run->kernels[kernel].name);
}

static void add_point(struct strip *st, unsigned point)
{
	const struct run *run = st->l->run;
	const struct plan_point *plan = &run->points[point].plan;
	const char *metric = site_metric(st->l, point);

	if (!metric || st->nr_points == POINTS_MAX)
		return;
	st->nr_points++;
	strbuf_addstr(&st->labels, "set label ");
	gp_string(&st->labels,
		  *plan->id.params ? plan->id.params : plan->id.bench, 45);
	strbuf_addf(&st->labels, " at screen %.5f, first %.2f left\n",
		    6.0 / SITE_PLOT_WIDTH, st->y + NAME_PX / 2.0);
	st->y += NAME_PX;
	st->legend.nr = 0;
	for (unsigned k = 0; k < run->nr_kernels; k++)
		add_kernel(st, k, point, metric);
}

/* The largest 1-2-5 step that gives a tick on each side; there is no room for more. */
static double tick_step(double range)
{
	double decade = pow(10, floor(log10(range / 1.2)));
	double times = range / 1.2 / decade;

	return decade * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
}

static void draw(struct strip *st, struct site_plot *plot)
{
	struct strbuf out = STRBUF_INIT;

	script_begin(&out, st->s, plot, st->l->title, &st->legend);
	strbuf_addf(&out,
		    "bottom_px = %d\nleft_px = %d\ny_max = %.2f\n"
		    "range = %.9g\nstep = %.9g\n",
		    BOTTOM_PX, LEFT_PX, st->y, st->range * 1.08,
		    tick_step(st->range));
	strbuf_addstr(&out, st->labels.buf);
	strbuf_addf(&out, "$dots << END\n%sEND\n", st->data.buf);
	gp_template(&out, "site-dots.gp");
	plot->script = strbuf_steal(&out);
}

static void begin_table(struct strip *st, struct html_table *t,
			struct strbuf *out)
{
	st->table = t;
	html_table_begin(t, out, NULL);
	html_column(t, "Point", false);
	html_column(t, "Kernel", false);
	html_column(t, "Least", true);
	html_column(t, "Median", true);
	html_column(t, "Greatest", true);
	html_column(t, "Boots", true);
}

void site_boots(const struct site *s, const struct site_line *l,
		const char *bench, struct site_plots *ret)
{
	struct strip st = { .s = s, .l = l, .range = MIN_RANGE };
	struct strbuf table = STRBUF_INIT;
	struct html_table t;
	_cleanup_free_ char *slug = site_slug(bench);

	begin_table(&st, &t, &table);
	for (unsigned i = 0; i < l->run->nr_points; i++)
		if (strcmp(l->run->points[i].plan.id.bench, bench) == 0)
			add_point(&st, i);
	html_table_end(&t);
	if (st.data.len) {
		struct site_plot *plot = site_plot_new(
			ret, xasprintf("%s/boots/%s", slug, l->slug),
			xasprintf("%s, boot by boot", bench),
			xstrdup("A dot is one boot: how far it lies from the "
				"median of its kernel. + is the repeat boot, "
				"a circle the baseline with padding."),
			(unsigned)st.y + script_head_px(&st.legend) +
				BOTTOM_PX);

		draw(&st, plot);
		strbuf_add(&plot->table, table.buf, table.len);
	}
	strbuf_release(&table);
	strbuf_release(&st.data);
	strbuf_release(&st.labels);
	legend_release(&st.legend);
}
