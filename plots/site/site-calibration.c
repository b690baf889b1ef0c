/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-calibration.h"

#include "alloc.h"
#include "calibration-text.h"
#include "count.h"
#include "fig-calibration.h"
#include "html-table.h"
#include "html-write.h"
#include "site-html.h"
#include "site-plot.h"

/* The findings of a line own what was found for it. */
void site_calibrations_load(struct site *s, const char *dir)
{
	for (size_t i = 0; i < s->nr_lines; i++) {
		const struct run *run = s->lines[i].run;
		_cleanup_free_ char *name = calibration_file(
			run->machine, run->machine_detail, run->suite);
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

		calibration_load(path, &s->lines[i].fd->calibration);
	}
}

static void add_rate(struct html_table *t, const char *what, struct rate r)
{
	_cleanup_free_ char *text = rate_text(r);

	html_row(t);
	html_cell(t, what);
	html_cell(t, text);
}

static void add_table(struct strbuf *out, const struct calibration *c)
{
	struct calib_summary sum = calib_sum_up(c);
	struct html_table t;

	html_table_begin(&t, out, NULL);
	html_column(&t, "Comparisons", false);
	html_column(&t, "Rate, with its 95% interval", false);
	add_rate(&t, "False alarms: a kernel with itself", sum.same);
	add_rate(&t, "False alarms: all code at other addresses", sum.padded);
	add_rate(&t, "Found: costs of 0.3% or more", sum.found);
	add_rate(&t, "Found: tails of 1% or more", sum.tails);
	add_rate(&t, "Flagged that do not pay the cost", sum.others);
	html_table_end(&t);
}

static int add_plot(const struct site *s, const struct site_line *l,
		    struct strbuf *out)
{
	_cleanup_(site_plots_release) struct site_plots plots = { NULL, 0 };
	struct site_plot *plot = site_plot_new(
		&plots, xasprintf("calibration/%s", l->slug),
		xstrdup(FIG_CALIBRATION_TITLE),
		xstrdup("Each mark is a size of a cost that was made on purpose; "
			"lines are 95% intervals. The table above sums it up."),
		FIG_CALIBRATION_HEIGHT);
	int r;

	plot->width = FIG_CALIBRATION_WIDTH;
	plot->script = fig_calibration_script(l->fd->calibration);
	r = site_plots_draw(&plots, s->plots_dir, s->out);
	if (r == 0)
		site_plot_show(out, plot, "");
	return r;
}

int site_calibrations(const struct site *s, struct strbuf *out)
{
	int r = 0;

	site_heading(out, 2, "errors", "How often this installation is wrong");
	for (size_t i = 0; i < s->nr_lines && r == 0; i++) {
		const struct site_line *l = &s->lines[i];
		_cleanup_free_ char *words = calibration_line(
			l->fd->calibration, l->fd->comparison->time);

		html_element(out, "<h3>", l->title, "</h3>\n");
		html_element(out, "<p>", words, ".</p>\n");
		if (!l->fd->calibration)
			continue;
		add_table(out, l->fd->calibration);
		r = add_plot(s, l, out);
	}
	return r;
}
