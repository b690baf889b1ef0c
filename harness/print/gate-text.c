/* SPDX-License-Identifier: GPL-2.0-only */
#include "gate-text.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "day.h"
#include "number.h"
#include "strbuf.h"
#include "suggest.h"
#include "verdict-text.h"

#define INDENT "    "

static const char *plural(unsigned nr)
{
	return nr == 1 ? "" : "s";
}

/* ---- the first line ---- */

static const char *word(const struct gate *g)
{
	switch (gate_status(g)) {
	case ST_OK:
		return "PASS";
	case ST_INCONCLUSIVE:
		return "IN DOUBT";
	default:
		return "FAIL";
	}
}

static void print_summary_line(FILE *out, const struct gate *g)
{
	static const struct {
		enum gate_outcome outcome;
		const char *text;
	} parts[] = {
		{ GATE_REGRESSION, "REGRESSION" },
		{ GATE_DOUBT, "in doubt" },
		{ GATE_EXPECTED, "expected" },
		{ GATE_BELOW, "below the policy's threshold" },
		{ GATE_PASS, "without regression" },
	};
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *gap = ": ";

	strbuf_addf(&text, "%s", word(g));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		unsigned nr = g->count[parts[i].outcome];

		if (nr == 0)
			continue;
		strbuf_addf(&text, "%s%u %s", gap, nr, parts[i].text);
		gap = ", ";
	}
	strbuf_addf(&text, "%s%zu point%s in all", gap, g->nr,
		    plural((unsigned)g->nr));
	print_wrapped(out, "", text.buf);
}

/* ---- points ---- */

static char *describe(const struct gate *g, const struct gate_point *p)
{
	const struct effect *e = p->effect;
	const struct run *run = g->comparison->run;
	_cleanup_free_ char *point = print_point(e->bench, e->params);
	char change[PRINT_MAX];

	return xasprintf("%s on %s%s%s%s%s", point,
			 run->kernels[e->contender].name,
			 e->nr_boots ? ": " : "",
			 e->nr_boots ? print_change(change, e->ratio) : "",
			 e->nr_boots ? " " : "", e->nr_boots ? e->metric : "");
}

static void add_why(struct strbuf *out, const struct gate_point *p)
{
	char day[DAY_TEXT];

	switch (p->outcome) {
	case GATE_REGRESSION:
		if (p->change)
			strbuf_addf(out,
				    ", beyond the %g%% that [expect %s] allows",
				    p->change->limit * 100, p->change->name);
		else if (p->threshold)
			strbuf_addf(out, ", beyond %g%%",
				    p->threshold->limit * 100);
		break;
	case GATE_EXPECTED:
		strbuf_addf(out, ", by [expect %s] until %s: %s",
			    p->change->name, day_text(day, p->change->until),
			    p->change->reason);
		break;
	case GATE_BELOW:
		strbuf_addf(out, ", threshold %g%%", p->threshold->limit * 100);
		break;
	case GATE_DOUBT:
		strbuf_addf(out, ", %s: %s", verdict_str(p->effect->verdict),
			    p->effect->reason);
		break;
	case GATE_PASS:
		break;
	}
}

static void print_points(FILE *out, const struct gate *g,
			 enum gate_outcome outcome, const char *head)
{
	if (g->count[outcome] == 0)
		return;
	fprintf(out, "\n%s:\n", head);
	for (size_t i = 0; i < g->nr; i++) {
		const struct gate_point *p = &g->points[i];
		_cleanup_free_ char *what = NULL;
		_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

		if (p->outcome != outcome)
			continue;
		what = describe(g, p);
		strbuf_addstr(&text, what);
		add_why(&text, p);
		print_wrapped(out, INDENT, text.buf);
	}
}

/* ---- the policy ---- */

static const char *kind(const struct policy_change *c)
{
	return c->change == V_REGRESSION ? "regression" : "improvement";
}

static void print_expired(FILE *out, const struct gate *g)
{
	for (size_t i = 0; i < g->policy->nr_changes; i++) {
		const struct gate_change *gc = &g->changes[i];
		_cleanup_free_ char *text = NULL;
		char until[DAY_TEXT];

		if (!gc->expired)
			continue;
		text = xasprintf(
			"[expect %s], %s:%u, was until %s: %s",
			gc->change->name, g->policy->path, gc->change->line,
			day_text(until, gc->change->until), gc->change->reason);
		print_wrapped(out, "expired: ", text);
	}
}

