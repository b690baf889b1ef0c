/* SPDX-License-Identifier: GPL-2.0-only */
#include "ways-text.h"

#include <math.h>

#include "alloc.h"
#include "kernels-text.h"
#include "strbuf.h"

#define INDENT "  "
#define VALUE_COLUMNS 7
/* Of one benchmark; if there are more: least and greatest ratio. */
#define GROUPS_MAX 3

const char *print_ratio(char buf[PRINT_MAX], double ratio)
{
	double times = ratio < 1 ? 1 / ratio : ratio;

	if (!isfinite(ratio) || !isfinite(times) || ratio < 0)
		return strcpy(buf, "");
	if (fabs(times - 1) < 0.0005)
		return strcpy(buf, "=");
	snprintf(buf, PRINT_MAX, "%s%.*f", ratio < 1 ? "1/" : "x",
		 times < 1.095	 ? 3
		 : times < 9.995 ? 2
		 : times < 99.95 ? 1
				 : 0,
		 times);
	return buf;
}

/* "new 11.87M (1/1.06)", "new: skipped" */
static char *way_text(const struct way_group *g, size_t i)
{
	const struct way *w = &g->ways[i];
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
	char value[PRINT_MAX], ratio[PRINT_MAX];

	print_clean(&name, w->name);
	if (isnan(w->value))
		return xasprintf("%s: %s", name.buf,
				 w->status == POINT_SKIP     ? "skipped"
				 : w->status < POINT_MISSING ? "failed"
							     : "no value");
	print_value(value, w->value, VALUE_COLUMNS);
	print_ratio(ratio, w->ratio);
	if ((int)i == g->reference || !*ratio)
		return xasprintf("%s %s", name.buf, value);
	return xasprintf("%s %s (%s)", name.buf, value, ratio);
}

/* All ways, broken between two of them if at all. */
static void print_ways(FILE *out, const struct way_group *g)
{
	size_t at = 0;

	for (size_t i = 0; i < g->nr; i++) {
		_cleanup_free_ char *text = way_text(g, i);
		size_t width = print_width(text);

		if (at > 0 && at + strlen(INDENT) + width > PRINT_COLUMNS) {
			fputc('\n', out);
			at = 0;
		}
		if (at == 0 && strlen(INDENT) + width > PRINT_COLUMNS) {
			print_wrapped(out, INDENT, text);
			continue;
		}
		fprintf(out, INDENT "%s", text);
		at += strlen(INDENT) + width;
	}
	if (at > 0)
		fputc('\n', out);
}

static void print_group(FILE *out, const struct way_group *g)
{
	_cleanup_free_ char *point = print_point(g->bench, g->params);
	const char *mark = unit_mark(g->metric);
	_cleanup_free_ char *title = xasprintf(
		"%s%s%s%s", point, *mark ? " (" : "", mark, *mark ? ")" : "");

	print_wrapped(out, "", title);
	print_ways(out, g);
}

/* ---- which groups ---- */

static void ratios_of(const struct way_group *g, double *least, double *most)
{
	*least = INFINITY;
	*most = -INFINITY;
	for (size_t i = 0; i < g->nr; i++) {
		double ratio = g->ways[i].ratio;

		if ((int)i == g->reference || isnan(ratio))
			continue;
		*least = fmin(*least, ratio);
		*most = fmax(*most, ratio);
	}
}

static bool same_bench(const struct way_group *a, const struct way_group *b)
{
	return strcmp(a->bench, b->bench) == 0 && a->version == b->version;
}

/* The groups of one benchmark, or some of them. */
static void print_bench(FILE *out, const struct way_table *t,
			const struct way_group *of)
{
	const struct way_group *low = of, *high = of;
	double least = INFINITY, most = -INFINITY, lo, hi;
	size_t nr = 0, shown;

	for (size_t i = 0; i < t->nr; i++) {
		const struct way_group *g = &t->groups[i];

		if (!same_bench(g, of) || !way_group_shows(g))
			continue;
		nr++;
		ratios_of(g, &lo, &hi);
		if (lo < least)
			low = g, least = lo;
		if (hi > most)
			high = g, most = hi;
	}
	for (size_t i = 0; i < t->nr; i++) {
		const struct way_group *g = &t->groups[i];

		if (same_bench(g, of) && way_group_shows(g) &&
		    (nr <= GROUPS_MAX || g == low || g == high))
			print_group(out, g);
	}
	shown = nr <= GROUPS_MAX ? nr : low == high ? 1 : 2;
	if (shown < nr)
		fprintf(out,
			INDENT "%zu of %zu, where they differ most; the others "
			       "are in HTML and JSON\n",
			shown, nr);
}

/* The next benchmark with something to show that was not there before. */
static bool is_first(const struct way_table *t, size_t i)
{
	if (!way_group_shows(&t->groups[i]))
		return false;
	for (size_t k = 0; k < i; k++)
		if (way_group_shows(&t->groups[k]) &&
		    same_bench(&t->groups[k], &t->groups[i]))
			return false;
	return true;
}

void way_table_print(FILE *out, const struct way_table *t)
{
	_cleanup_free_ char *title = NULL;

	for (size_t i = 0; i < t->nr; i++) {
		if (!is_first(t, i))
			continue;
		if (!title) {
			title = xasprintf(
				"Ways to the same end on %s; in brackets, "
				"against the one without:",
				t->run->kernels[t->kernel].name);
			fputc('\n', out);
			print_wrapped(out, "", title);
		}
		print_bench(out, t, &t->groups[i]);
	}
}
