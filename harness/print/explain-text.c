/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-text.h"

#include <math.h>

#include "alloc.h"
#include "number.h"
#include "strbuf.h"
#include "verdict-text.h"

/* Columns: mark, function, base, contender, difference, share, with callees. */
#define FORMAT "%c%-25.25s%11s%11s%12s"
#define SHARE_WIDTH 7
#define FORMAT_SHARE "%7s"
#define FORMAT_BELOW "%11s"
#define VALUE_WIDTH 10
#define DIFF_WIDTH 11

const char *explain_signed(char buf[PRINT_MAX], double v, int width)
{
	char value[PRINT_MAX];

	if (v == 0)
		return strcpy(buf, "0");
	if (isnan(v))
		return strcpy(buf, "-");
	/* There is room for two decimals only. */
	if (fabs(v) < 0.005)
		v = v < 0 ? -0.005 : 0.005;
	snprintf(buf, PRINT_MAX, "%c%s", v < 0 ? '-' : '+',
		 print_value(value, fabs(v), width - 1));
	return buf;
}

/* Shorter than its column: what cancels out can be many times the sum. */
static const char *fit_share(char buf[PRINT_MAX], double v)
{
	if (snprintf(buf, PRINT_MAX, "%.1f%%", 100 * v) < SHARE_WIDTH ||
	    snprintf(buf, PRINT_MAX, "%.0f%%", 100 * v) < SHARE_WIDTH)
		return buf;
	if (v > -999.5 && v < 9999.5) {
		snprintf(buf, PRINT_MAX, "%.0fx", v);
		return buf;
	}
	return strcpy(buf, v < 0 ? "<-999x" : ">9999x");
}

const char *explain_share(char buf[PRINT_MAX], double part, double all)
{
	if (all == 0 || isnan(part))
		return strcpy(buf, "");
	/* No sign if it rounds to zero. */
	if (fabs(part / all) < 0.0005)
		part = 0;
	return fit_share(buf, part ? part / all : 0.0);
}

static void print_row(FILE *out, char mark, const char *name,
		      const double value[EX_BOTH], double diff, double all,
		      const double *below)
{
	char a[PRINT_MAX], b[PRINT_MAX], c[PRINT_MAX], d[PRINT_MAX];
	char e[PRINT_MAX];

	explain_share(d, diff, all);
	fprintf(out, FORMAT, mark, name,
		print_value(a, value[EX_BASE], VALUE_WIDTH),
		print_value(b, value[EX_CONT], VALUE_WIDTH),
		explain_signed(c, diff, DIFF_WIDTH));
	if (*d || below)
		fprintf(out, FORMAT_SHARE, d);
	if (below)
		fprintf(out, FORMAT_BELOW,
			explain_signed(e, *below, DIFF_WIDTH - 1));
	fputc('\n', out);
}

char explain_mark(const struct explain_function *f)
{
	return f->seen[EX_BASE] ? f->seen[EX_CONT] ? ' ' : '-' : '+';
}

static void fill_self(const struct explanation *e,
		      const struct explain_function *f, double ret[EX_BOTH])
{
	for (unsigned i = 0; i < EX_BOTH; i++)
		ret[i] = explain_self(e, f, i);
}

static void print_functions(FILE *out, const struct explanation *e, size_t top)
{
	double rest[EX_BOTH] = { 0, 0 }, value[EX_BOTH], diff = 0;
	size_t nr_rest = 0;

	for (size_t i = 0; i < e->nr_functions; i++) {
		const struct explain_function *f = &e->functions[i];

		fill_self(e, f, value);
		if ((!top || i < top) && f->self_diff != 0) {
			print_row(out, explain_mark(f), f->name, value,
				  f->self_diff, explain_diff(e),
				  &f->below_diff);
			if (f->was)
				fprintf(out, "   was %.70s\n", f->was);
			continue;
		}
		nr_rest++;
		diff += f->self_diff;
		for (unsigned k = 0; k < EX_BOTH; k++)
			rest[k] += value[k];
	}
	if (nr_rest) {
		char name[32];

		snprintf(name, sizeof(name), "%zu more", nr_rest);
		print_row(out, ' ', name, rest, diff, explain_diff(e), NULL);
	}
}

