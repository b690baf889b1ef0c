/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as a block to paste into a patch mail: at most 72 columns, in
 * ASCII but for what is foreign, no line that "git am" or "git commit" would
 * take for its own (a rule of "---", a "#"), and the tags at the end.
 */
#include "compare-mail.h"

#include <math.h>
#include <string.h>

#include "about-run.h"
#include "alloc.h"
#include "calibration-text.h"
#include "judge-limits.h"
#include "kernels-text.h"
#include "number.h"
#include "shell-wrap.h"
#include "strbuf.h"
#include "verdict-text.h"

#define MAIL_COLUMNS KERNELS_COLUMNS
#define NAME_COLUMNS 20
#define VALUE_COLUMNS 8
#define CHANGE_COLUMNS 9
#define SPREAD_COLUMNS 7

static void print_text(FILE *out, const char *head, const char *text)
{
	print_wrapped_at(out, head, text, MAIL_COLUMNS);
}

/* ---- the table of two kernels ---- */

static void add_right(struct strbuf *out, const char *text, size_t columns)
{
	size_t width = print_width(text);

	strbuf_addf(out, "%*s%s",
		    (int)(1 + (columns > width ? columns - width : 0)), "",
		    text);
}

/* Distance to the farther end of the interval, in percent points. */
static const char *spread_text(char buf[PRINT_MAX], const struct effect *e)
{
	double far = fmax(fabs(e->hi - e->ratio), fabs(e->ratio - e->lo)) * 100;

	if (!isfinite(far) || far == 0)
		return "";
	snprintf(buf, PRINT_MAX,
		 far < 10      ? "+-%.2f"
		 : far < 10000 ? "+-%.0f"
			       : "+-%.0e",
		 far);
	return buf;
}

static void add_value(struct strbuf *out, const struct kernel_cell *cell)
{
	char buf[PRINT_MAX];

	add_right(out,
		  cell->nr_boots ? print_value(buf, cell->value, VALUE_COLUMNS)
				 : status_word(cell->status),
		  VALUE_COLUMNS);
}

static void add_figures(struct strbuf *out, const struct kernel_row *row)
{
	const struct effect *e = row->cells[1].effect;
	char buf[PRINT_MAX];

	add_value(out, &row->cells[0]);
	add_value(out, &row->cells[1]);
	if (!e)
		return;
	add_right(out, print_change(buf, e->ratio), CHANGE_COLUMNS);
	add_right(out, spread_text(buf, e), SPREAD_COLUMNS);
	strbuf_addf(out, " %s", verdict_str(e->verdict));
}

static void print_figures(FILE *out, const struct kernel_row *row,
			  const char *name)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	size_t width = print_width(name);

	add_figures(&line, row);
	if (width > NAME_COLUMNS) {
		print_text(out, "  ", name + strspn(name, " "));
		name = "";
		width = 0;
	}
	fprintf(out, "%s%*s%s\n", name, (int)(NAME_COLUMNS - width), "",
		line.buf);
}

static void print_row(FILE *out, const struct kernel_row *row,
		      const struct kernel_row *above)
{
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
	const char *unit = unit_mark(row->metric);

	if (*row->params &&
	    !(above && *above->params && strcmp(above->bench, row->bench) == 0))
		print_text(out, " ", row->bench);
	strbuf_addstr(&name, *row->params ? "  " : " ");
	print_clean(&name, *row->params ? row->params : row->bench);
	if (*unit) {
		strbuf_addstr(&name, " (");
		print_clean(&name, unit);
		strbuf_addstr(&name, ")");
	}
	print_figures(out, row, name.buf);
}

static void add_name(struct strbuf *out, const char *name, const char *other)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, name);
	add_right(out,
		  print_width(clean.buf) <= VALUE_COLUMNS ? clean.buf : other,
		  VALUE_COLUMNS);
}

static void print_pair(FILE *out, const struct kernel_table *t,
		       const struct print_opts *o)
{
	const struct run *run = t->comparison->run;
	const struct kernel_row *above = NULL;
	_cleanup_strbuf_ struct strbuf head = STRBUF_INIT;

	add_name(&head, run->kernels[t->kernels[0]].name, "base");
	add_name(&head, run->kernels[t->kernels[1]].name, "contend");
	add_right(&head, "change", CHANGE_COLUMNS);
	for (size_t i = 0; i < t->nr; i++) {
		if (!row_is_of_interest(&t->rows[i], o))
			continue;
		if (!above)
			fprintf(out, "\n%*s%s\n", NAME_COLUMNS, "", head.buf);
		print_row(out, &t->rows[i], above);
		above = &t->rows[i];
	}
}

