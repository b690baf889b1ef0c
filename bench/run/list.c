/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "catalog-line.h"
#include "list.h"
#include "points.h"

static void print_programs(FILE *out, const struct bench *b)
{
	const char *p = b->programs ? b->programs : "";
	char name[NAME_MAX + 1];

	while (*p) {
		size_t len = strcspn(p, " ");

		snprintf(name, sizeof(name), "%.*s", (int)len, p);
		catalog_line_print(out, &(struct catalog_line){
						.kind = CATALOG_PROGRAM,
						.bench = b->name,
						.program = name,
					});
		p += len + strspn(p + len, " ");
	}
}

static void print_param(FILE *out, const struct bench *b,
			const struct bench_param *p)
{
	catalog_line_print(out, &(struct catalog_line){
					.kind = CATALOG_PARAM,
					.bench = b->name,
					.key = p->key,
					.values = p->values,
					.variant = p->variant,
				});
}

static void print_more(FILE *out, const struct bench *b,
		       const struct bench_param *p)
{
	catalog_line_print(out, &(struct catalog_line){
					.kind = CATALOG_MORE,
					.bench = b->name,
					.key = p->key,
					.implied = p->implied,
					.values = p->more,
					.at = p->at ? p->at : "",
				});
}

static void print_named(FILE *out, const struct bench *b,
			const struct bench_param *p)
{
	catalog_line_print(out, &(struct catalog_line){
					.kind = CATALOG_NAMED,
					.bench = b->name,
					.key = p->key,
					.values = p->named,
				});
}

static void print_bench(FILE *out, const struct bench *b)
{
	struct catalog_line l = {
		.kind = CATALOG_BENCH,
		.bench = b->name,
		.version = b->version,
		.kconfig = b->kconfig,
		.samples = bench_samples(b),
		.warmup = bench_warmup(b),
		.nr_ops = bench_nr_ops(b),
		.summary = b->summary,
		.params = b->first,
	};
	const struct bench_param *p;

	catalog_line_print(out, &l);
	l.kind = CATALOG_EXTRA;
	if (b->extra)
		catalog_line_print(out, &l);
	print_programs(out, b);
	l.kind = CATALOG_FIRST;
	if (b->first)
		catalog_line_print(out, &l);
	for (p = b->params; p && p->key; p++)
		print_param(out, b, p);
	for (p = b->params; p && p->key; p++) {
		if (p->more)
			print_more(out, b, p);
		if (p->named)
			print_named(out, b, p);
	}
}

int list_print(FILE *out)
{
	for (size_t i = 0; i < points_nr_benches(); i++)
		print_bench(out, points_bench(i));
	return fflush(out) || ferror(out) ? -EIO : 0;
}
