/* SPDX-License-Identifier: GPL-2.0-only */
#include "shared-text.h"

#include <math.h>

#include "alloc.h"
#include "explain-text.h"
#include "number.h"
#include "verdict-text.h"

/* Columns: what, base, contender, difference, of which false sharing. */
#define FORMAT "%c%-34.34s%10s%10s%11s%10s\n"
#define VALUE_WIDTH 9
#define DIFF_WIDTH 10
#define USES_MAX 3 /* of each kind */

const char shared_limits[] =
	"A move is a line that a CPU gets from another, or takes away from "
	"others, if operations alternate; false are those that no byte of the "
	"line explains alone. How long a move takes, how far CPUs are apart and "
	"what real interleaving would do, sim cannot say, nor what waiting for "
	"a lock costs: operations run one at a time. Interrupts, kernel threads, "
	"devices and walks of page tables are left out. What ran before a point "
	"is part of it: compare kernels in one run.";

static bool is_one_kernel(const struct shared_view *v)
{
	return v->kernels[EX_BASE].index == v->kernels[EX_CONT].index;
}

/* Empty where there is nothing to compare. */
static void print_row(FILE *out, const struct shared_view *v, char mark,
		      const char *name, const double value[EX_BOTH],
		      const char *last)
{
	char a[PRINT_MAX], b[PRINT_MAX], c[PRINT_MAX];
	bool one = is_one_kernel(v);

	fprintf(out, FORMAT, mark, name,
		one ? "" : print_value(a, value[EX_BASE], VALUE_WIDTH),
		print_value(b, value[EX_CONT], VALUE_WIDTH),
		one ? ""
		    : explain_signed(c, value[EX_CONT] - value[EX_BASE],
				     DIFF_WIDTH),
		last);
}

static char mark_of(const struct shared_view *v, const struct shared_pair *p)
{
	if (is_one_kernel(v))
		return ' ';
	return p->line[EX_BASE] ? p->line[EX_CONT] ? ' ' : '-' : '+';
}

/* "+0x40" behind the name of the line's own object, the whole name otherwise. */
static const char *place_of(const struct shared_line *l,
			    const struct shared_use *u)
{
	size_t len = strcspn(l->name, "+");

	if (strncmp(l->name, u->object, len) != 0)
		return u->object;
	return u->object[len] == '+' ? u->object + len
	       : u->object[len]	     ? u->object
				     : "+0";
}

/* The next use by accesses of that kind; NULL: there is none. */
static const struct shared_use *next_use(const struct shared_line *l,
					 bool writes,
					 const struct shared_use *last)
{
	const struct shared_use *ret = NULL;

	for (size_t i = 0; i < l->nr_uses; i++) {
		const struct shared_use *u = &l->uses[i];

		if (u->writes != writes ||
		    (last && (u->accesses > last->accesses ||
			      (u->accesses == last->accesses && u <= last))))
			continue;
		if (!ret || u->accesses > ret->accesses)
			ret = u;
	}
	return ret;
}

static void print_uses(FILE *out, const struct shared_line *l, bool writes)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	const struct shared_use *u = NULL;
	size_t nr = 0, all = 0;

	for (size_t i = 0; i < l->nr_uses; i++)
		all += l->uses[i].writes == writes;
	while (nr < USES_MAX && (u = next_use(l, writes, u))) {
		strbuf_addf(&sb, "%s%s %s", nr++ ? ", " : "", u->function,
			    place_of(l, u));
		if (u->caller)
			strbuf_addf(&sb, " for %s", u->caller);
	}
	if (!nr)
		return;
	if (all > nr)
		strbuf_addf(&sb, ", and %zu more", all - nr);
	print_wrapped(out, writes ? "    written by " : "    read by ", sb.buf);
}

static void print_field(FILE *out, const struct shared_view *v,
			const struct shared_pair *p)
{
	unsigned k = p->line[EX_CONT] ? EX_CONT : EX_BASE;
	_cleanup_free_ char *field = NULL;

	if (v->fields && v->fields[k])
		field = fields_find(v->fields[k], p->line[k]->name);
	if (field)
		fprintf(out, "    field %.68s\n", field);
}

static void print_pair(FILE *out, const struct shared_view *v,
		       const struct shared_pair *p)
{
	const struct shared_line *l =
		p->line[EX_CONT] ? p->line[EX_CONT] : p->line[EX_BASE];
	double falsely = p->falsely[p->line[EX_CONT] ? EX_CONT : EX_BASE];
	char text[PRINT_MAX];

	print_row(out, v, mark_of(v, p), p->name, p->moves,
		  falsely >= 0.005 ? print_value(text, falsely, VALUE_WIDTH)
				   : "");
	if (p->was)
		fprintf(out, "    was %.66s\n", p->was);
	print_field(out, v, p);
	if (l->lines > 1)
		fprintf(out, "    %llu lines\n", (unsigned long long)l->lines);
	print_uses(out, l, true);
	print_uses(out, l, false);
}

static void print_rest(FILE *out, const struct shared_view *v,
		       const struct shared_diff *d, size_t from)
{
	double rest[EX_BOTH] = { 0, 0 };
	char name[32];

	if (from == d->nr_pairs)
		return;
	for (size_t i = from; i < d->nr_pairs; i++)
		for (unsigned k = 0; k < EX_BOTH; k++)
			rest[k] += d->pairs[i].moves[k];
	snprintf(name, sizeof(name), "%zu more", d->nr_pairs - from);
	print_row(out, v, ' ', name, rest, "");
}

static const char *kernel_name(const struct shared_view *v, unsigned i)
{
	return v->run->kernels[v->kernels[i].index].name;
}

static void print_head(FILE *out, const struct shared_view *v,
		       const struct shared_diff *d)
{
	_cleanup_free_ char *point =
		print_point(d->point->id.bench, d->point->id.params);
	_cleanup_free_ char *base = clean_text(kernel_name(v, EX_BASE));
	_cleanup_free_ char *cont = clean_text(kernel_name(v, EX_CONT));
	char change[PRINT_MAX];

	fprintf(out, "%s\n", point);
	if (d->effect)
		fprintf(out, "%s: %s\n", verdict_str(d->effect->verdict),
			print_change(change, d->effect->ratio));
	fprintf(out, "%c%-34s%10.9s%10.9s%11s%10s\n", ' ', "per operation",
		is_one_kernel(v) ? "" : base, cont,
		is_one_kernel(v) ? "" : "diff", "false");
}

void shared_print_text(FILE *out, const struct shared_view *v,
		       const struct shared_diff *d)
{
	size_t nr = 0;

	print_head(out, v, d);
	print_row(out, v, ' ', "moves", d->moves, "");
	print_row(out, v, ' ', "moves at most, by accesses", d->most, "");
	print_row(out, v, ' ', "shared lines that it touches", d->touches, "");
	for (; nr < d->nr_pairs && (!v->top || nr < v->top); nr++) {
		if (!is_one_kernel(v) && d->pairs[nr].diff == 0)
			break;
		print_pair(out, v, &d->pairs[nr]);
	}
	print_rest(out, v, d, nr);
}
