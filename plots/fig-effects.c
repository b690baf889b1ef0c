/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All effects of one contender, a row each, with interval and threshold.
 *
 * One axis has to show changes of 0.2% and of a factor of 200.  So it shows the
 * log-ratio l at sign(l) log10(1 + |l| / 0.2%): linear near zero, where the
 * threshold is, and logarithmic beyond.
 */
#include <math.h>

#include "alloc.h"
#include "colours.h"
#include "fig.h"
#include "gnuplot.h"
#include "judge-limits.h"
#include "number.h"
#include "strbuf.h"
#include "verdict-text.h"

#define ROW_PX 19
#define TOP_PX (TITLE_PX + 4)
#define BOTTOM_PX 58
#define WIDTH_PX 900
#define RIGHT_PX 232 /* change and verdict */
#define CHAR_PX 7.4  /* of the font, on average */
#define KNEE JUDGE_THRESHOLD
/* After points not in instructions. */
#define NS_MARK " (ns)"
#define P99_MARK " (ns, p99)"

static double axis(double l)
{
	double capped = fmin(fabs(l), 50); /* from or to zero */

	return copysign(log10(1 + capped / KNEE), l);
}

struct tick {
	double ratio;
	const char *label;
};

/*
 * In order of preference: a tick that would overlap an earlier one is left out.
 * gnuplot takes tick labels for formats, hence %%.
 */
static const struct tick ticks[] = {
	{ 1, "0" },	     { 1.01, "+1%%" },	   { 0.99, "−1%%" },
	{ 1.1, "+10%%" },    { 0.9, "−10%%" },	   { 0.5, "−50%%" },
	{ 2, "×2" },	     { 0.01, "−99%%" },	   { 100, "×100" },
	{ 0.1, "−90%%" },    { 10, "×10" },	   { 1.002, "+0.2%%" },
	{ 0.998, "−0.2%%" }, { 0.001, "−99.9%%" }, { 1000, "×1000" },
};

struct layout {
	size_t rows;
	unsigned left_px;
	double min, max; /* of the axis */
};

static size_t name_columns(const struct effect *e)
{
	_cleanup_free_ char *name = print_point(e->params, "");
	size_t columns = print_width(name) + 2;
	size_t bench =
		print_width(e->bench) + strlen(e->p99 ? P99_MARK : NS_MARK);

	return columns > bench ? columns : bench;
}

/* Effects of one contender in the order of the plan. */
static size_t pick(const struct comparison *c, unsigned contender,
		   const struct effect **list)
{
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];
		size_t at = nr;

		if (e->contender != contender)
			continue;
		while (at > 0 && list[at - 1]->point > e->point) {
			list[at] = list[at - 1];
			at--;
		}
		list[at] = e;
		nr++;
	}
	return nr;
}

/* A benchmark with params has a line of its own above its points. */
static bool begins_group(const struct effect *const *list, size_t i)
{
	if (!*list[i]->params)
		return false;
	return i == 0 || strcmp(list[i - 1]->bench, list[i]->bench) != 0 ||
	       !*list[i - 1]->params;
}

static struct layout lay_out(const struct effect *const *list, size_t nr)
{
	struct layout l = { .min = axis(log(0.985)), .max = axis(log(1.015)) };
	size_t columns = 12;

	for (size_t i = 0; i < nr; i++) {
		const struct effect *e = list[i];

		l.rows += 1 + begins_group(list, i);
		columns = name_columns(e) > columns ? name_columns(e) : columns;
		if (e->nr_boots > 0) {
			l.min = fmin(l.min, axis(log(e->lo)));
			l.max = fmax(l.max, axis(log(e->hi)));
		}
		if (isfinite(e->threshold)) {
			l.min = fmin(l.min, -axis(log1p(e->threshold)));
			l.max = fmax(l.max, axis(log1p(e->threshold)));
		}
	}
	l.min -= 0.04 * (l.max - l.min);
	l.max += 0.04 * (l.max - l.min);
	l.left_px = (unsigned)(CHAR_PX * (double)(columns < 48 ? columns : 48));
	l.left_px += 16;
	return l;
}

static void add_ticks(struct strbuf *s, const struct layout *l)
{
	double px = (WIDTH_PX - RIGHT_PX - l->left_px) / (l->max - l->min);
	double used[ARRAY_SIZE(ticks)];
	size_t nr = 0;

	strbuf_addstr(s, "set xtics (");
	for (size_t i = 0; i < ARRAY_SIZE(ticks); i++) {
		double at = axis(log(ticks[i].ratio));
		bool clash = at < l->min || at > l->max;

		for (size_t k = 0; k < nr; k++)
			clash |= fabs(used[k] - at) * px < 40;
		if (clash)
			continue;
		strbuf_addf(s, "%s'%s' %.6f", nr ? ", " : "", ticks[i].label,
			    at);
		used[nr++] = at;
	}
	strbuf_addstr(s, ")\n");
}

