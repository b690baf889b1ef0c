/* SPDX-License-Identifier: GPL-2.0-only */
#include "locks-text.h"

#include <math.h>

#include "alloc.h"
#include "explain-text.h"
#include "number.h"

/* Of the columns: what, base, contender, difference. */
#define VALUE_WIDTH 11
#define DIFF_WIDTH 12

const char locks_limits[] =
	"hold_max, hold_mean, irqs_off_max: instructions that are executed from "
	"when a lock is taken, or interrupts are turned off, until it is let go, "
	"in system calls and faults of the measured parts. Those of interrupts "
	"are not in it, nor is idle time, nor what waiting for a lock costs: sim "
	"has one CPU.";

static bool is_one_kernel(const struct locks_view *v)
{
	return v->kernels[EX_BASE] == v->kernels[EX_CONT];
}

/* A kernel's lock at the point; NULL: it has no figures of it. */
static const struct held *find(const struct locks_point *p, unsigned k,
			       const char *lock)
{
	for (size_t i = 0; i < p->held[k]->nr; i++)
		if (strcmp(p->held[k]->list[i].lock, lock) == 0 &&
		    !p->held[k]->list[i].why)
			return &p->held[k]->list[i];
	return NULL;
}

static void print_row(FILE *out, const struct locks_view *v, const char *name,
		      const double value[EX_BOTH])
{
	char a[PRINT_MAX], b[PRINT_MAX], c[PRINT_MAX];
	double diff = value[EX_CONT] - value[EX_BASE];

	fprintf(out, "%-40.40s%12s", name,
		print_value(a, value[EX_BASE], VALUE_WIDTH));
	if (!is_one_kernel(v))
		fprintf(out, "%12s%13s",
			print_value(b, value[EX_CONT], VALUE_WIDTH),
			isnan(diff) ? "-"
				    : explain_signed(c, diff, DIFF_WIDTH));
	fputc('\n', out);
}

static double longest(const struct held *h)
{
	return h ? (double)h->most : NAN;
}

static double mean(const struct held *h)
{
	return h && h->holds ? (double)h->total / (double)h->holds : NAN;
}

static double per_op(const struct held *h, const struct held_point *p)
{
	return h && p->nr_ops ? (double)h->holds / (double)p->nr_ops : NAN;
}

static void print_holders(FILE *out, const struct locks_view *v,
			  const struct held *const h[EX_BOTH])
{
	const char *name[EX_BOTH];

	for (unsigned k = 0; k < EX_BOTH; k++)
		name[k] = h[k] && h[k]->function ? h[k]->function : "nobody";
	print_wrapped(out, "  longest by ", name[EX_BASE]);
	if (strcmp(name[EX_BASE], name[EX_CONT]) != 0) {
		_cleanup_free_ char *head =
			xasprintf("  on %s by ",
				  v->run->kernels[v->kernels[EX_CONT]].name);

		print_wrapped(out, head, name[EX_CONT]);
	}
}

static void print_idle(FILE *out, const struct held *const h[EX_BOTH])
{
	unsigned long long idled = 0, holds = 0;

	for (unsigned k = 0; k < EX_BOTH; k++) {
		idled += h[k] ? h[k]->idled : 0;
		holds += h[k] ? h[k]->holds : 0;
	}
	if (idled)
		fprintf(out, "  in %llu of %llu the CPU was idle meanwhile\n",
			idled, holds);
}

static void print_lock(FILE *out, const struct locks_view *v,
		       const struct locks_point *p, const char *lock)
{
	const struct held *const h[EX_BOTH] = { find(p, EX_BASE, lock),
						find(p, EX_CONT, lock) };

	if (!(h[EX_BASE] && h[EX_BASE]->holds) &&
	    !(h[EX_CONT] && h[EX_CONT]->holds))
		return;
	print_row(out, v, lock,
		  (double[]){ longest(h[EX_BASE]), longest(h[EX_CONT]) });
	print_row(out, v, "  mean",
		  (double[]){ mean(h[EX_BASE]), mean(h[EX_CONT]) });
	print_row(out, v, "  holds per operation",
		  (double[]){ per_op(h[EX_BASE], p->held[EX_BASE]),
			      per_op(h[EX_CONT], p->held[EX_CONT]) });
	print_holders(out, v, h);
	print_idle(out, h);
}

static void print_head(FILE *out, const struct locks_view *v,
		       const struct locks_point *p)
{
	_cleanup_free_ char *point =
		print_point(p->plan->id.bench, p->plan->id.params);
	_cleanup_free_ char *base =
		clean_text(v->run->kernels[v->kernels[EX_BASE]].name);
	_cleanup_free_ char *cont =
		clean_text(v->run->kernels[v->kernels[EX_CONT]].name);

	fprintf(out, "%s\n", point);
	fprintf(out, "%-40s%12.11s", "longest hold, instructions", base);
	if (!is_one_kernel(v))
		fprintf(out, "%12.11s%13s", cont, "diff");
	fputc('\n', out);
}

void locks_print_text(FILE *out, const struct locks_view *v,
		      const struct locks_point *p)
{
	print_head(out, v, p);
	for (size_t i = 0; i < p->held[EX_BASE]->nr; i++)
		print_lock(out, v, p, p->held[EX_BASE]->list[i].lock);
}
