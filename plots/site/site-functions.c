/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-functions.h"

#include <math.h>

#include "alloc.h"
#include "gnuplot.h"
#include "html-table.h"
#include "html-write.h"
#include "number.h"
#include "site-flame.h"
#include "site-path.h"
#include "site-script.h"

#define BARS_MAX 10
#define TABLE_MAX 60
#define ROW_PX 32 /* name and bar */
#define BOTTOM_PX 30

/* ---- bars ---- */

static size_t differing(const struct explanation *e, size_t most)
{
	size_t nr = 0;

	while (nr < e->nr_functions && nr < most &&
	       fabs(e->functions[nr].self_diff) > 0)
		nr++;
	return nr;
}

static void add_bars(struct strbuf *out, const struct explanation *e, size_t nr)
{
	double lo = 0, hi = 0;

	strbuf_addstr(out, "$bars << END\n");
	for (size_t i = 0; i < nr; i++) {
		double diff = e->functions[i].self_diff;

		strbuf_addf(out, "%zu %.9g\n", i, diff);
		lo = fmin(lo, diff);
		hi = fmax(hi, diff);
	}
	strbuf_addf(out,
		    "END\nrows = %zu\nx_min = %.9g\nx_max = %.9g\n"
		    "bottom_px = %d\n",
		    nr, lo, hi, BOTTOM_PX);
	for (size_t i = 0; i < nr; i++) {
		char buf[PRINT_MAX];
		_cleanup_free_ char *text = xasprintf(
			"%s  %s", e->functions[i].name,
			print_difference(buf, e->functions[i].self_diff));

		strbuf_addstr(out, "set label ");
		gp_string(out, text, 46);
		strbuf_addf(out, " at screen %.5f, first %.3f left front\n",
			    8.0 / SITE_PLOT_WIDTH, (double)i - 0.2);
	}
	strbuf_addf(out, "col_up = '%s'\ncol_down = '%s'\n",
		    colour_hex(COL_REGRESSION), colour_hex(COL_IMPROVEMENT));
}

static void add_table(struct strbuf *out, const struct run *run,
		      const struct explain_kernel kernels[EX_BOTH],
		      const struct explanation *e)
{
	size_t nr = differing(e, TABLE_MAX);
	struct html_table t;
	char buf[PRINT_MAX];

	html_table_begin(&t, out, NULL);
	html_column(&t, "Function", false);
	for (unsigned side = 0; side < EX_BOTH; side++)
		html_column(&t, run->kernels[kernels[side].index].name, true);
	html_column(&t, "Difference", true);
	html_column(&t, "With callees", true);
	for (size_t i = 0; i < nr; i++) {
		const struct explain_function *f = &e->functions[i];

		html_row(&t);
		html_cell(&t, f->name);
		for (unsigned side = 0; side < EX_BOTH; side++)
			html_cell(&t, print_value(buf,
						  (double)f->self[side] /
							  (double)e->ops[side],
						  12));
		html_cell(&t, print_difference(buf, f->self_diff));
		html_cell(&t, print_difference(buf, f->below_diff));
	}
	html_table_end(&t);
}

static char *caption(const struct explanation *e, const char *base,
		     const char *cont)
{
	char a[PRINT_MAX], b[PRINT_MAX], d[PRINT_MAX];

	return xasprintf("%s against %s, %s: %s to %s instructions (%s)%s%s. "
			 "To the right: more.",
			 cont, base,
			 *e->point->id.params ? e->point->id.params
					      : e->point->id.bench,
			 print_value(a, e->total[EX_BASE], 12),
			 print_value(b, e->total[EX_CONT], 12),
			 print_difference(d, explain_diff(e)),
			 e->main ? ", most of it in " : "",
			 e->main ? e->main->name : "");
}

int site_functions_add(const struct site *s, const struct run *run,
		       const struct explain_kernel kernels[EX_BOTH],
		       const struct explanation *e, char *path,
		       struct site_plots *ret)
{
	const char *base = run->kernels[kernels[EX_BASE].index].name;
	const char *cont = run->kernels[kernels[EX_CONT].index].name;
	const struct legend none = { NULL, 0 };
	struct strbuf out = STRBUF_INIT;
	size_t nr = differing(e, BARS_MAX);
	struct site_plot *plot;

	if (nr == 0) {
		free(path);
		return 0;
	}
	plot = site_plot_new(
		ret, path,
		xasprintf("%s: functions that differ", e->point->id.bench),
		caption(e, base, cont),
		(unsigned)(nr * ROW_PX) + script_head_px(&none) + BOTTOM_PX);
	script_begin(&out, s, plot, e->point->id.params, &none);
	add_bars(&out, e, nr);
	gp_template(&out, "site-bars.gp");
	plot->script = strbuf_steal(&out);
	add_table(&plot->table, run, kernels, e);
	site_flame_show(&plot->after, path, plot->caption);
	return site_flame(s, run, kernels, e, path);
}

/* ---- of the newest run ---- */

static double change_of(const struct explanation *e)
{
	double most = fmax(e->total[EX_BASE], e->total[EX_CONT]);

	return most > 0 ? fabs(explain_diff(e)) / most : 0;
}

/* The point of the benchmark that changed most; NULL: none did. */
static struct explanation *pick(const struct site_line *l,
				const struct row_list *rows, const char *bench)
{
	struct explanation *best = NULL;

	for (unsigned i = 0; i < l->run->nr_points; i++) {
		struct explanation *e;

		if (strcmp(l->run->points[i].plan.id.bench, bench) != 0 ||
		    !explain_has_point(l->run, rows->kernels, i))
			continue;
		e = explain_point(l->fd->comparison->values, l->run,
				  rows->kernels, i, PROFILE_INSNS);
		if (!e)
			continue;
		if (best && change_of(best) >= change_of(e)) {
			explanation_free(e);
			continue;
		}
		explanation_free(best);
		best = e;
	}
	return best;
}

int site_functions(const struct site *s, const struct site_line *l,
		   const char *bench, struct site_plots *ret)
{
	const struct comparison *c = l->fd->comparison;
	_cleanup_free_ char *slug = site_slug(bench);
	int r = 0;

	for (size_t i = 0; i < c->nr_contenders && r == 0; i++) {
		const struct row_list *rows = l->fd->rows[i];
		struct explanation *e =
			rows->profiled ? pick(l, rows, bench) : NULL;
		_cleanup_free_ char *kernel =
			site_slug(l->run->kernels[c->contenders[i]].name);

		if (!e)
			continue;
		r = site_functions_add(
			s, l->run, rows->kernels, e,
			xasprintf("%s/functions/%s/%s", slug, l->slug, kernel),
			ret);
		explanation_free(e);
	}
	return r;
}
