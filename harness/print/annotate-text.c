/* SPDX-License-Identifier: GPL-2.0-only */
#include "annotate-text.h"

#include "number.h"

/* Longer stretches that did not run are collapsed. */
#define QUIET_ROWS 4

static bool ran(const struct annotation *a, const struct annotate_row *row)
{
	for (unsigned i = 0; i < EX_BOTH; i++)
		if (row->insn[i] != ANNOTATE_NONE &&
		    a->code[i].list[row->insn[i]].count)
			return true;
	return false;
}

static void print_counts(FILE *out, const double v[EX_BOTH],
			 const bool there[EX_BOTH])
{
	char buf[PRINT_MAX];

	for (unsigned i = 0; i < EX_BOTH; i++)
		fprintf(out, "%11s",
			there[i] ? print_value(buf, v[i], 10) : "-");
}

static void print_insn(FILE *out, const struct explanation *e,
		       const struct annotation *a,
		       const struct annotate_row *row)
{
	const struct insn *insn[EX_BOTH], *shown;
	double v[EX_BOTH] = { 0, 0 };
	bool there[EX_BOTH];

	for (unsigned i = 0; i < EX_BOTH; i++) {
		there[i] = row->insn[i] != ANNOTATE_NONE;
		insn[i] = there[i] ? &a->code[i].list[row->insn[i]] : NULL;
		if (there[i])
			v[i] = (double)insn[i]->count / e->ops[i];
	}
	shown = there[EX_BASE] ? insn[EX_BASE] : insn[EX_CONT];
	print_counts(out, v, there);
	fprintf(out, " %c %llx  %s\n",
		!there[EX_BASE]	  ? '+'
		: !there[EX_CONT] ? '-'
				  : ' ',
		(unsigned long long)shown->at, shown->text);
}

static void print_sum(FILE *out, const struct explanation *e,
		      const int64_t count[EX_BOTH], const char *name)
{
	char buf[PRINT_MAX];

	for (unsigned i = 0; i < EX_BOTH; i++) {
		double v = (double)count[i] / e->ops[i];

		fprintf(out, "%11s",
			v < 0 ? print_difference(buf, v)
			      : print_value(buf, v, 10));
	}
	fprintf(out, "   %s\n", name);
}

static size_t quiet_rows(const struct annotation *a, size_t from)
{
	size_t i = from;

	while (i < a->nr_rows && !ran(a, &a->rows[i]))
		i++;
	return i - from;
}

static void print_rows(FILE *out, const struct explanation *e,
		       const struct annotation *a, bool all)
{
	for (size_t i = 0; i < a->nr_rows;) {
		size_t quiet = all ? 0 : quiet_rows(a, i);

		if (quiet >= QUIET_ROWS) {
			fprintf(out, "%22s   ... %zu that did not run\n", "",
				quiet);
			i += quiet;
			continue;
		}
		print_insn(out, e, a, &a->rows[i++]);
	}
}

void annotate_print(FILE *out, const struct run *run,
		    const struct explain_kernel kernels[EX_BOTH],
		    const struct explanation *e, const struct annotation *a,
		    bool all)
{
	_cleanup_free_ char *point =
		print_point(e->point->id.bench, e->point->id.params);
	_cleanup_strbuf_ struct strbuf base = STRBUF_INIT, cont = STRBUF_INIT;
	int64_t patched[EX_BOTH], sum[EX_BOTH];

	print_clean(&base, run->kernels[kernels[EX_BASE].index].name);
	print_clean(&cont, run->kernels[kernels[EX_CONT].index].name);
	fprintf(out,
		"%s\n%s, how often each instruction ran per operation\n"
		"- only in %s, + only in %s\n%11s%11s\n",
		point, a->function, base.buf, cont.buf, "base", "contender");
	print_rows(out, e, a, all);
	for (unsigned i = 0; i < EX_BOTH; i++) {
		sum[i] = (int64_t)a->self[i];
		patched[i] = sum[i] - (int64_t)a->listed[i];
	}
	if (patched[EX_BASE] || patched[EX_CONT])
		print_sum(out, e, patched, "more or less, as patched at boot");
	print_sum(out, e, sum, "instructions, exclusive");
}
