/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as the kernel test robot (lkp-tests) prints one: a head with
 * what all kernels have in common, then two tables: points that failed, with
 * "fail:runs" for each kernel, and the means over boots with their standard
 * deviation where it is more than 2%.  It has no verdicts.
 */
#include "compare-formats.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "number.h"
#include "strbuf.h"

#define ABS_COLUMNS 10
#define REL_COLUMNS 10
#define ERR_COLUMNS 6
#define FIRST_COLUMNS (ABS_COLUMNS + ERR_COLUMNS)
#define OTHER_COLUMNS (FIRST_COLUMNS + REL_COLUMNS + 1)

static void clean_into(struct strbuf *out, const char *text, const char *none)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, text);
	strbuf_addstr(out, clean.len ? clean.buf : none);
}

/* ---- statistics ---- */

static double mean_of(const struct kernel_cell *c)
{
	double sum = 0;

	for (size_t i = 0; i < c->nr_boots; i++)
		sum += c->boots[i];
	return c->nr_boots ? sum / (double)c->nr_boots : NAN;
}

/* In percent of the mean; NaN for fewer than two boots. */
static double stddev_of(const struct kernel_cell *c)
{
	double mean = mean_of(c), sum = 0;

	if (c->nr_boots < 2 || mean == 0)
		return NAN;
	for (size_t i = 0; i < c->nr_boots; i++)
		sum += (c->boots[i] - mean) * (c->boots[i] - mean);
	return 100 * sqrt(sum / (double)(c->nr_boots - 1)) / fabs(mean);
}

/* ---- head ---- */

static const char *kernel_name(const struct kernel_table *t, size_t k)
{
	return t->comparison->run->kernels[t->kernels[k]].name;
}

/* The first columns characters of a name. */
static void print_column_name(FILE *out, const char *name, size_t columns)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	size_t end = 0, width = 0;

	print_clean(&clean, name);
	for (; clean.buf[end]; end++) {
		width += ((unsigned char)clean.buf[end] & 0xc0) != 0x80;
		if (width > columns)
			break;
	}
	clean.buf[end] = '\0';
	width = print_width(clean.buf);
	fprintf(out, "%*s%s ", (int)(columns - width), "", clean.buf);
}

static void print_head(FILE *out, const struct kernel_table *t)
{
	const struct run *run = t->comparison->run;
	_cleanup_strbuf_ struct strbuf axes = STRBUF_INIT;

	clean_into(&axes, run->machine, "-");
	strbuf_addstr(&axes, "/");
	clean_into(&axes, run->suite, "-");
	strbuf_addstr(&axes, "/");
	clean_into(&axes, run->kernels[t->kernels[0]].toolchain, "-");
	fputs("=========================================================="
	      "===============================\n",
	      out);
	fprintf(out, "machine/suite/compiler:\n  %s\n\nkernel: \n", axes.buf);
	for (size_t k = 0; k < t->nr_kernels; k++) {
		_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;

		clean_into(&line, kernel_name(t, k), "-");
		strbuf_addstr(&line, " (");
		clean_into(&line, run->kernels[t->kernels[k]].release, "?");
		fprintf(out, "  %s)\n", line.buf);
	}
	fputs("\n", out);
	for (size_t k = 0; k < t->nr_kernels; k++)
		print_column_name(out, kernel_name(t, k),
				  k ? OTHER_COLUMNS : FIRST_COLUMNS);
	fputs("\n", out);
	for (size_t k = 0; k < t->nr_kernels; k++) {
		for (int i = 0; i < (k ? OTHER_COLUMNS : FIRST_COLUMNS); i++)
			fputc('-', out);
		fputc(' ', out);
	}
	fputs("\n", out);
}

/* "attach/self.controllers=cpu,version=1.insns" */
static void print_key(FILE *out, const struct kernel_row *row)
{
	_cleanup_strbuf_ struct strbuf key = STRBUF_INIT;

	clean_into(&key, row->bench, "");
	if (*row->params)
		strbuf_addstr(&key, ".");
	clean_into(&key, row->params, "");
	if (*row->metric)
		strbuf_addstr(&key, ".");
	clean_into(&key, row->metric, "");
	fprintf(out, "  %s\n", key.buf);
}

/* ---- points that failed ---- */

