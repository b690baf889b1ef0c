/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernels-text.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "strbuf.h"

#define NAME_COLUMNS 20
#define BASE_COLUMNS 7
#define CELL_COLUMNS 10
#define NR_SIDE_BY_SIDE                                        \
	((KERNELS_COLUMNS - NAME_COLUMNS - BASE_COLUMNS - 1) / \
	 (CELL_COLUMNS + 1))

const char *verdict_letter(enum verdict v)
{
	static const char *const letters[] = {
		[V_REGRESSION] = "R", [V_IMPROVEMENT] = "I",
		[V_NO_CHANGE] = "",   [V_INCONCLUSIVE] = "?",
		[V_INVALID] = "X",
	};

	return letters[v];
}

const char *status_word(enum point_status s)
{
	static const char *const words[] = {
		[POINT_FAIL] = "fail",	     [POINT_ERROR] = "error",
		[POINT_MISSING] = "missing", [POINT_DONE] = "-",
		[POINT_SKIP] = "skip",
	};

	return words[s];
}

const char *unit_mark(const char *metric)
{
	if (!*metric || strcmp(metric, "insns") == 0)
		return "";
	return strcmp(metric, "guest_ns") == 0 ? "ns" : metric;
}

const char *kernels_cell(char buf[PRINT_MAX], const struct kernel_cell *cell)
{
	const struct effect *e = cell->effect;
	bool paired = e && e->nr_boots > 0;
	char text[PRINT_MAX];

	if (cell->status != POINT_DONE && (!paired || e->verdict == V_INVALID))
		return status_word(cell->status);
	if (paired)
		print_change(text, e->ratio);
	else
		print_value(text, cell->value, CELL_COLUMNS - 1);
	snprintf(buf, PRINT_MAX, "%.40s%s", text,
		 e ? verdict_letter(e->verdict) : "");
	return buf;
}

static void add_right(struct strbuf *out, const char *text, size_t columns)
{
	size_t width = print_width(text);

	strbuf_addf(out, "%*s%s",
		    (int)(1 + (columns > width ? columns - width : 0)), "",
		    text);
}

/* A kernel's name, or its number if the column is too narrow. */
static void add_head(struct strbuf *out, const char *name, size_t number,
		     size_t columns)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	char buf[PRINT_MAX];

	print_clean(&clean, name);
	snprintf(buf, sizeof(buf), "(%zu)", number);
	add_right(out, print_width(clean.buf) <= columns ? clean.buf : buf,
		  columns);
}

/* A block of columns: contenders first..end - 1. */
struct block {
	const struct kernel_table *t;
	size_t first, end;
};

static const char *column_name(const struct kernel_table *t, size_t k)
{
	return t->comparison->run->kernels[t->kernels[k]].name;
}

static void print_head(FILE *out, const struct block *b)
{
	_cleanup_strbuf_ struct strbuf head = STRBUF_INIT;

	add_head(&head, column_name(b->t, 0), 0, BASE_COLUMNS);
	for (size_t k = b->first; k < b->end; k++)
		add_head(&head, column_name(b->t, k), k, CELL_COLUMNS);
	fprintf(out, "%*s%s\n", NAME_COLUMNS, "", head.buf);
}

/* What the numbers in the heads stand for. */
static void print_names(FILE *out, const struct kernel_table *t)
{
	for (size_t k = 0; k < t->nr_kernels; k++) {
		const char *name = column_name(t, k);
		_cleanup_free_ char *head = xasprintf("(%zu) ", k);
		_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

		print_clean(&clean, name);
		if (print_width(clean.buf) > (k ? CELL_COLUMNS : BASE_COLUMNS))
			print_wrapped_at(out, head, name, KERNELS_COLUMNS);
	}
}

static const char *base_cell(char buf[PRINT_MAX], const struct kernel_cell *c)
{
	return isnan(c->value) ? status_word(c->status)
			       : print_value(buf, c->value, BASE_COLUMNS);
}

static void print_row(FILE *out, const struct block *b,
		      const struct kernel_row *row, const char *name)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	size_t width = print_width(name);
	char buf[PRINT_MAX];

	add_right(&line, base_cell(buf, &row->cells[0]), BASE_COLUMNS);
	for (size_t k = b->first; k < b->end; k++)
		add_right(&line, kernels_cell(buf, &row->cells[k]),
			  CELL_COLUMNS);
	if (width <= NAME_COLUMNS) {
		fprintf(out, "%s%*s%s\n", name, (int)(NAME_COLUMNS - width), "",
			line.buf);
		return;
	}
	print_wrapped_at(out, "  ", name + strspn(name, " "), KERNELS_COLUMNS);
	fprintf(out, "%*s%s\n", NAME_COLUMNS, "", line.buf);
}

/*
 * The benchmark stands above its rows, or on the same line without params; never
 * at the start of a line, where git would read "---" or "#" in a mail.
 */
static void print_table_row(FILE *out, const struct block *b,
			    const struct kernel_row *row,
			    const struct kernel_row *above)
{
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
	const char *mark = unit_mark(row->metric);

	if (*row->params &&
	    !(above && *above->params && strcmp(above->bench, row->bench) == 0))
		print_wrapped_at(out, " ", row->bench, KERNELS_COLUMNS);
	strbuf_addstr(&name, *row->params ? "  " : " ");
	print_clean(&name, *row->params ? row->params : row->bench);
	if (*mark) {
		strbuf_addstr(&name, " (");
		print_clean(&name, mark);
		strbuf_addstr(&name, ")");
	}
	print_row(out, b, row, name.buf);
}

static void print_block(FILE *out, const struct block *b,
			const struct print_opts *o)
{
	const struct kernel_row *above = NULL;

	print_head(out, b);
	for (size_t i = 0; i < b->t->nr; i++) {
		const struct kernel_row *row = &b->t->rows[i];

		if (!row_is_of_interest(row, o))
			continue;
		print_table_row(out, b, row, above);
		above = row;
	}
}

static bool any_shown(const struct kernel_table *t, const struct print_opts *o)
{
	for (size_t i = 0; i < t->nr; i++) {
		if (row_is_of_interest(&t->rows[i], o))
			return true;
	}
	return false;
}

void kernels_print(FILE *out, const struct findings *f,
		   const struct print_opts *o)
{
	const struct kernel_table *t = f->table;
	struct block b = { .t = t };

	if (!any_shown(t, o))
		return;
	for (b.first = 1; b.first < t->nr_kernels; b.first = b.end) {
		b.end = b.first + NR_SIDE_BY_SIDE;
		if (b.end > t->nr_kernels)
			b.end = t->nr_kernels;
		if (b.first > 1)
			fputc('\n', out);
		print_block(out, &b, o);
	}
	print_names(out, t);
}
