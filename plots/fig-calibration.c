/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often a cost was found, over its size: a point for each kind and range of
 * sizes, with the Clopper-Pearson interval of the rate.
 */
#include "fig-calibration.h"

#include <math.h>

#include "alloc.h"
#include "calibration-text.h"
#include "colours.h"
#include "file.h"
#include "gnuplot.h"
#include "log.h"
#include "stats.h"
#include "svg.h"

#define WIDTH_PX FIG_CALIBRATION_WIDTH
#define HEIGHT_PX FIG_CALIBRATION_HEIGHT
#define KEY_PX 26 /* below the title */

/* Finer than the table has them: a decade in eight. */
#define LEAST 1e-4
#define STEPS 48
#define STEP pow(10, 1.0 / 8)

static const struct {
	const char *text;
	int point;
} kinds[NR_COST_KINDS] = {
	[COST_INSNS] = { "instructions", 7 },
	[COST_LOADS] = { "loads", 5 },
	[COST_TAIL] = { "tail, 1 in 200", 9 },
	[COST_DRIFT] = { "drift", 11 },
};

static const char *colour_of_kind(int kind)
{
	return colour_hex((enum colour)(COL_KERNEL1 + kind));
}

/* Returns how many points there are. */
static size_t add_kind(struct strbuf *data, const struct calibration *c,
		       enum cost_kind kind)
{
	double lo = LEAST;
	size_t nr = 0;

	for (int i = 0; i < STEPS; i++, lo *= STEP) {
		const struct size_range size = { lo, lo * STEP };
		struct rate r = rate_found(c, kind, size);
		struct interval ci =
			stats_clopper_pearson(r.x, r.n, CALIBRATION_LEVEL);

		if (r.n == 0)
			continue;
		nr++;
		/* Kinds side by side where they are of one size. */
		strbuf_addf(data, "%d %.6g %.6g %.6g %.6g\n", kind,
			    lo * sqrt(STEP) * (1 + 0.03 * (int)kind) * 100,
			    100.0 * r.x / r.n, ci.lo * 100, ci.hi * 100);
	}
	return nr;
}

static void add_key(struct strbuf *s, int kind, unsigned at)
{
	double x = (72.0 + at * 150) / WIDTH_PX;
	double y = 1 - (TITLE_PX + 12.0) / HEIGHT_PX;

	strbuf_addf(s,
		    "set label '%s' at screen %.5f, screen %.5f left point "
		    "pointtype %d linecolor rgb '%s' offset 1.2,0\n",
		    kinds[kind].text, x, y, kinds[kind].point,
		    colour_of_kind(kind));
}

static void add_axis(struct strbuf *s)
{
	strbuf_addstr(s, "x_min = 0.01\nx_max = 100\nset xtics (");
	for (double at = 0.01; at < 200; at *= 10)
		strbuf_addf(s, "'%g%%%%' %g, '%g%%%%' %g%s", at, at, 3 * at,
			    3 * at, at < 99 ? ", " : ")\n");
	strbuf_addf(s, "top_px = %d\n", TITLE_PX + KEY_PX);
}

char *fig_calibration_script(const struct calibration *c)
{
	_cleanup_strbuf_ struct strbuf data = STRBUF_INIT;
	struct strbuf s = STRBUF_INIT;
	unsigned nr = 0;

	gp_begin(&s, WIDTH_PX, HEIGHT_PX);
	gp_title(&s, FIG_CALIBRATION_TITLE, WIDTH_PX, HEIGHT_PX);
	add_axis(&s);
	for (int k = 0; k < NR_COST_KINDS; k++) {
		strbuf_addf(&s, "col_%d = '%s'\npt_%d = %d\n", k,
			    colour_of_kind(k), k, kinds[k].point);
		if (add_kind(&data, c, (enum cost_kind)k) > 0)
			add_key(&s, k, nr++);
	}
	if (nr == 0)
		strbuf_addstr(&data, "0 NaN NaN NaN NaN\n");
	strbuf_addf(&s, "$rates << END\n%sEND\n", data.buf);
	gp_template(&s, "calibration.gp");
	return strbuf_steal(&s);
}

int fig_calibration_write(const struct calibration *c, const char *plots_dir,
			  const char *path)
{
	_cleanup_free_ char *text = fig_calibration_script(c);
	_cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf element = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf doc = STRBUF_INIT;
	int r = gnuplot_run(plots_dir, text, &raw);

	if (r < 0)
		return r;
	r = svg_element(raw.buf ? raw.buf : "", "calibration",
			FIG_CALIBRATION_TITLE, &element);
	if (r == 0)
		svg_document(element.buf, &doc);
	if (r == 0)
		r = write_output(path, doc.buf, doc.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}