static bool has_failed(const struct kernel_table *t,
		       const struct kernel_row *row)
{
	for (size_t k = 0; k < t->nr_kernels; k++) {
		if (row->cells[k].nr_failed > 0)
			return true;
	}
	return false;
}

static double failed_percent(const struct kernel_cell *c)
{
	return c->nr_planned ? 100.0 * c->nr_failed / c->nr_planned : 0;
}

static void print_failures_of(FILE *out, const struct kernel_table *t,
			      const struct kernel_row *row)
{
	for (size_t k = 0; k < t->nr_kernels; k++) {
		const struct kernel_cell *c = &row->cells[k];

		if (k > 0)
			fprintf(out, "%*.0f%% ", REL_COLUMNS,
				failed_percent(c) -
					failed_percent(&row->cells[0]));
		if (c->nr_failed)
			fprintf(out, "%*u", ABS_COLUMNS + 1, c->nr_failed);
		else
			fprintf(out, "%*s", ABS_COLUMNS + 1, "");
		fprintf(out, ":%-*u", ERR_COLUMNS - 2, c->nr_planned);
	}
	print_key(out, row);
}

static void print_failures(FILE *out, const struct kernel_table *t)
{
	bool any = false;

	for (size_t i = 0; i < t->nr; i++) {
		if (!has_failed(t, &t->rows[i]))
			continue;
		if (!any) {
			fputs("       fail:runs", out);
			for (size_t k = 1; k < t->nr_kernels; k++)
				fputs("  %reproduction    fail:runs", out);
			fputs("\n           |    ", out);
			for (size_t k = 1; k < t->nr_kernels; k++)
				fputs("         |             |    ", out);
			fputs("\n", out);
		}
		any = true;
		print_failures_of(out, t, &t->rows[i]);
	}
}

/* ---- points with figures ---- */

static void print_mean(FILE *out, const struct kernel_cell *c)
{
	double mean = mean_of(c), stddev = stddev_of(c);

	if (isnan(mean))
		fprintf(out, "%*s", ABS_COLUMNS, "-");
	else if (mean < 1000)
		fprintf(out, "%*.2f", ABS_COLUMNS, mean);
	else if (mean > 100000000)
		fprintf(out, "%*.4g", ABS_COLUMNS, mean);
	else
		fprintf(out, "%*.0f", ABS_COLUMNS, mean);
	if (stddev > 2)
		fprintf(out, " ±%*.0f%%", ERR_COLUMNS - 3, stddev);
	else
		fprintf(out, "%*s", ERR_COLUMNS, "");
}

static void print_means(FILE *out, const struct kernel_table *t,
			const struct kernel_row *row)
{
	double base = mean_of(&row->cells[0]);

	for (size_t k = 0; k < t->nr_kernels; k++) {
		double change = 100 * (mean_of(&row->cells[k]) - base) / base;

		if (k > 0 && isfinite(change))
			fprintf(out,
				fabs(change) < 100000 ? "%+*.1f%% "
						      : "%+*.2g%% ",
				REL_COLUMNS, change);
		else if (k > 0)
			fprintf(out, "%*s  ", REL_COLUMNS, "-");
		print_mean(out, &row->cells[k]);
	}
	print_key(out, row);
}

static bool has_mean(const struct kernel_table *t, const struct kernel_row *row)
{
	for (size_t k = 0; k < t->nr_kernels; k++) {
		if (row->cells[k].nr_boots > 0)
			return true;
	}
	return false;
}

int compare_print_lkp(FILE *out, const struct findings *f,
		      const struct print_opts *o)
{
	const struct kernel_table *t = f->table;
	bool any = false;

	print_head(out, t);
	print_failures(out, t);
	for (size_t i = 0; i < t->nr; i++) {
		if (!has_mean(t, &t->rows[i]) || !row_is_shown(&t->rows[i], o))
			continue;
		if (!any) {
			fputs("         %stddev", out);
			for (size_t k = 1; k < t->nr_kernels; k++)
				fputs("     %change         %stddev", out);
			fputs("\n             \\  ", out);
			for (size_t k = 1; k < t->nr_kernels; k++)
				fputs("        |                \\  ", out);
			fputs("\n", out);
		}
		any = true;
		print_means(out, t, &t->rows[i]);
	}
	fputs("\n", out);
	return 0;
}