static void print_sums(FILE *out, const struct explanation *e)
{
	bool idle = e->event == PROFILE_INSNS && strcmp(e->metric, "insns");
	double rest[EX_BOTH];

	for (unsigned i = 0; i < EX_BOTH; i++)
		rest[i] = e->total[i] - e->sum[i];
	print_row(out, ' ', "sum of functions", e->sum,
		  e->sum[EX_CONT] - e->sum[EX_BASE], explain_diff(e), NULL);
	print_row(out, ' ', idle ? "idle time (ns)" : "remainder", rest,
		  e->remainder, explain_diff(e), NULL);
	print_row(out, ' ', idle ? "total (guest_ns)" : "total", e->total,
		  explain_diff(e), explain_diff(e), NULL);
}

static void print_rows(FILE *out, const struct explanation *e,
		       const struct explain_kernel kernels[EX_BOTH])
{
	struct explain_row rows[NR_PROFILE_ROWS];

	explain_rows(e, kernels, rows);
	fprintf(out, "Of it, each with all that it called:\n");
	for (unsigned i = 0; i < NR_PROFILE_ROWS; i++)
		print_row(out, ' ', rows[i].row->name, rows[i].value,
			  rows[i].diff, explain_diff(e), NULL);
}

static void print_lacking(FILE *out, const char *kernel, const char *list)
{
	_cleanup_free_ char *text = NULL;

	if (!list)
		return;
	text = xasprintf("No symbol in %s, as inlined or not in it: %s", kernel,
			 list);
	print_wrapped(out, "  ", text);
}

void explain_print_lacking(FILE *out, const struct run *run,
			   const struct explain_kernel kernels[EX_BOTH])
{
	_cleanup_free_ char *base = explain_lacking(&kernels[EX_BASE].profile);
	_cleanup_free_ char *cont = explain_lacking(&kernels[EX_CONT].profile);

	if (base && cont && !strcmp(base, cont)) {
		print_lacking(out, "either kernel", base);
		return;
	}
	print_lacking(out, run->kernels[kernels[EX_BASE].index].name, base);
	print_lacking(out, run->kernels[kernels[EX_CONT].index].name, cont);
}

static void print_verdict(FILE *out, const struct effect *effect)
{
	char change[PRINT_MAX];

	if (effect)
		fprintf(out, "%s: %s%s\n", verdict_str(effect->verdict),
			print_change(change, effect->ratio),
			effect_is_tail(effect) ? " of the tail" : "");
}

static void print_main(FILE *out, const struct explanation *e)
{
	const struct explain_function *f = e->main;
	char a[PRINT_MAX], b[PRINT_MAX];

	if (explain_diff(e) == 0)
		fprintf(out, "No difference.\n");
	else if (f)
		fprintf(out, "Mainly: %.33s (%s inclusive, %s exclusive)\n",
			f->name,
			explain_share(a, f->below_diff, explain_diff(e)),
			explain_share(b, f->self_diff, explain_diff(e)));
}

static void print_model(FILE *out, const struct explain_kernel *k,
			unsigned event)
{
	if (event <= PROFILE_STORES)
		return;
	for (size_t i = 0; i < k->profile.nr_model; i++)
		fprintf(out, "  model: %s\n", k->profile.model[i]);
	if (event == EXPLAIN_CYCLES)
		fprintf(out, "  cycles = %s\n", profile_cycles_formula);
}

void explain_print_head(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e)
{
	const struct run_kernel *base = &run->kernels[kernels[EX_BASE].index];
	const struct run_kernel *cont = &run->kernels[kernels[EX_CONT].index];
	_cleanup_free_ char *point =
		print_point(e->point->id.bench, e->point->id.params);
	_cleanup_strbuf_ struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;

	print_clean(&a, base->name);
	print_clean(&b, cont->name);
	fprintf(out, "%s\n%s against %s, %s per operation\n", point, b.buf,
		a.buf, explain_event_name(e->event));
	print_verdict(out, e->effect);
	print_main(out, e);
}

void explain_print_text(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e, size_t top)
{
	explain_print_head(out, run, kernels, e);
	fprintf(out, FORMAT FORMAT_SHARE FORMAT_BELOW "\n", ' ', "", "base",
		"contender", "diff", "share", "inclusive");
	print_functions(out, e, top);
	print_sums(out, e);
	print_rows(out, e, kernels);
	explain_print_lacking(out, run, kernels);
	print_model(out, &kernels[EX_BASE], e->event);
	if (!e->identical)
		fprintf(out, "  in doubt: the profiled boot differs from the "
			     "one that it repeats\n");
}
