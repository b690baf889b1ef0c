/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "list.h"
#include "points.h"

static void print_programs(FILE *out, const struct bench *b)
{
	const char *p = b->programs ? b->programs : "";

	while (*p) {
		size_t len = strcspn(p, " ");

		fprintf(out, "T\t%s\t%.*s\n", b->name, (int)len, p);
		p += len + strspn(p + len, " ");
	}
}

static void print_bench(FILE *out, const struct bench *b)
{
	const struct bench_param *p;

	fprintf(out, "B\t%s\t%u\t%s\t%u\t%u\t%u\t%s\n", b->name, b->version,
		b->kconfig, bench_samples(b), bench_warmup(b), bench_nr_ops(b),
		b->summary);
	if (b->extra)
		fprintf(out, "X\t%s\n", b->name);
	print_programs(out, b);
	if (b->first)
		fprintf(out, "F\t%s\t%s\n", b->name, b->first);
	for (p = b->params; p && p->key; p++)
		fprintf(out, "A\t%s\t%s\t%s\t%d\n", b->name, p->key, p->values,
			p->variant);
	for (p = b->params; p && p->key; p++)
		if (p->more)
			fprintf(out, "M\t%s\t%s\t%d\t%s\t%s\n", b->name, p->key,
				p->implied, p->more, p->at ? p->at : "");
}

int list_print(FILE *out)
{
	for (size_t i = 0; i < points_nr_benches(); i++)
		print_bench(out, points_bench(i));
	return fflush(out) || ferror(out) ? -EIO : 0;
}
