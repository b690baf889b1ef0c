/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slow operations.  Samples of all boots of a kernel are pooled, which shows
 * the shape and is no ground for a verdict.
 */
#include <math.h>

#include "alloc.h"
#include "gnuplot.h"
#include "html-table.h"
#include "number.h"
#include "site-boots.h"
#include "site-path.h"
#include "site-script.h"
#include "stats.h"

#define PLOTS_MAX 6 /* of one benchmark */
#define PLOT_PX 200
#define LEAST_SAMPLES 20

static const struct {
	double p;
	const char *name;
} quantiles[] = {
	{ 0.5, "50%" },	    { 0.75, "75%" },	{ 0.9, "90%" },
	{ 0.95, "95%" },    { 0.98, "98%" },	{ 0.99, "99%" },
	{ 0.995, "99.5%" }, { 0.998, "99.8%" }, { 0.999, "99.9%" },
};

struct tail {
	const char *kernel;
	double at[ARRAY_SIZE(quantiles)]; /* NaN: too few samples for it */
	double most;
	size_t nr; /* samples */
};

static bool counts(const struct run_boot *b, unsigned kernel, unsigned point)
{
	return b->kernel == kernel && role_judges(b->role) &&
	       boot_trust(b) == TRUST_GOOD &&
	       boot_point_status(b, point) == POINT_DONE;
}

static size_t pool(const struct site_line *l, unsigned kernel, unsigned point,
		   const char *metric, double **ret)
{
	double *all = NULL;
	size_t nr = 0;

	for (unsigned b = 0; b < l->run->nr_boots; b++) {
		_cleanup_free_ double *v = NULL;
		size_t n;

		if (!counts(&l->run->boots[b], kernel, point))
			continue;
		n = values_get(l->fd->comparison->values, b, point, metric, &v);
		if (n == 0)
			continue;
		all = xreallocarray(all, nr + n, sizeof(*all));
		memcpy(all + nr, v, n * sizeof(*all));
		nr += n;
	}
	*ret = all;
	return nr;
}

static bool tail_of(const struct site_line *l, unsigned kernel, unsigned point,
		    const char *metric, struct tail *ret)
{
	_cleanup_free_ double *v = NULL;
	size_t nr = pool(l, kernel, point, metric, &v);

	if (nr < LEAST_SAMPLES)
		return false;
	stats_sort(v, nr);
	ret->kernel = l->run->kernels[kernel].name;
	ret->nr = nr;
	ret->most = v[nr - 1];
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		ret->at[i] =
			(1 - quantiles[i].p) * (double)nr >= 0.999
				? stats_quantile_sorted(v, nr, quantiles[i].p)
				: NAN;
	return true;
}

static void add_data(struct strbuf *out, const struct tail *tails, size_t nr)
{
	strbuf_addstr(out, "$data << END\n");
	for (size_t k = 0; k < nr; k++) {
		for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
			if (!isnan(tails[k].at[i]))
				strbuf_addf(out, "%.6f %.9g\n",
					    -log10(1 - quantiles[i].p),
					    tails[k].at[i]);
		strbuf_addstr(out, "\n\n");
	}
	strbuf_addstr(out, "END\n");
}

static void add_axes(struct strbuf *out, const struct tail *tails, size_t nr)
{
	double lo = INFINITY, hi = -INFINITY, last = 0;

	for (size_t k = 0; k < nr; k++)
		for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
			if (isnan(tails[k].at[i]))
				continue;
			lo = fmin(lo, tails[k].at[i]);
			hi = fmax(hi, tails[k].at[i]);
			last = fmax(last, -log10(1 - quantiles[i].p));
		}
	strbuf_addf(out, "x_min = 0.2\nx_max = %.4f\n", last + 0.1);
	/* gnuplot takes tick labels for formats, hence %%. */
	strbuf_addstr(out, "set xtics ('50%%' 0.30103, '90%%' 1, '99%%' 2, "
			   "'99.9%%' 3)\n");
	script_y_axis(out, lo, hi, script_wants_log(lo, hi));
}