static void add_label(struct strbuf *s, const char *text, size_t max, double px,
		      size_t row, const char *how)
{
	strbuf_addstr(s, "set label ");
	gp_string(s, text, max);
	strbuf_addf(s, " at screen %.5f, first %zu %s\n", px / WIDTH_PX, row,
		    how);
}

static void add_names(struct strbuf *s, const struct effect *e, bool group,
		      size_t *row)
{
	bool plain = strcmp(e->metric, "insns") == 0 || !*e->metric;
	_cleanup_free_ char *name = NULL;

	if (group) {
		add_label(s, e->bench, 46, 6, *row, "left font font_bold");
		++*row;
	}
	name = xasprintf("%s%s", *e->params ? e->params : e->bench,
			 e->p99	 ? P99_MARK
			 : plain ? ""
				 : NS_MARK);
	if (*e->params)
		add_label(s, name, 46, 18, *row, "left");
	else
		add_label(s, name, 46, 6, *row, "left font font_bold");
}

static void add_figures(struct strbuf *s, const struct effect *e, size_t row)
{
	char buf[PRINT_MAX];
	double right = WIDTH_PX - RIGHT_PX;

	add_label(s, e->nr_boots ? print_change(buf, e->ratio) : "", 20,
		  right + 84, row, "right");
	add_label(s, verdict_str(e->verdict), 20, right + 100, row,
		  e->verdict == V_NO_CHANGE ? "left textcolor rgb col_muted"
					    : "left");
}

static void add_rows(struct strbuf *s, const struct effect *const *list,
		     size_t nr, const struct layout *l)
{
	_cleanup_strbuf_ struct strbuf data = STRBUF_INIT;
	size_t row = 0;

	for (size_t i = 0; i < nr; i++, row++) {
		const struct effect *e = list[i];
		double at = e->nr_boots ? axis(log(e->ratio)) : 0;
		double lo = e->nr_boots ? axis(log(e->lo)) : at;
		double hi = e->nr_boots ? axis(log(e->hi)) : at;
		double band = isfinite(e->threshold) ? axis(log1p(e->threshold))
						     : fmax(-l->min, l->max);

		add_names(s, e, begins_group(list, i), &row);
		add_figures(s, e, row);
		strbuf_addf(&data, "%zu %.6f %.6f %.6f %.6f %d %d\n", row, at,
			    lo, hi, fmin(band, fmax(-l->min, l->max)),
			    e->verdict, e->nr_boots > 0);
	}
	strbuf_addf(s, "$rows << END\n%sEND\n", data.buf ? data.buf : "");
}

static void add_styles(struct strbuf *s)
{
	for (int v = 0; v < NR_VERDICTS; v++)
		strbuf_addf(s, "array_col_%d = '%s'\narray_pt_%d = %d\n", v,
			    colour_hex(colour_of_verdict((enum verdict)v)), v,
			    point_of_verdict((enum verdict)v));
}

static char *effects_script(const struct effect *const *list, size_t nr,
			    const char *title, unsigned *height)
{
	struct layout l = lay_out(list, nr);
	struct strbuf s = STRBUF_INIT;

	*height = (unsigned)(TOP_PX + BOTTOM_PX + l.rows * ROW_PX);
	gp_begin(&s, WIDTH_PX, *height);
	gp_title(&s, title, WIDTH_PX, *height);
	strbuf_addf(&s, "rows = %zu\nx_min = %.6f\nx_max = %.6f\n", l.rows,
		    l.min, l.max);
	strbuf_addf(&s,
		    "left_px = %u\nright_px = %d\ntop_px = %d\n"
		    "bottom_px = %d\n",
		    l.left_px, RIGHT_PX, TOP_PX, BOTTOM_PX);
	add_styles(&s);
	add_ticks(&s, &l);
	add_rows(&s, list, nr, &l);
	gp_template(&s, "effects.gp");
	return strbuf_steal(&s);
}

static void effects_of(const struct comparison *c, unsigned contender,
		       bool first, struct figures *f)
{
	_cleanup_free_ const struct effect **list =
		xcalloc(c->nr_effects + 1, sizeof(*list));
	const char *name = c->run->kernels[contender].name;
	_cleanup_free_ char *stem = xasprintf("effects-%s", name);
	size_t nr = pick(c, contender, list);
	struct figure *fig;

	if (nr == 0)
		return;
	fig = figures_add(
		f, first ? "effects" : stem,
		xasprintf("%s against %s", name, c->run->kernels[c->base].name),
		xasprintf("Left of 0 is cheaper. Mark: %s; line: its interval; "
			  "grey band: the threshold of that point, inside "
			  "which nothing counts as a change. The axis is "
			  "linear near 0 and logarithmic beyond. %s",
			  c->time ? "ratio of the geometric means"
				  : "median of the paired ratios",
			  c->time ? "(ns): real time."
				  : "(ns): guest time, idle included; all "
				    "others are instructions."));
	fig->script = effects_script(list, nr, fig->title, &fig->height);
	fig->width = WIDTH_PX;
}

void fig_effects(const struct comparison *c, struct figures *f)
{
	for (size_t i = 0; i < c->nr_contenders; i++)
		effects_of(c, c->contenders[i], i == 0, f);
}
