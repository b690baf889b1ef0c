/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both call trees in the format of `perf script`, for viewers that read it.  A
 * context is one sample with its whole count.  Kernels appear as processes,
 * with name and pid.
 */
#include "explain-perf.h"

#include <ctype.h>

#include "macro.h"
#include "number.h"

#define COMM_MAX 15 /* as the kernel has it */

struct perf {
	FILE *out;
	const struct explanation *e;
	char comm[COMM_MAX + 1];
	unsigned side;
	unsigned nr; /* samples so far, instead of a clock */
};

/* One word, as readers split at blanks. */
static void set_comm(struct perf *p, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i < COMM_MAX; i++)
		p->comm[i] = isalnum((unsigned char)name[i]) ||
					     strchr("_-.", name[i])
				     ? name[i]
				     : '_';
	p->comm[i] = '\0';
	if (i == 0)
		strcpy(p->comm, "kernel");
}

/* Address 0: a profile knows only functions. */
static void add_frame(const struct perf *p, const char *name)
{
	fprintf(p->out, "\t%16x %s (%s)\n", 0, name,
		*name == '[' ? name : "[kernel.kallsyms]");
}

static void add_sample(struct perf *p, unsigned node)
{
	const struct explain_node *nodes = p->e->nodes;
	unsigned us = p->nr++, depth = 0;

	fprintf(p->out, "%s %u [000] %u.%06u: %llu %s: \n", p->comm,
		p->side + 1, us / 1000000, us % 1000000,
		(unsigned long long)nodes[node].self[p->side],
		explain_event_name(p->e->event));
	/* As with --max-stack of perf, the outermost callers are lost. */
	for (; node && depth < EXPLAIN_STACK_MAX; node = nodes[node].parent) {
		depth++;
		add_frame(p,
			  explain_name(&p->e->functions[nodes[node].function],
				       p->side));
	}
	fputc('\n', p->out);
}

void explain_print_perf(FILE *out, const struct run *run,
			const struct explain_kernel kernels[EX_BOTH],
			const struct explanation *e)
{
	_cleanup_free_ char *point =
		print_point(e->point->id.bench, e->point->id.params);
	struct perf p = { .out = out, .e = e };

	fprintf(out, "# cgmark: %s\n", point);
	for (p.side = 0; p.side < EX_BOTH; p.side++) {
		set_comm(&p, run->kernels[kernels[p.side].index].name);
		fprintf(out, "# %s %u: %llu operations\n", p.comm, p.side + 1,
			(unsigned long long)e->ops[p.side]);
	}
	for (p.side = 0; p.side < EX_BOTH; p.side++) {
		set_comm(&p, run->kernels[kernels[p.side].index].name);
		for (unsigned i = 1; i < e->nr_nodes; i++)
			if (e->nodes[i].self[p.side])
				add_sample(&p, i);
	}
}
