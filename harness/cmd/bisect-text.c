/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect-text.h"

#include <math.h>

#include "alloc.h"
#include "compare-formats.h"
#include "explain-text.h"
#include "number.h"
#include "verdict-text.h"

#define FUNCTIONS 10

void bisect_print_ends(FILE *out, const struct comparison *c,
		       const struct effect *e)
{
	_cleanup_free_ char *point = print_point(e->bench, e->params);
	char base[PRINT_MAX], cont[PRINT_MAX], change[PRINT_MAX];
	_cleanup_free_ char *text =
		xasprintf("%s (%s): %s on %s, %s on %s, %s", point, e->metric,
			  print_value(base, e->base_median, 12),
			  c->run->kernels[c->base].name,
			  print_value(cont, e->cont_median, 12),
			  c->run->kernels[e->contender].name,
			  print_change(change, e->ratio));

	print_wrapped(out, "", text);
}

void bisect_print_none(FILE *out, const struct comparison *c)
{
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);

	print_wrapped(out, "Nothing to look for: ", summary);
	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];
		_cleanup_free_ char *point = print_point(e->bench, e->params);
		_cleanup_free_ char *text =
			xasprintf("%s: %s, %s", point, verdict_str(e->verdict),
				  e->reason);

		print_wrapped(out, "  ", text);
	}
	for (size_t i = 0; i < c->notes.nr; i++)
		print_wrapped(out, "note: ", c->notes.text[i]);
}

static const struct path_node *node(const struct bisect_answer *a, size_t at)
{
	return &a->path->nodes[at];
}

char *bisect_change_text(const struct bisect_answer *a)
{
	const struct path_node *last = node(a, a->step.to);
	_cleanup_free_ char *subject = path_subject(last);

	if (a->step.to > a->step.from + 1)
		return xasprintf("%s to %s", node(a, a->step.from + 1)->change,
				 last->change);
	return xasprintf("%s%s%s", last->change, *subject ? ": " : "", subject);
}

static void print_answer(FILE *out, const struct bisect_answer *a)
{
	static const char *const kinds[] = {
		[STEP_FOUND] = "",
		[STEP_SKIPPED] = "one or more of these; the kernels between "
				 "cannot be measured: ",
		[STEP_SPREAD] = "spread over these: neither half of them "
				"changes by more than the threshold",
		[STEP_OPEN] = "not searched: --steps allows no more answers",
	};
	_cleanup_free_ char *change = bisect_change_text(a);
	const char *patch = strrchr(node(a, a->step.to)->patch, '/');
	char from[PRINT_MAX], to[PRINT_MAX], ratio[PRINT_MAX];
	_cleanup_free_ char *figures = xasprintf(
		"%s on %s, %s on %s, %s", print_value(from, a->base, 12),
		node(a, a->step.from)->spec.name,
		print_value(to, a->contender, 12),
		node(a, a->step.to)->spec.name,
		print_change(ratio, a->contender / a->base));
	_cleanup_free_ char *why = xasprintf("%s%s", kinds[a->step.kind],
					     a->skips ? a->skips : "");

	fputc('\n', out);
	print_wrapped(out, "* ", change);
	if (a->step.kind == STEP_FOUND && patch)
		print_wrapped(out, "  ", patch + 1);
	print_wrapped(out, "  ", figures);
	if (a->step.kind != STEP_FOUND)
		print_wrapped(out, "  ", why);
}

void bisect_print_answers(FILE *out, const struct bisect_answer *list,
			  size_t nr)
{
	size_t single = 0;

	for (size_t i = 0; i < nr; i++)
		single += list[i].step.kind == STEP_FOUND;
	if (single == nr && nr == 1)
		fputs("One change accounts for it:\n", out);
	else if (single == nr)
		fprintf(out, "%zu changes account for it:\n", nr);
	else
		fprintf(out, "%zu change%s found, %zu place%s left:\n", single,
			single == 1 ? "" : "s", nr - single,
			nr - single == 1 ? "" : "s");
	for (size_t i = 0; i < nr; i++)
		print_answer(out, &list[i]);
}

static void explain(FILE *out, const struct run *run,
		    const struct comparison *c)
{
	struct explain_kernel k[EX_BOTH] = { 0 };
	struct explanation *e = NULL;

	if (!explain_is_profiled(run, 0) || !explain_is_profiled(run, 1))
		return;
	if (explain_load(run, 0, &k[EX_BASE]) == ST_OK &&
	    explain_load(run, 1, &k[EX_CONT]) == ST_OK &&
	    explain_has_point(run, k, 0)) {
		explain_match(k);
		e = explain_point(c->values, run, k, 0, PROFILE_INSNS);
	}
	if (e) {
		fputc('\n', out);
		explain_print_text(out, run, k, e, FUNCTIONS);
	}
	explanation_free(e);
	for (int i = 0; i < EX_BOTH; i++)
		explain_kernel_release(&k[i]);
}

void bisect_print_pair(FILE *out, const struct run *run, bool verbose)
{
	static const unsigned contender[] = { 1 };
	_cleanup_(findings_freep) struct findings *f =
		findings_new(run, 0, contender, 1);

	compare_print_text(out, f, &(struct print_opts){ .verbose = verbose });
	explain(out, run, f->comparison);
}