/* ---- around it ---- */

static void print_legend(FILE *out, const struct kernel_table *t)
{
	_cleanup_free_ char *text = xasprintf(
		"Instructions per operation ((ns): guest time), medians over "
		"boots%s. A change is more than %g%% or the threshold of the "
		"point.%s%s",
		t->nr_kernels > 2 ? "; " KERNELS_LEGEND
				  : "; +-: to the end of the 90% interval",
		JUDGE_THRESHOLD * 100,
		*print_limits(t->comparison->run->machine) ? " " : "",
		print_limits(t->comparison->run->machine));

	if (t->comparison->nr_effects == 0)
		return;
	fputs("\n", out);
	print_text(out, "", text);
}

static void print_doubts(FILE *out, const struct comparison *c,
			 const struct print_opts *o)
{
	const char *gap = "\n";

	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];
		_cleanup_free_ char *point = print_point(e->bench, e->params);
		_cleanup_free_ char *text = NULL;

		if (!effect_needs_words(e) || !effect_is_shown(e, o))
			continue;
		text = xasprintf("%s, %s on %s: %s", verdict_str(e->verdict),
				 point, c->run->kernels[e->contender].name,
				 e->reason);
		fputs(gap, out);
		print_text(out, "* ", text);
		gap = "";
	}
	for (size_t i = 0; i < c->notes.nr; i++) {
		fputs(gap, out);
		print_text(out, "* ", c->notes.text[i]);
		gap = "";
	}
}

void compare_mail_origin(FILE *out, const struct findings *f)
{
	const struct kernel_table *t = f->table;
	const struct run *run = t->comparison->run;
	_cleanup_free_ char *machine = about_machine(run);
	_cleanup_free_ char *plan = about_plan(run);
	_cleanup_free_ char *calibration =
		calibration_line(f->calibration, t->comparison->time);
	_cleanup_free_ char *command =
		shell_without_night(run->command_line ? run->command_line : "");

	fputs("\nCompared:\n", out);
	for (size_t k = 0; k < t->nr_kernels; k++) {
		const struct run_kernel *kernel = &run->kernels[t->kernels[k]];
		_cleanup_free_ char *about = about_kernel(kernel);
		_cleanup_free_ char *text =
			xasprintf("%s: %s", kernel->name, about);

		print_text(out, "  ", text);
	}
	fputs("On machine:\n", out);
	print_text(out, "  ", machine);
	print_text(out, "  ", plan);
	print_text(out, "  verdicts: ", calibration);
	fprintf(out, "To reproduce (cgmark %s):\n",
		run->version ? run->version : "?");
	shell_print_wrapped(out, command, 2, MAIL_COLUMNS);
}

/*
 * Nobody vouches for a comparison with a doubt in it: then there is no tag.  A
 * tag is one line, however long.
 */
static void print_tags(FILE *out, const struct comparison *c,
		       const struct print_opts *o)
{
	_cleanup_strbuf_ struct strbuf by = STRBUF_INIT;

	if (!o->by)
		return;
	print_clean(&by, o->by);
	switch (compare_status(c, true)) {
	case ST_REGRESSION:
		fprintf(out, "\nReported-by: %s\n", by.buf);
		break;
	case ST_OK:
		fprintf(out, "\nTested-by: %s\n", by.buf);
		break;
	default:
		break;
	}
}

void compare_mail_table(FILE *out, const struct findings *f,
			const struct print_opts *o)
{
	const struct kernel_table *t = f->table;

	if (t->nr_kernels == 2) {
		print_pair(out, t, o);
	} else {
		fputs("\n", out);
		kernels_print(out, f, o);
	}
	print_legend(out, t);
	print_doubts(out, t->comparison, o);
}

int compare_print_mail(FILE *out, const struct findings *f,
		       const struct print_opts *o)
{
	const struct comparison *c = f->table->comparison;
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);

	print_text(out, "cgmark: ", summary);
	compare_mail_table(out, f, o);
	compare_mail_origin(out, f);
	print_tags(out, c, o);
	return 0;
}
