/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as text, at most PRINT_COLUMNS wide. */
#include "events-text.h"

#include <limits.h>
#include <math.h>

#include "macro.h"
#include "number.h"

#define EVENT_COLUMNS 36
#define CELL_COLUMNS 14

static void cells(FILE *out, const char *a, const char *b, const char *c)
{
	fprintf(out, "%*s", CELL_COLUMNS, a);
	if (b)
		fprintf(out, "%*s%*s", CELL_COLUMNS, b, CELL_COLUMNS, c);
	fputc('\n', out);
}

static void print_head(FILE *out, const struct event_table *t)
{
	const struct run *run = t->run;
	const char *name[NR_EV] = { NULL, NULL };
	static const char *const other[] = { "base", "contender" };

	for (int s = 0; s < NR_EV; s++) {
		if (t->kernel[s] < 0)
			continue;
		name[s] = run->kernels[t->kernel[s]].name;
		if (print_width(name[s]) >= CELL_COLUMNS)
			name[s] = other[s];
	}
	fprintf(out, "%*s", EVENT_COLUMNS, "");
	cells(out, name[EV_BASE], name[EV_CONT], "diff");
}

static const char *cell(char buf[PRINT_MAX], const struct event_side *side)
{
	return print_value(buf, side->value, CELL_COLUMNS - 1);
}

static void print_row(FILE *out, const struct event_table *t,
		      const struct event_row *row)
{
	const char *name = t->metrics[row->event];
	char a[PRINT_MAX], b[PRINT_MAX], d[PRINT_MAX];
	double base = row->side[EV_BASE].value, cont = row->side[EV_CONT].value;

	fprintf(out, "  %-*s", EVENT_COLUMNS - 2, name);
	if (strlen(name) >= EVENT_COLUMNS - 2)
		fprintf(out, "\n%*s", EVENT_COLUMNS, "");
	if (t->kernel[EV_CONT] < 0)
		cells(out, cell(a, &row->side[EV_BASE]), NULL, NULL);
	else
		cells(out, cell(a, &row->side[EV_BASE]),
		      cell(b, &row->side[EV_CONT]),
		      base == cont ? "=" : print_difference(d, cont - base));
}

static bool has_value(const struct event_row *row)
{
	return !isnan(row->side[EV_BASE].value) ||
	       !isnan(row->side[EV_CONT].value);
}

static void print_rows(FILE *out, const struct event_table *t)
{
	unsigned above = UINT_MAX;

	for (size_t i = 0; i < t->nr; i++) {
		const struct event_row *row = &t->rows[i];
		const struct plan_point *p = &t->run->points[row->point].plan;

		if (!has_value(row))
			continue;
		if (row->point != above) {
			_cleanup_free_ char *point =
				print_point(p->id.bench, p->id.params);

			print_wrapped(out, "", point);
		}
		above = row->point;
		print_row(out, t, row);
	}
}

void event_table_print(FILE *out, const struct event_table *t)
{
	char **lacks;
	size_t nr;

	if (t->nr == 0)
		return;
	print_wrapped(out, "",
		      "Events per operation, medians; counted in boots of "
		      "their own, in which nothing is timed.");
	print_head(out, t);
	print_rows(out, t);
	nr = event_table_lacks(t, &lacks);
	for (size_t i = 0; i < nr; i++) {
		print_wrapped(out, "", lacks[i]);
		free(lacks[i]);
	}
	free(lacks);
}
