/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-history.h"

#include <math.h>
#include <time.h>

#include "alloc.h"
#include "gnuplot.h"
#include "html-table.h"
#include "html-write.h"
#include "number.h"
#include "site-path.h"
#include "site-script.h"

#define PLOTS_MAX 24   /* of one benchmark */
#define PLOT_PX 190    /* below title and legend */
#define ROWS_MAX 120   /* of the table of one plot, ... */
#define CELLS_MAX 1500 /* ... which has no more than these */
#define GAP_DAYS 1.5   /* more is a hole, where nights come one by one */
#define SPARK_W 128
#define SPARK_H 24

/* Series of one point and metric, one a kernel: nr of them from list on. */
struct strand {
	const struct history_series *list;
	size_t nr;
};

static bool same_strand(const struct history_series *a,
			const struct history_series *b)
{
	return strcmp(a->job, b->job) == 0 &&
	       strcmp(a->machine, b->machine) == 0 &&
	       strcmp(a->bench, b->bench) == 0 && a->version == b->version &&
	       strcmp(a->params, b->params) == 0 &&
	       strcmp(a->metric, b->metric) == 0;
}

/* They are sorted so that those of one strand are neighbours. */
static struct strand strand_at(const struct history *h, size_t i)
{
	struct strand st = { &h->series[i], 0 };

	while (i + st.nr < h->nr_series &&
	       same_strand(st.list, &h->series[i + st.nr]))
		st.nr++;
	return st;
}

static size_t most_nights(const struct strand *st)
{
	size_t most = 0;

	for (size_t k = 0; k < st->nr; k++)
		if (st->list[k].nr_nights > most)
			most = st->list[k].nr_nights;
	return most;
}

/* ---- data ---- */

