/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as GitHub-flavoured Markdown: the summary, one table with a row
 * a point and a column a kernel, the doubts as a list, then what was compared.
 */
#include "compare-formats.h"

#include <ctype.h>
#include <string.h>

#include "about-run.h"
#include "alloc.h"
#include "calibration-text.h"
#include "kernels-text.h"
#include "number.h"
#include "strbuf.h"
#include "verdict-text.h"

/* Not the '_' within a word, which Markdown leaves alone. */
static bool is_special(const char *clean, size_t i)
{
	if (clean[i] != '_')
		return strchr("\\`*[]<>&|~#$!", clean[i]) != NULL;
	return i == 0 || !isalnum((unsigned char)clean[i - 1]) ||
	       !isalnum((unsigned char)clean[i + 1]);
}

static void print_escaped(FILE *out, const char *text)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, text);
	for (size_t i = 0; i < clean.len; i++) {
		if (is_special(clean.buf, i))
			fputc('\\', out);
		fputc(clean.buf[i], out);
	}
}

static void print_cell_text(FILE *out, const char *text)
{
	fputs(" ", out);
	print_escaped(out, text);
	fputs(" |", out);
}

static void print_head(FILE *out, const struct kernel_table *t)
{
	const struct run *run = t->comparison->run;

	fputs("| benchmark | params |", out);
	for (size_t k = 0; k < t->nr_kernels; k++)
		print_cell_text(out, run->kernels[t->kernels[k]].name);
	if (t->nr_kernels == 2)
		fputs(" change | verdict |", out);
	fputs("\n|:--|:--|", out);
	for (size_t k = 0; k < t->nr_kernels; k++)
		fputs("--:|", out);
	fputs(t->nr_kernels == 2 ? "--:|:--|\n" : "\n", out);
}

static const char *value_text(char buf[PRINT_MAX], const struct kernel_cell *c)
{
	return c->nr_boots ? print_value(buf, c->value, 20)
			   : status_word(c->status);
}

/* Of two kernels: both values, the change, the verdict in full. */
static void print_pair(FILE *out, const struct kernel_cell *cells)
{
	const struct effect *e = cells[1].effect;
	char buf[PRINT_MAX];

	print_cell_text(out, value_text(buf, &cells[1]));
	print_cell_text(out, e ? print_change(buf, e->ratio) : "-");
	if (!e)
		print_cell_text(out, "-");
	else if (effect_changed(e))
		fprintf(out, " **%s** |", verdict_str(e->verdict));
	else
		print_cell_text(out, verdict_str(e->verdict));
}

static void print_row(FILE *out, const struct kernel_table *t,
		      const struct kernel_row *row)
{
	const char *unit = unit_mark(row->metric);
	_cleanup_free_ char *bench =
		xasprintf("%s%s%s%s", row->bench, *unit ? " (" : "", unit,
			  *unit ? ")" : "");
	char buf[PRINT_MAX];

	fputs("|", out);
	print_cell_text(out, bench);
	print_cell_text(out, row->params);
	print_cell_text(out, value_text(buf, &row->cells[0]));
	if (t->nr_kernels == 2)
		print_pair(out, row->cells);
	for (size_t k = 1; t->nr_kernels > 2 && k < t->nr_kernels; k++)
		print_cell_text(out, kernels_cell(buf, &row->cells[k]));
	fputs("\n", out);
}

static void print_table(FILE *out, const struct kernel_table *t,
			const struct print_opts *o)
{
	bool any = false;

	for (size_t i = 0; i < t->nr; i++) {
		if (!row_is_of_interest(&t->rows[i], o))
			continue;
		if (!any)
			print_head(out, t);
		any = true;
		print_row(out, t, &t->rows[i]);
	}
	if (any)
		fputs("\n", out);
	if (any && t->nr_kernels > 2)
		fputs("Cost on the baseline, and the change against it. " KERNELS_LEGEND
		      ".\n\n",
		      out);
}

static void print_item(FILE *out, const char *head, const char *text)
{
	fprintf(out, "- ");
	print_escaped(out, head);
	fputs(": ", out);
	print_escaped(out, text);
	fputs("\n", out);
}

/* Why points are in doubt, then the notes of the comparison. */
static void print_doubts(FILE *out, const struct comparison *c,
			 const struct print_opts *o)
{
	bool any = c->notes.nr > 0;

	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];
		_cleanup_free_ char *point = NULL, *head = NULL;

		if (!effect_needs_words(e) || !effect_is_shown(e, o))
			continue;
		point = print_point(e->bench, e->params);
		head = xasprintf("%s, %s on %s", verdict_str(e->verdict), point,
				 c->run->kernels[e->contender].name);
		print_item(out, head, e->reason);
		any = true;
	}
	for (size_t i = 0; i < c->notes.nr; i++)
		print_item(out, "note", c->notes.text[i]);
	if (any)
		fputs("\n", out);
}

int compare_print_markdown(FILE *out, const struct findings *f,
			   const struct print_opts *o)
{
	const struct comparison *c = f->comparison;
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);
	_cleanup_free_ char *machine = about_machine(c->run);
	_cleanup_free_ char *plan = about_plan(c->run);
	_cleanup_free_ char *calibration =
		calibration_line(f->calibration, c->time);

	fputs("**", out);
	print_escaped(out, summary);
	fputs("**\n\n", out);
	print_table(out, f->table, o);
	print_doubts(out, c, o);
	print_item(out, "machine", machine);
	for (size_t k = 0; k < f->table->nr_kernels; k++) {
		const struct run_kernel *kernel =
			&c->run->kernels[f->table->kernels[k]];
		_cleanup_free_ char *about = about_kernel(kernel);

		print_item(out, kernel->name, about);
	}
	print_item(out, "plan", plan);
	print_item(out, "verdicts", calibration);
	print_item(out, "command", c->run->command_line);
	if (*print_limits(c->run->machine))
		print_item(out, "limits", print_limits(c->run->machine));
	return 0;
}
