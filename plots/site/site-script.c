/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-script.h"

#include <math.h>

#include "alloc.h"
#include "gnuplot.h"
#include "number.h"

#define SECOND_PX 16
#define LEGEND_PX 17 /* a row of it */
#define CHAR_PX 7.4
#define MARGIN_PX 8
#define WIDTH SITE_PLOT_WIDTH
#define LEAST_ROOM 0.004 /* a flat curve is to look flat */

void legend_add(struct legend *l, const char *name)
{
	for (size_t i = 0; i < l->nr; i++)
		if (strcmp(l->names[i], name) == 0)
			return;
	l->names = xreallocarray(l->names, l->nr + 1, sizeof(*l->names));
	l->names[l->nr++] = name;
}

void legend_release(struct legend *l)
{
	free(l->names);
}

static unsigned legend_columns(const struct legend *l)
{
	size_t longest = 0;

	for (size_t i = 0; i < l->nr; i++) {
		size_t width = print_width(l->names[i]);

		longest = width > longest ? width : longest;
	}
	return longest <= 11 ? 3 : longest <= 19 ? 2 : 1;
}

static unsigned legend_rows(const struct legend *l)
{
	unsigned columns = legend_columns(l);

	return (unsigned)(l->nr + columns - 1) / columns;
}

unsigned script_head_px(const struct legend *l)
{
	return TITLE_PX + SECOND_PX + legend_rows(l) * LEGEND_PX + 6;
}

static void add_legend(struct strbuf *out, const struct site *s,
		       const struct legend *l, unsigned height)
{
	unsigned columns = legend_columns(l);

	for (size_t i = 0; i < l->nr; i++) {
		unsigned row = (unsigned)(i / columns);
		unsigned column = (unsigned)(i % columns);
		double x = 12 + column * (WIDTH - 12.0) / columns;
		double y = TITLE_PX + SECOND_PX + row * LEGEND_PX + 4;
		const char *colour =
			colour_hex(site_kernel_colour(s, l->names[i]));
		int point = site_kernel_point(s, l->names[i]);

		strbuf_addstr(out, "set label ");
		gp_string(out, l->names[i],
			  (size_t)((WIDTH / columns - 24) / CHAR_PX));
		strbuf_addf(out,
			    " at screen %.5f, screen %.5f left point "
			    "pointtype %d pointsize 0.8 linecolor rgb '%s' "
			    "textcolor rgb '%s' offset 0.8,0\n",
			    x / WIDTH, 1 - y / height, point, colour, colour);
		strbuf_addf(out, "col_%zu = '%s'\npt_%zu = %d\n", i, colour, i,
			    point);
	}
	strbuf_addf(out, "kernels = %zu\n", l->nr);
}

void script_begin(struct strbuf *out, const struct site *s,
		  const struct site_plot *p, const char *second,
		  const struct legend *l)
{
	gp_begin(out, WIDTH, p->height);
	gp_title(out, p->title, WIDTH, p->height);
	strbuf_addstr(out, "set label ");
	gp_string(out, second, (size_t)((WIDTH - 12) / CHAR_PX));
	strbuf_addf(out,
		    " at screen %.5f, screen %.5f left textcolor rgb "
		    "col_muted\n",
		    6.0 / WIDTH, 1 - (TITLE_PX - 2.0) / p->height);
	add_legend(out, s, l, p->height);
	strbuf_addf(out, "top_px = %u\n", script_head_px(l));
}

void script_tick(struct strbuf *out, double at, bool first)
{
	char buf[PRINT_MAX];

	strbuf_addf(out, "%s'%s' %.12g", first ? "" : ", ",
		    print_value(buf, at, 9), at);
}

bool script_wants_log(double lo, double hi)
{
	return lo > 0 && hi / lo > 8;
}

/* Powers of ten, with 2 and 5 between them where there are few. */
static void log_ticks(struct strbuf *out, double lo, double hi)
{
	static const int steps[] = { 1, 2, 5 };
	bool few = hi / lo < 200, first = true;
	double thin = log10(hi / lo) > 6 ? 100 : 10;

	for (double at = pow(10, floor(log10(lo))); at <= hi; at *= thin) {
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
			double tick = at * steps[i];

			if (tick < lo || tick > hi || (i && !few))
				continue;
			script_tick(out, tick, first);
			first = false;
		}
	}
}

static void linear_ticks(struct strbuf *out, double lo, double hi)
{
	double decade = pow(10, floor(log10((hi - lo) / 3)));
	double times = (hi - lo) / 3 / decade;
	double step = decade * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
	bool first = true;

	for (double k = ceil(lo / step); k * step <= hi; k++) {
		script_tick(out, k * step, first);
		first = false;
	}
}

void script_y_axis(struct strbuf *out, double lo, double hi, bool log_y)
{
	if (!isfinite(lo) || !isfinite(hi) || hi < lo) {
		lo = 0;
		hi = 1;
		log_y = false;
	}
	if (log_y) {
		lo /= 1.3;
		hi *= 1.3;
	} else {
		double room = fmax((hi - lo) * 0.08, fabs(hi) * LEAST_ROOM);

		room = fmax(room, 1e-9);
		/* A cost is never below nothing. */
		lo = lo >= 0 ? fmax(lo - room, 0) : lo - room;
		hi += room;
	}
	strbuf_addf(out, "log_y = %d\ny_min = %.12g\ny_max = %.12g\n", log_y,
		    lo, hi);
	strbuf_addstr(out, "set ytics (");
	if (log_y)
		log_ticks(out, lo, hi);
	else
		linear_ticks(out, lo, hi);
	strbuf_addstr(out, ")\n");
}