static int by_double(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

/* More days than this between two runs, and something is missing. */
static double gap_of(const struct history_series *h)
{
	_cleanup_free_ double *gaps = xcalloc(h->nr_nights + 1, sizeof(*gaps));
	size_t nr = 0;

	for (size_t i = 1; i < h->nr_nights; i++)
		gaps[nr++] = (double)(h->nights[i].run->day -
				      h->nights[i - 1].run->day);
	if (nr == 0)
		return GAP_DAYS;
	qsort(gaps, nr, sizeof(*gaps), by_double);
	return fmax(GAP_DAYS, 2.5 * gaps[nr / 2]);
}

static bool begins_segment(const struct history_series *h, size_t night)
{
	for (size_t i = 1; i < h->nr_segments; i++)
		if (h->segments[i].first == night)
			return true;
	return false;
}

/* Kinds of lines in $data: a night, a night that stands alone, a step. */
static void add_series(struct strbuf *out, const struct history_series *h)
{
	double gap = gap_of(h);
	bool joined = false;

	for (size_t i = 0; i < h->nr_nights; i++) {
		const struct history_night *n = &h->nights[i];
		bool next = i + 1 < h->nr_nights && !begins_segment(h, i + 1) &&
			    (double)(n[1].run->day - n->run->day) <= gap;

		strbuf_addf(out, "%ld %.9g %d\n", n->run->day, n->value,
			    !joined && !next);
		if (!next)
			strbuf_addstr(out, "\n");
		joined = next;
	}
	strbuf_addstr(out, "\n\n");
}

static void add_steps(struct strbuf *out, const struct history_series *h)
{
	for (size_t i = 0; i < h->nr_steps; i++) {
		const struct history_step *st = &h->steps[i];

		if (!st->minor)
			strbuf_addf(out, "%ld %.9g %d\n",
				    h->nights[st->at].run->day, st->after,
				    st->after > st->before);
	}
}

static void add_data(struct strbuf *out, const struct strand *st)
{
	strbuf_addstr(out, "$data << END\n");
	for (size_t k = 0; k < st->nr; k++)
		add_series(out, &st->list[k]);
	strbuf_addstr(out, "END\n$steps << END\nNaN NaN NaN\n");
	for (size_t k = 0; k < st->nr; k++)
		add_steps(out, &st->list[k]);
	strbuf_addstr(out, "END\n");
}

static void range_of(const struct strand *st, double *lo, double *hi,
		     long *first, long *last)
{
	*lo = INFINITY;
	*hi = -INFINITY;
	*first = st->list[0].nights[0].run->day;
	*last = *first;
	for (size_t k = 0; k < st->nr; k++) {
		const struct history_series *h = &st->list[k];

		for (size_t i = 0; i < h->nr_nights; i++) {
			long day = h->nights[i].run->day;

			*lo = fmin(*lo, h->nights[i].value);
			*hi = fmax(*hi, h->nights[i].value);
			*first = day < *first ? day : *first;
			*last = day > *last ? day : *last;
		}
	}
}

/* The day as text is that of a night; any will do for days between. */
static void add_day_tick(struct strbuf *out, long day, bool first)
{
	time_t t = (time_t)day * 86400;
	char text[32] = "";
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	strbuf_addf(out, "%s'%s' %ld", first ? "" : ", ", text, day);
}

static void add_x_axis(struct strbuf *out, long first, long last)
{
	double room = (double)(last - first) * 0.03 + 0.5;

	strbuf_addf(out, "x_min = %.3f\nx_max = %.3f\nset xtics (",
		    (double)first - room, (double)last + room);
	add_day_tick(out, first, true);
	if (last - first > 1)
		add_day_tick(out, first + (last - first) / 2, false);
	if (last > first)
		add_day_tick(out, last, false);
	strbuf_addstr(out, ")\n");
}

/* ---- words and table ---- */

static size_t big_steps(const struct history_series *h)
{
	size_t nr = 0;

	for (size_t i = 0; i < h->nr_steps; i++)
		nr += !h->steps[i].minor;
	return nr;
}

static char *caption(const struct strand *st)
{
	struct strbuf out = STRBUF_INIT;

	for (size_t k = 0; k < st->nr; k++) {
		const struct history_series *h = &st->list[k];
		const struct history_night *n = &h->nights[h->nr_nights - 1];
		char buf[PRINT_MAX];
		size_t steps = big_steps(h);

		strbuf_addf(&out, "%s%s: %s %s on %s, ", k ? "; " : "",
			    h->kernel, print_value(buf, n->value, 12),
			    h->metric, n->run->night);
		if (steps)
			strbuf_addf(&out, "%zu step%s in ", steps,
				    steps == 1 ? "" : "s");
		strbuf_addf(&out, "%zu night%s", h->nr_nights,
			    h->nr_nights == 1 ? "" : "s");
	}
	strbuf_addstr(&out, ".");
	return strbuf_steal(&out);
}

/* The kernels' values on one night; rows that repeat the one before fold. */
struct row {
	const char *from, *to; /* nights */
	double *values;
};

static bool same_values(const double *a, const double *b, size_t nr)
{
	for (size_t k = 0; k < nr; k++)
		if (!(a[k] == b[k] || (isnan(a[k]) && isnan(b[k]))))
			return false;
	return true;
}

/* The next night of any series after those in at[]; NULL: none is left. */
static const struct history_run *next_run(const struct strand *st,
					  const size_t *at)
{
	const struct history_run *next = NULL;

	for (size_t k = 0; k < st->nr; k++) {
		const struct history_series *h = &st->list[k];

		if (at[k] < h->nr_nights &&
		    (!next || h->nights[at[k]].run->day < next->day))
			next = h->nights[at[k]].run;
	}
	return next;
}

static size_t collect_rows(const struct strand *st, struct row *rows)
{
	_cleanup_free_ size_t *at = xcalloc(st->nr, sizeof(*at));
	const struct history_run *run;
	size_t nr = 0;

	while ((run = next_run(st, at))) {
		double *v = xcalloc(st->nr, sizeof(*v));

		for (size_t k = 0; k < st->nr; k++) {
			const struct history_series *h = &st->list[k];

			v[k] = NAN;
			while (at[k] < h->nr_nights &&
			       h->nights[at[k]].run->day == run->day)
				v[k] = h->nights[at[k]++].value;
		}
		if (nr && same_values(rows[nr - 1].values, v, st->nr)) {
			rows[nr - 1].to = run->night;
			free(v);
			continue;
		}
		rows[nr++] = (struct row){ run->night, run->night, v };
	}
	return nr;
}

static size_t rows_at_most(const struct strand *st)
{
	size_t nr = 1;

	for (size_t k = 0; k < st->nr; k++)
		nr += st->list[k].nr_nights;
	return nr;
}

static void add_row(struct html_table *t, const struct row *row, size_t nr)
{
	char buf[PRINT_MAX];

	html_row(t);
	html_cell_open(t, "");
	html_text(t->out, row->from);
	if (strcmp(row->from, row->to) != 0)
		html_element(t->out, " to ", row->to, "");
	html_cell_close(t);
	for (size_t k = 0; k < nr; k++)
		html_cell(t, isnan(row->values[k])
				     ? "-"
				     : print_value(buf, row->values[k], 12));
}

/* The newest first. */
static void add_table(struct strbuf *out, const struct strand *st)
{
	_cleanup_free_ struct row *rows =
		xcalloc(rows_at_most(st), sizeof(*rows));
	size_t nr = collect_rows(st, rows);
	size_t most = CELLS_MAX / st->nr + 1;
	struct html_table t;

	most = most < ROWS_MAX ? most : ROWS_MAX;

	html_table_begin(&t, out, NULL);
	html_column(&t, "Nights", false);
	for (size_t k = 0; k < st->nr; k++)
		html_column(&t, st->list[k].kernel, true);
	for (size_t i = nr; i > 0 && nr - i < most; i--)
		add_row(&t, &rows[i - 1], st->nr);
	html_table_end(&t);
	if (nr > most)
		strbuf_addf(out,
			    "<p class=\"muted\">%zu rows before these are in "
			    "the CSV file of the benchmark.</p>\n",
			    nr - most);
	for (size_t i = 0; i < nr; i++)
		free(rows[i].values);
}

/* ---- plots ---- */

static char *plot_path(const struct history_series *h)
{
	_cleanup_free_ char *bench = site_slug(h->bench);
	_cleanup_free_ char *where =
		xasprintf("%s%s%s", h->machine, *h->job ? "/" : "", h->job);
	_cleanup_free_ char *place = site_slug(where);
	_cleanup_free_ char *metric = site_slug(h->metric);
	_cleanup_free_ char *params = site_slug(h->params);

	return xasprintf("%s/history/%s/%s,v%u/%s", bench, place, metric,
			 h->version, params);
}

static void add_plot(const struct site *s, const struct strand *st,
		     struct site_plots *ret)
{
	_cleanup_(legend_release) struct legend legend = { NULL, 0 };
	const struct history_series *h = st->list;
	_cleanup_free_ char *second = xasprintf(
		"%s%s%s", h->params, *h->params ? "; " : "", h->metric);
	struct strbuf out = STRBUF_INIT;
	struct site_plot *plot;
	long first, last;
	double lo, hi;

	for (size_t k = 0; k < st->nr; k++)
		legend_add(&legend, st->list[k].kernel);
	plot = site_plot_new(ret, plot_path(h),
			     xasprintf("%s, night by night%s%s", h->bench,
				       *h->job ? ": " : "", h->job),
			     caption(st), PLOT_PX + script_head_px(&legend));
	range_of(st, &lo, &hi, &first, &last);
	script_begin(&out, s, plot, second, &legend);
	add_x_axis(&out, first, last);
	script_y_axis(&out, lo, hi, script_wants_log(lo, hi));
	strbuf_addf(&out, "col_up = '%s'\ncol_down = '%s'\n",
		    colour_hex(COL_REGRESSION), colour_hex(COL_IMPROVEMENT));
	add_data(&out, st);
	gp_template(&out, "site-history.gp");
	plot->script = strbuf_steal(&out);
	add_table(&plot->table, st);
}

static bool has_steps(const struct strand *st)
{
	for (size_t k = 0; k < st->nr; k++)
		if (big_steps(&st->list[k]))
			return true;
	return false;
}

/* Those with steps come first, and all others as far as there is room. */
void site_history(const struct site *s, const char *bench,
		  struct site_plots *ret)
{
	const struct history *h = s->history;
	size_t before = ret->nr;

	for (int steps = 1; h && steps >= 0; steps--) {
		for (size_t i = 0; i < h->nr_series;) {
			struct strand st = strand_at(h, i);

			i += st.nr;
			if (strcmp(st.list->bench, bench) != 0 ||
			    most_nights(&st) < 2 || has_steps(&st) != steps ||
			    ret->nr - before >= PLOTS_MAX)
				continue;
			add_plot(s, &st, ret);
		}
	}
}

/* ---- for programs ---- */

/* Quoted, with quotes doubled, and never a formula for a spreadsheet. */
static void csv_text(struct strbuf *out, const char *s)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, s);
	strbuf_addstr(out, "\"");
	if (*s && strchr("=+-@", *s))
		strbuf_addstr(out, "'");
	for (const char *p = clean.buf ? clean.buf : ""; *p; p++)
		strbuf_add(out, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
	strbuf_addstr(out, "\",");
}