static void print_not_happened(FILE *out, const struct gate *g)
{
	for (size_t i = 0; i < g->policy->nr_changes; i++) {
		const struct gate_change *gc = &g->changes[i];
		_cleanup_free_ char *text = NULL;

		if (gc->expired || gc->nr_points == 0 || gc->nr_happened > 0)
			continue;
		text = xasprintf(
			"[expect %s], %s:%u, a%s %s%s of %s: %s",
			gc->change->name, g->policy->path, gc->change->line,
			gc->change->change == V_IMPROVEMENT ? "n" : "",
			kind(gc->change),
			isinf(gc->change->limit) ? "" : " within its limit",
			gc->change->bench, gc->change->reason);
		print_wrapped(out, "did not happen: ", text);
	}
}

/* Names of benchmarks of the run, each once; the caller frees the array. */
static size_t bench_names(const struct run *run, const char ***ret)
{
	size_t nr = 0;

	*ret = xcalloc(run->nr_points + 1, sizeof(**ret));
	for (size_t i = 0; i < run->nr_points; i++) {
		const char *name = run->points[i].plan.id.bench;
		size_t j = 0;

		while (j < nr && strcmp((*ret)[j], name) != 0)
			j++;
		if (j == nr)
			(*ret)[nr++] = name;
	}
	return nr;
}

/* A slip of the pen would otherwise look like a policy that holds. */
static void print_unmatched(FILE *out, const struct gate *g, const char *what,
			    const char *glob, unsigned line)
{
	_cleanup_free_ const char **names = NULL;
	size_t nr = bench_names(g->comparison->run, &names);
	_cleanup_strbuf_ struct strbuf near = STRBUF_INIT;
	_cleanup_free_ char *text = NULL;

	suggest(glob, names, nr, &near);
	text = xasprintf("%s:%u: %s '%s' is about no point that was "
			 "compared%s%s%s",
			 g->policy->path, line, what, glob,
			 near.len ? "; did you mean " : "",
			 near.len ? near.buf : "", near.len ? "?" : "");
	print_wrapped(out, "note: ", text);
}

/* Does it change nothing, as the verdicts themselves ask for more? */
static bool is_idle(const struct gate *g, const struct policy_threshold *t)
{
	bool any = false;

	for (size_t i = 0; i < g->nr; i++) {
		if (g->points[i].threshold != t)
			continue;
		if (!(g->points[i].effect->threshold > t->limit))
			return false;
		any = true;
	}
	return any;
}

static void print_threshold_notes(FILE *out, const struct gate *g)
{
	for (size_t i = 0; i < g->policy->nr_thresholds; i++) {
		const struct policy_threshold *t = &g->policy->thresholds[i];
		_cleanup_free_ char *text = NULL;

		if (g->nr_threshold[i] == 0) {
			print_unmatched(out, g, "threshold", t->glob, t->line);
			continue;
		}
		if (!is_idle(g, t))
			continue;
		text = xasprintf("%s:%u: threshold %g%% of '%s' is below what "
				 "the verdicts themselves ask for, and changes "
				 "nothing",
				 g->policy->path, t->line, t->limit * 100,
				 t->glob);
		print_wrapped(out, "note: ", text);
	}
}

static void print_notes(FILE *out, const struct gate *g)
{
	const struct comparison *c = g->comparison;

	print_expired(out, g);
	print_not_happened(out, g);
	for (size_t i = 0; i < g->policy->nr_changes; i++) {
		const struct policy_change *change = &g->policy->changes[i];
		_cleanup_free_ char *what =
			xasprintf("[expect %s] benchmark", change->name);

		if (g->changes[i].nr_points == 0)
			print_unmatched(out, g, what, change->bench,
					change->line);
	}
	print_threshold_notes(out, g);
	if (g->failed) {
		_cleanup_free_ char *text = boot_failure(g->failed);

		print_wrapped(out, "kernel failed: ", text);
	}
	for (size_t i = 0; i < c->notes.nr; i++)
		print_wrapped(out, "note: ", c->notes.text[i]);
}

static void print_compared(FILE *out, const struct gate *g)
{
	const struct comparison *c = g->comparison;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "run %s: ", c->run->id);
	for (size_t i = 0; i < c->nr_contenders; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : "",
			    c->run->kernels[c->contenders[i]].name);
	strbuf_addf(&text, " against %s; %s", c->run->kernels[c->base].name,
		    g->policy->path ? g->policy->path : "no policy");
	print_wrapped(out, "", text.buf);
}

void gate_print_text(FILE *out, const struct gate *g)
{
	print_summary_line(out, g);
	print_compared(out, g);
	print_points(out, g, GATE_REGRESSION, "REGRESSION");
	print_points(out, g, GATE_DOUBT, "In doubt");
	print_points(out, g, GATE_EXPECTED, "Expected");
	print_points(out, g, GATE_BELOW, "Below the policy's threshold");
	fputc('\n', out);
	print_notes(out, g);
}
