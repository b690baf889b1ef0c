/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as KTAP 1: a test for each contender, in it a subtest for each
 * point and metric.
 *
 *   ok                 IMPROVEMENT, NO CHANGE
 *   ok # SKIP why      the kernel lacks what the point needs, or INCONCLUSIVE
 *   not ok             REGRESSION, INVALID
 *
 * The figures stand in a comment above the result.
 */
#include "compare-formats.h"

#include <string.h>

#include "alloc.h"
#include "number.h"
#include "strbuf.h"
#include "verdict-text.h"

/* '#' begins a directive, and cannot be escaped. */
static char *ktap_text(const char *text)
{
	struct strbuf out = STRBUF_INIT;

	print_clean(&out, text);
	for (size_t i = 0; i < out.len; i++) {
		if (out.buf[i] == '#')
			out.buf[i] = ' ';
	}
	return strbuf_steal(&out);
}

static bool is_ok(const struct effect *e)
{
	return !e || (e->verdict != V_REGRESSION && e->verdict != V_INVALID);
}

static bool is_test(const struct kernel_row *row, size_t k,
		    const struct print_opts *o)
{
	const struct effect *e = row->cells[k].effect;

	return !o->changed_only || (e && effect_changed(e));
}

static void print_figures(FILE *out, const struct kernel_row *row,
			  const struct effect *e)
{
	char change[PRINT_MAX], range[PRINT_MAX];
	_cleanup_free_ char *reason = ktap_text(e->reason);

	if (e->nr_boots > 0)
		fprintf(out,
			"    # %.10g -> %.10g %s per operation, %s (%s), %u "
			"boot pairs\n",
			e->base_median, e->cont_median, row->metric,
			print_change(change, e->ratio),
			print_interval(range, e->lo, e->hi), e->nr_boots);
	fprintf(out, "    # %s: %s\n", verdict_str(e->verdict), reason);
}

static void print_test(FILE *out, const struct kernel_row *row, size_t k,
		       unsigned number)
{
	const struct kernel_cell *cell = &row->cells[k];
	const struct effect *e = cell->effect;
	_cleanup_free_ char *plain =
		xasprintf("%s%s%s%s%s", row->bench, *row->params ? " " : "",
			  row->params, *row->metric ? " " : "", row->metric);
	_cleanup_free_ char *name = ktap_text(plain);
	_cleanup_free_ char *why =
		ktap_text(*cell->why ? cell->why : row->cells[0].why);

	if (e)
		print_figures(out, row, e);
	fprintf(out, "    %sok %u %s", is_ok(e) ? "" : "not ", number, name);
	if (!e)
		fprintf(out, " # SKIP %s", why);
	else if (e->verdict == V_INCONCLUSIVE)
		fprintf(out, " # SKIP INCONCLUSIVE");
	fputs("\n", out);
}

/* Returns whether all subtests are ok. */
static bool print_contender(FILE *out, const struct kernel_table *t, size_t k,
			    const struct print_opts *o)
{
	const struct run *run = t->comparison->run;
	_cleanup_free_ char *name = ktap_text(run->kernels[t->kernels[k]].name);
	unsigned nr = 0, number = 0;
	bool ok = true;

	for (size_t i = 0; i < t->nr; i++)
		nr += is_test(&t->rows[i], k, o);
	/* A plan of no tests is an error to whoever reads it. */
	if (nr == 0)
		return true;
	fprintf(out, "    KTAP version 1\n    # Subtest: %s\n    1..%u\n", name,
		nr);
	for (size_t i = 0; i < t->nr; i++) {
		if (!is_test(&t->rows[i], k, o))
			continue;
		print_test(out, &t->rows[i], k, ++number);
		ok &= is_ok(t->rows[i].cells[k].effect);
	}
	return ok;
}

int compare_print_ktap(FILE *out, const struct findings *f,
		       const struct print_opts *o)
{
	const struct kernel_table *t = f->table;
	const struct run *run = t->comparison->run;
	_cleanup_free_ char *summary = print_summary(t->comparison, SIZE_MAX);
	_cleanup_free_ char *text = ktap_text(summary);

	fprintf(out, "KTAP version 1\n1..%zu\n# %s\n", t->nr_kernels - 1, text);
	for (size_t k = 1; k < t->nr_kernels; k++) {
		_cleanup_free_ char *name =
			ktap_text(run->kernels[t->kernels[k]].name);
		bool ok = print_contender(out, t, k, o);
		bool none = ok && t->comparison->nr_compared[k - 1] == 0;

		fprintf(out, "%sok %zu %s%s\n", ok ? "" : "not ", k, name,
			none ? " # SKIP nothing was compared" : "");
	}
	return 0;
}
