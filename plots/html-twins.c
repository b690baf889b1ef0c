/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-twins.h"

#include <math.h>

#include "alloc.h"
#include "html-write.h"
#include "number.h"

static const char *const places[] = { "same", "siblings", "apart" };
#define NR_PLACES ARRAY_SIZE(places)
#define ROWS_MAX 12
/* Moves per operation by which they have to differ to be shown. */
#define LEAST 0.005

/* A point in each place; NULL: not measured there. */
struct twins {
	const struct shared_point *point[NR_PLACES];
};

struct row {
	const char *name;
	double moves[NR_PLACES];
	double range;
};

/* The params with another place; false: they have none. */
static bool params_with(const char *params, const char *place,
			char ret[REC_PARAMS_MAX])
{
	const char *at = strstr(params, "group=");
	size_t len;

	if (!at)
		return false;
	len = strcspn(at, ",");
	return snprintf(ret, REC_PARAMS_MAX, "%.*sgroup=%s%s",
			(int)(at - params), params, place,
			at + len) < REC_PARAMS_MAX;
}

static bool find_twins(const struct run *run, const struct shared_kernel *k,
		       size_t i, struct twins *ret)
{
	unsigned nr = 0;

	for (unsigned p = 0; p < NR_PLACES; p++) {
		struct plan_point want = run->points[i].plan;
		const struct shared_point *found;

		if (!params_with(run->points[i].plan.id.params, places[p],
				 want.id.params))
			return false;
		found = sharing_find(&k->sharing, &want);
		ret->point[p] =
			found && found->nr_ops && !found->error ? found : NULL;
		nr += ret->point[p] != NULL;
	}
	return nr > 1;
}

static struct row *row_of(struct row *rows, size_t *nr, const char *name)
{
	for (size_t i = 0; i < *nr; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	rows[*nr] = (struct row){ .name = name };
	return &rows[(*nr)++];
}

static size_t make_rows(const struct twins *t, struct row **ret)
{
	size_t nr = 0, all = 0;

	for (unsigned p = 0; p < NR_PLACES; p++)
		all += t->point[p] ? t->point[p]->nr_lines : 0;
	*ret = xcalloc(all + 1, sizeof(**ret));
	for (unsigned p = 0; p < NR_PLACES; p++) {
		const struct shared_point *pt = t->point[p];

		for (size_t i = 0; pt && i < pt->nr_lines; i++)
			row_of(*ret, &nr, pt->lines[i].name)->moves[p] +=
				(double)pt->lines[i].moves / (double)pt->nr_ops;
	}
	return nr;
}

static int compare(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;

	if (a->range != b->range)
		return a->range > b->range ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void sort_rows(const struct twins *t, struct row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		double lo = INFINITY, hi = 0;

		for (unsigned p = 0; p < NR_PLACES; p++) {
			if (!t->point[p])
				continue;
			lo = fmin(lo, rows[i].moves[p]);
			hi = fmax(hi, rows[i].moves[p]);
		}
		rows[i].range = hi - lo;
	}
	if (nr)
		qsort(rows, nr, sizeof(*rows), compare);
}

/* Of the first point that has the line. */
static const struct shared_use *use_of(const struct twins *t, const char *name)
{
	for (unsigned p = 0; p < NR_PLACES; p++) {
		const struct shared_point *pt = t->point[p];

		for (size_t i = 0; pt && i < pt->nr_lines; i++)
			if (strcmp(pt->lines[i].name, name) == 0)
				return shared_main_use(&pt->lines[i], true);
	}
	return NULL;
}

static void add_row(struct strbuf *out, const struct twins *t,
		    const struct row *row)
{
	const struct shared_use *u = use_of(t, row->name);
	char text[PRINT_MAX];

	html_element(out, "<tr><td class=\"name\"><code>", row->name,
		     "</code></td>");
	for (unsigned p = 0; p < NR_PLACES; p++)
		html_number(out, t->point[p]
					 ? print_value(text, row->moves[p], 9)
					 : "");
	html_element(out, "<td class=\"muted\">", u ? u->function : "", "");
	if (u && u->caller)
		html_element(out, " for ", u->caller, "");
	strbuf_addstr(out, "</td></tr>\n");
}

static void add_table(struct strbuf *out, const struct plan_point *point,
		      const struct twins *t)
{
	_cleanup_free_ struct row *rows = NULL;
	size_t nr = make_rows(t, &rows);

	sort_rows(t, rows, nr);
	html_element(out, "<h3>", point->id.bench, ": the price of the group ");
	html_element(out, "<code>", point->id.params, "</code></h3>\n");
	strbuf_addstr(out,
		      "<div class=\"scroll\"><table>\n<thead><tr><th>Line</th>"
		      "<th class=\"n\">one group</th><th class=\"n\">siblings"
		      "</th><th class=\"n\">different parents</th>"
		      "<th>Written by, most of all</th></tr></thead>\n"
		      "<tbody>\n");
	for (size_t i = 0; i < nr && i < ROWS_MAX && rows[i].range >= LEAST;
	     i++)
		add_row(out, t, &rows[i]);
	strbuf_addstr(out, "</tbody></table></div>\n");
}

void html_twins(struct strbuf *out, const struct run *run,
		const struct shared_kernel *k)
{
	for (size_t i = 0; i < run->nr_points; i++) {
		const struct plan_point *p = &run->points[i].plan;
		struct twins t;

		/* One table for all three. */
		if (strstr(p->id.params, "group=same") &&
		    !strstr(p->id.params, "parallel=1") &&
		    find_twins(run, k, i, &t))
			add_table(out, p, &t);
	}
}
