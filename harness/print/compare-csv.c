/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as CSV (RFC 4180, but lines end in LF): a head, then one line a
 * point, metric and contender.  A figure that does not exist is empty.
 */
#include "compare-formats.h"

#include <math.h>

#include "number.h"
#include "strbuf.h"
#include "verdict-text.h"

static const char head[] =
	"benchmark,version,params,metric,base,contender,verdict,base_status,"
	"contender_status,base_value,contender_value,difference,"
	"change_percent,low_percent,high_percent,level,threshold_percent,"
	"boot_pairs,reason\n";

static void add_text(struct strbuf *out, const char *text)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	const char *s;

	print_clean(&clean, text);
	s = clean.buf;
	if (out->len && out->buf[out->len - 1] != '\n')
		strbuf_addstr(out, ",");
	if (!strpbrk(s, ",\"") && *s != ' ') {
		strbuf_addstr(out, s);
		return;
	}
	strbuf_addstr(out, "\"");
	for (; *s; s++)
		strbuf_addf(out, *s == '"' ? "\"\"" : "%c", *s);
	strbuf_addstr(out, "\"");
}

static void add_number(struct strbuf *out, double v)
{
	strbuf_addf(out, isfinite(v) ? ",%.10g" : ",", v);
}

static double percent(double ratio)
{
	return (ratio - 1) * 100;
}

static void add_figures(struct strbuf *out, const struct kernel_row *row,
			const struct kernel_cell *cell)
{
	const struct effect *e = cell->effect;

	add_number(out, row->cells[0].value);
	add_number(out, cell->value);
	add_number(out, e ? e->delta : NAN);
	add_number(out, e ? percent(e->ratio) : NAN);
	add_number(out, e ? percent(e->lo) : NAN);
	add_number(out, e ? percent(e->hi) : NAN);
	add_number(out, e ? e->level : NAN);
	add_number(out, e ? e->threshold * 100 : NAN);
	strbuf_addf(out, ",%u", e ? e->nr_boots : 0);
}

static void print_line(FILE *out, const struct kernel_table *t,
		       const struct kernel_row *row, size_t k)
{
	const struct run *run = t->comparison->run;
	const struct kernel_cell *base = &row->cells[0], *cell = &row->cells[k];
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;

	strbuf_add(&line, "\n", 1);
	add_text(&line, row->bench);
	strbuf_addf(&line, ",%u", row->version);
	add_text(&line, row->params);
	add_text(&line, row->metric);
	add_text(&line, run->kernels[t->kernels[0]].name);
	add_text(&line, run->kernels[t->kernels[k]].name);
	add_text(&line, cell->effect ? verdict_str(cell->effect->verdict) : "");
	add_text(&line, point_status_str(base->status));
	add_text(&line, point_status_str(cell->status));
	add_figures(&line, row, cell);
	add_text(&line, cell->effect ? cell->effect->reason
			: *cell->why ? cell->why
				     : base->why);
	fprintf(out, "%s\n", line.buf + 1);
}

int compare_print_csv(FILE *out, const struct findings *f,
		      const struct print_opts *o)
{
	const struct kernel_table *t = f->table;

	fputs(head, out);
	for (size_t i = 0; i < t->nr; i++) {
		const struct kernel_row *row = &t->rows[i];

		for (size_t k = 1; k < t->nr_kernels; k++) {
			const struct effect *e = row->cells[k].effect;

			if (!o->changed_only || (e && effect_changed(e)))
				print_line(out, t, row, k);
		}
	}
	return 0;
}
