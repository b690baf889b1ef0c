/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The values of all boots in the format of Go's benchmarks, for benchstat:
 *
 *   benchstat -col kernel FILE
 *
 * One line a boot, point and metric, below a line that names its kernel.  The
 * iterations are the samples whose median the value is.
 */
#include "compare-formats.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "about-run.h"
#include "alloc.h"
#include "number.h"
#include "strbuf.h"

/* Names and units end at a blank, whatever Unicode calls one. */
static void add_name(struct strbuf *out, const char *text)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, text);
	for (size_t i = 0; i < clean.len; i++) {
		unsigned char c = clean.buf[i];

		strbuf_addf(out, "%c", c <= ' ' || c >= 0x7f ? '_' : c);
	}
}

/* "insns/op", "guest-ns/op": benchstat knows what a nanosecond is. */
static void add_unit(struct strbuf *out, const char *metric)
{
	size_t len = strlen(metric);

	if (len > 3 && strcmp(metric + len - 3, "_ns") == 0) {
		_cleanup_free_ char *head = xstrndup(metric, len - 3);

		add_name(out, head);
		strbuf_addstr(out, "-ns/op");
		return;
	}
	add_name(out, metric);
	strbuf_addstr(out, "/op");
}

/* Would "-16" at the end be taken for GOMAXPROCS? */
static bool ends_as_procs(const struct strbuf *sb)
{
	size_t i = sb->len;

	while (i > 0 && isdigit((unsigned char)sb->buf[i - 1]))
		i--;
	return i > 0 && i < sb->len && sb->buf[i - 1] == '-';
}

/* "BenchmarkAttach/self/controllers=cpu/version=1" */
static char *benchmark_name(const char *bench, const char *params)
{
	struct strbuf out = STRBUF_INIT;
	size_t start = strlen("Benchmark");

	strbuf_addstr(&out, "Benchmark");
	add_name(&out, bench);
	out.buf[start] = (char)toupper((unsigned char)out.buf[start]);
	start = out.len;
	if (*params)
		strbuf_addstr(&out, "/");
	add_name(&out, params);
	for (size_t i = start; i < out.len; i++) {
		if (out.buf[i] == ',')
			out.buf[i] = '/';
	}
	if (ends_as_procs(&out))
		strbuf_addstr(&out, "-1");
	return strbuf_steal(&out);
}

static void print_value_of(FILE *out, const struct comparison *c, unsigned boot,
			   const struct kernel_row *row)
{
	_cleanup_free_ char *name = benchmark_name(row->bench, row->params);
	_cleanup_strbuf_ struct strbuf unit = STRBUF_INIT;
	_cleanup_free_ double *samples = NULL;
	size_t nr =
		values_get(c->values, boot, row->point, row->metric, &samples);
	double v = values_centre(c->values, boot, row->point, row->metric);

	if (nr == 0 || !isfinite(v))
		return;
	add_unit(&unit, row->metric);
	fprintf(out, "%s %zu %.10g %s\n", name, nr, v, unit.buf);
}

static void print_config(FILE *out, const char *key, const char *text)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, text);
	fprintf(out, "%s: %s\n", key, clean.buf);
}

/*
 * The boots that the estimate is of.  One set for all kernels, or what is compared
 * with each other would not be alike.
 */
static enum evidence evidence_of(const struct kernel_table *t,
				 const struct kernel_row *row)
{
	for (size_t k = 1; k < t->nr_kernels; k++) {
		const struct effect *e = row->cells[k].effect;

		if (!e || !e->screening.there)
			return EVIDENCE_SCREENING;
	}
	return t->nr_kernels > 1 ? EVIDENCE_CONFIRMING : EVIDENCE_SCREENING;
}

static void print_kernel(FILE *out, const struct kernel_table *t, size_t k,
			 const struct print_opts *o)
{
	const struct comparison *c = t->comparison;
	const struct run *run = c->run;
	const struct run_kernel *kernel = &run->kernels[t->kernels[k]];
	_cleanup_free_ char *about = about_kernel(kernel);

	fputs("\n", out);
	print_config(out, "kernel", kernel->name);
	print_config(out, "kernel-about", about);
	for (size_t i = 0; i < t->nr; i++) {
		if (!row_is_shown(&t->rows[i], o))
			continue;
		for (unsigned b = 0; b < run->nr_boots; b++) {
			const struct run_boot *boot = &run->boots[b];

			if (boot->kernel == t->kernels[k] &&
			    is_evidence(evidence_of(t, &t->rows[i]),
					boot->role) &&
			    boot_trust(boot) == TRUST_GOOD)
				print_value_of(out, c, b, &t->rows[i]);
		}
	}
}

/* Fewer are better, whatever is counted. */
static void print_units(FILE *out, const struct kernel_table *t)
{
	for (size_t i = 0; i < t->nr; i++) {
		_cleanup_strbuf_ struct strbuf unit = STRBUF_INIT;
		size_t j = 0;

		while (strcmp(t->rows[j].metric, t->rows[i].metric) != 0)
			j++;
		if (j < i || !*t->rows[i].metric)
			continue;
		add_unit(&unit, t->rows[i].metric);
		fprintf(out, "Unit %s better=lower\n", unit.buf);
	}
}

int compare_print_benchstat(FILE *out, const struct findings *f,
			    const struct print_opts *o)
{
	const struct run *run = f->comparison->run;
	_cleanup_free_ char *machine = about_machine(run);

	print_units(out, f->table);
	print_config(out, "machine", machine);
	print_config(out, "run", run->id);
	for (size_t k = 0; k < f->table->nr_kernels; k++)
		print_kernel(out, f->table, k, o);
	return 0;
}
