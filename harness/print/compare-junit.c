/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as JUnit XML, for whoever shows tests: a suite for each
 * contender, in it a case for each point and metric.
 *
 *   failure   REGRESSION, or the kernel failed the point
 *   error     INVALID: the figures cannot be trusted, or are not there
 *   skipped   the kernel lacks what the point needs, or INCONCLUSIVE
 *   (nothing) IMPROVEMENT, NO CHANGE
 */
#include "compare-formats.h"

#include <string.h>

#include "about-run.h"
#include "alloc.h"
#include "number.h"
#include "strbuf.h"
#include "verdict-text.h"

enum outcome { PASSED, FAILED, ERROR, SKIPPED, NR_OUTCOMES };

/* XML 1.0 has no control characters at all: print_clean() replaces them. */
static char *escape(const char *text)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	struct strbuf out = STRBUF_INIT;

	print_clean(&clean, text);
	strbuf_add(&out, "", 0);
	for (const char *s = clean.buf; *s; s++) {
		if (*s == '<')
			strbuf_addstr(&out, "&lt;");
		else if (*s == '>')
			strbuf_addstr(&out, "&gt;");
		else if (*s == '&')
			strbuf_addstr(&out, "&amp;");
		else if (*s == '"')
			strbuf_addstr(&out, "&quot;");
		else
			strbuf_add(&out, s, 1);
	}
	return strbuf_steal(&out);
}

static enum outcome outcome_of(const struct kernel_row *row,
			       const struct kernel_cell *cell)
{
	const struct effect *e = cell->effect;

	if (!e)
		return SKIPPED;
	switch (e->verdict) {
	case V_REGRESSION:
		return FAILED;
	case V_INVALID:
		return cell->status == POINT_FAIL ? FAILED : ERROR;
	case V_INCONCLUSIVE:
		return SKIPPED;
	case V_IMPROVEMENT:
	case V_NO_CHANGE:
		break;
	}
	return PASSED;
}

static const char *reason_of(const struct kernel_row *row,
			     const struct kernel_cell *cell)
{
	if (cell->effect)
		return cell->effect->reason;
	return *cell->why ? cell->why : row->cells[0].why;
}

static bool is_case(const struct kernel_row *row, size_t k,
		    const struct print_opts *o)
{
	const struct effect *e = row->cells[k].effect;

	return !o->changed_only || (e && effect_changed(e));
}

static char *figures(const struct kernel_row *row,
		     const struct kernel_cell *cell)
{
	const struct effect *e = cell->effect;
	char change[PRINT_MAX], diff[PRINT_MAX], range[PRINT_MAX];

	if (!e || e->nr_boots == 0)
		return xstrdup("");
	return xasprintf("%.10g -> %.10g %s per operation, %s (%s), "
			 "difference %s, %u boot pairs",
			 e->base_median, e->cont_median, row->metric,
			 print_change(change, e->ratio),
			 print_interval(range, e->lo, e->hi),
			 print_difference(diff, e->delta), e->nr_boots);
}

static void print_outcome(FILE *out, const struct kernel_row *row,
			  const struct kernel_cell *cell)
{
	static const char *const tags[NR_OUTCOMES] = { "", "failure", "error",
						       "skipped" };
	enum outcome is = outcome_of(row, cell);
	_cleanup_free_ char *reason = escape(reason_of(row, cell));

	if (is == SKIPPED)
		fprintf(out, "      <skipped message=\"%s%s\"/>\n",
			cell->effect ? "INCONCLUSIVE: " : "", reason);
	else if (is != PASSED)
		fprintf(out, "      <%s type=\"%s\" message=\"%s\"/>\n",
			tags[is], verdict_str(cell->effect->verdict), reason);
}

static void print_case(FILE *out, const struct kernel_row *row,
		       const struct kernel_cell *cell)
{
	_cleanup_free_ char *bench = escape(row->bench);
	_cleanup_free_ char *params = escape(row->params);
	_cleanup_free_ char *metric = escape(row->metric);
	_cleanup_free_ char *plain = figures(row, cell);
	_cleanup_free_ char *text = escape(plain);

	fprintf(out,
		"    <testcase classname=\"cgmark.%s\" name=\"%s%s%s%s\">\n",
		bench, params, *params && *metric ? " " : "", metric,
		*params || *metric ? "" : "point");
	print_outcome(out, row, cell);
	if (*text)
		fprintf(out, "      <system-out>%s</system-out>\n", text);
	fputs("    </testcase>\n", out);
}

static void print_property(FILE *out, const char *name, const char *value)
{
	_cleanup_free_ char *text = escape(value);

	fprintf(out, "      <property name=\"%s\" value=\"%s\"/>\n", name,
		text);
}

static void print_properties(FILE *out, const struct comparison *c,
			     unsigned kernel)
{
	_cleanup_free_ char *base = about_kernel(&c->run->kernels[c->base]);
	_cleanup_free_ char *cont = about_kernel(&c->run->kernels[kernel]);
	_cleanup_free_ char *machine = about_machine(c->run);
	_cleanup_free_ char *summary = print_summary(c, kernel);

	fputs("    <properties>\n", out);
	print_property(out, "summary", summary);
	print_property(out, "base", base);
	print_property(out, "contender", cont);
	print_property(out, "machine", machine);
	print_property(out, "run", c->run->id);
	print_property(out, "command", c->run->command_line);
	fputs("    </properties>\n", out);
}

/* ISO 8601 without a zone, as the schema of JUnit has it. */
static void print_timestamp(FILE *out, const char *created)
{
	if (created && strlen(created) >= 19 && created[10] == 'T' &&
	    strspn(created, "0123456789-:T") >= 19)
		fprintf(out, " timestamp=\"%.19s\"", created);
}

static void print_suite(FILE *out, const struct kernel_table *t, size_t k,
			const struct print_opts *o)
{
	const struct comparison *c = t->comparison;
	unsigned kernel = t->kernels[k], nr[NR_OUTCOMES] = { 0 }, all = 0;
	_cleanup_free_ char *name = escape(c->run->kernels[kernel].name);
	_cleanup_free_ char *base = escape(c->run->kernels[c->base].name);

	for (size_t i = 0; i < t->nr; i++) {
		if (!is_case(&t->rows[i], k, o))
			continue;
		nr[outcome_of(&t->rows[i], &t->rows[i].cells[k])]++;
		all++;
	}
	fprintf(out,
		"  <testsuite name=\"%s against %s\" tests=\"%u\" "
		"failures=\"%u\" errors=\"%u\" skipped=\"%u\"",
		name, base, all, nr[FAILED], nr[ERROR], nr[SKIPPED]);
	print_timestamp(out, c->run->created);
	fputs(">\n", out);
	print_properties(out, c, kernel);
	for (size_t i = 0; i < t->nr; i++) {
		if (is_case(&t->rows[i], k, o))
			print_case(out, &t->rows[i], &t->rows[i].cells[k]);
	}
	fputs("  </testsuite>\n", out);
}

int compare_print_junit(FILE *out, const struct findings *f,
			const struct print_opts *o)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<testsuites name=\"cgmark\">\n",
	      out);
	for (size_t k = 1; k < f->table->nr_kernels; k++)
		print_suite(out, f->table, k, o);
	fputs("</testsuites>\n", out);
	return 0;
}