static void add_table(struct strbuf *out, const struct tail *tails, size_t nr)
{
	struct html_table t;
	char buf[PRINT_MAX];

	html_table_begin(&t, out, NULL);
	html_column(&t, "Not slower", false);
	for (size_t k = 0; k < nr; k++)
		html_column(&t, tails[k].kernel, true);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		html_row(&t);
		html_cell(&t, quantiles[i].name);
		for (size_t k = 0; k < nr; k++)
			html_cell(&t, print_value(buf, tails[k].at[i], 12));
	}
	html_row(&t);
	html_cell(&t, "slowest");
	for (size_t k = 0; k < nr; k++)
		html_cell(&t, print_value(buf, tails[k].most, 12));
	html_table_end(&t);
}

static char *caption(const struct tail *tails, size_t nr)
{
	struct strbuf out = STRBUF_INIT;
	char buf[PRINT_MAX];

	strbuf_addstr(&out, "So many of 100 operations cost no more than that. "
			    "Slowest:");
	for (size_t k = 0; k < nr; k++)
		strbuf_addf(&out, "%s %s %s of %zu", k ? "," : "",
			    tails[k].kernel,
			    print_value(buf, tails[k].most, 12), tails[k].nr);
	strbuf_addstr(&out, ".");
	return strbuf_steal(&out);
}

static void add_plot(const struct site *s, const struct site_line *l,
		     const struct plan_point *plan, const char *metric,
		     const struct tail *tails, size_t nr,
		     struct site_plots *ret)
{
	_cleanup_(legend_release) struct legend legend = { NULL, 0 };
	_cleanup_free_ char *bench = site_slug(plan->id.bench);
	_cleanup_free_ char *params = site_slug(plan->id.params);
	_cleanup_free_ char *second =
		xasprintf("%s%s%s", plan->id.params,
			  *plan->id.params ? "; " : "", metric);
	struct strbuf out = STRBUF_INIT;
	struct site_plot *plot;

	for (size_t k = 0; k < nr; k++)
		legend_add(&legend, tails[k].kernel);
	plot = site_plot_new(
		ret, xasprintf("%s/tails/%s/%s", bench, l->slug, params),
		xasprintf("%s: the slow ones", plan->id.bench),
		caption(tails, nr), PLOT_PX + script_head_px(&legend));
	script_begin(&out, s, plot, second, &legend);
	add_axes(&out, tails, nr);
	add_data(&out, tails, nr);
	gp_template(&out, "site-tails.gp");
	plot->script = strbuf_steal(&out);
	add_table(&plot->table, tails, nr);
}

static bool offer(const struct site *s, const struct site_line *l,
		  unsigned point, struct site_plots *ret)
{
	_cleanup_free_ struct tail *tails =
		xcalloc(l->run->nr_kernels + 1, sizeof(*tails));
	const char *metric = site_metric(l, point);
	size_t nr = 0;

	for (unsigned k = 0; metric && k < l->run->nr_kernels; k++)
		nr += tail_of(l, k, point, metric, &tails[nr]);
	if (nr)
		add_plot(s, l, &l->run->points[point].plan, metric, tails, nr,
			 ret);
	return nr > 0;
}

/* Did the tail of the point change on any kernel? */
static bool has_verdict(const struct site_line *l, unsigned point)
{
	const struct comparison *c = l->fd->comparison;

	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];

		if (e->point == point && verdict_changed(e->verdict) &&
		    (effect_is_tail(e) || e->p99))
			return true;
	}
	return false;
}

/* Those whose tail changed come first. */
void site_tails(const struct site *s, const struct site_line *l,
		const char *bench, struct site_plots *ret)
{
	unsigned nr = 0;

	for (int changed = 1; changed >= 0; changed--)
		for (unsigned i = 0; i < l->run->nr_points; i++) {
			const struct plan_point *p = &l->run->points[i].plan;

			if (nr < PLOTS_MAX && strcmp(p->id.bench, bench) == 0 &&
			    has_verdict(l, i) == changed)
				nr += offer(s, l, i, ret);
		}
}