static void csv_series(struct strbuf *out, const struct history_series *h)
{
	const char *const texts[] = { h->job,	 h->machine, h->bench,
				      h->params, h->metric,  h->kernel };

	for (size_t i = 0; i < h->nr_nights; i++) {
		const struct history_night *n = &h->nights[i];

		for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
			csv_text(out, texts[k]);
		csv_text(out, n->run->night);
		csv_text(out, n->run->id);
		strbuf_addf(out, "%u,%.12g,%zu\n", h->version, n->value,
			    n->nr_boots);
	}
}

void site_history_csv(const struct site *s, const char *bench,
		      struct strbuf *out)
{
	const struct history *h = s->history;

	strbuf_addstr(out, "job,machine,bench,params,metric,kernel,night,run,"
			   "version,value,boots\n");
	for (size_t i = 0; h && i < h->nr_series; i++)
		if (strcmp(h->series[i].bench, bench) == 0)
			csv_series(out, &h->series[i]);
}

/* ---- thumbnails ---- */

static void spark_path(struct strbuf *out, const struct history_series *h,
		       size_t from, double lo, double hi)
{
	long first = h->nights[from].run->day;
	long last = h->nights[h->nr_nights - 1].run->day;
	double room = fmax(hi - lo, fabs(hi) * 0.01);
	double mid = (hi + lo) / 2;

	for (size_t i = from; i < h->nr_nights; i++) {
		const struct history_night *n = &h->nights[i];
		double x = last > first ? (double)(n->run->day - first) /
						  (double)(last - first)
					: 0.5;
		double y = room > 0 ? 0.5 - (n->value - mid) / room : 0.5;

		strbuf_addf(out, "%s%.1f %.1f", i > from ? "L" : "M",
			    2 + x * (SPARK_W - 4), 3 + y * (SPARK_H - 6));
	}
}

void site_spark(struct strbuf *out, const struct history_series *h)
{
	size_t from = h->nr_nights > 90 ? h->nr_nights - 90 : 0;
	double lo = INFINITY, hi = -INFINITY;
	char a[PRINT_MAX], b[PRINT_MAX];

	for (size_t i = from; i < h->nr_nights; i++) {
		lo = fmin(lo, h->nights[i].value);
		hi = fmax(hi, h->nights[i].value);
	}
	if (h->nr_nights < 2 || !isfinite(hi - lo))
		return;
	strbuf_addf(out,
		    "<svg class=\"spark\" viewBox=\"0 0 %d %d\" role=\"img\" "
		    "aria-label=\"%zu nights from %s to %s\"><path d=\"",
		    SPARK_W, SPARK_H, h->nr_nights - from,
		    print_value(a, lo, 9), print_value(b, hi, 9));
	spark_path(out, h, from, lo, hi);
	strbuf_addstr(out, "\"/></svg>");
}
