/* SPDX-License-Identifier: GPL-2.0-only */
#include "calibration-text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "kernels-text.h"
#include "number.h"
#include "stats.h"
#include "strbuf.h"

/* So many tails may be missed. */
#define TAILS_PART 0.95
/* Faults that are printed. */
#define FAULTS_SHOWN 20

char *rate_text(struct rate r)
{
	struct interval i = stats_clopper_pearson(r.x, r.n, CALIBRATION_LEVEL);

	if (r.n == 0)
		return xstrdup("none compared");
	return xasprintf("%u of %u (%.3g%% to %.3g%%)", r.x, r.n, i.lo * 100,
			 i.hi * 100);
}

static size_t count_flagging(const struct calibration *c)
{
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_costs; i++)
		nr += c->costs[i].others.changed > 0;
	return nr;
}

char *calibration_line(const struct calibration *c, bool time)
{
	_cleanup_free_ char *same = NULL, *padded = NULL, *found = NULL;
	_cleanup_free_ char *tails = NULL;
	struct calib_summary s;

	if (time)
		return xstrdup("not calibrated: that takes a machine that "
			       "counts exactly");
	if (!c)
		return xstrdup("not calibrated for this machine, suite and "
			       "limits (cgmark calibrate)");
	s = calib_sum_up(c);
	same = rate_text(s.same);
	padded = rate_text(s.padded);
	found = rate_text(s.found);
	tails = rate_text(s.tails);
	return xasprintf(
		"calibrated %.10s: false alarms %s, with padding %s; found: "
		"costs of %g%% or more %s, tails of %g%% %s; of %zu costs %zu "
		"were found where nothing executes them",
		c->created, same, padded, CALIB_PART * 100, found,
		CALIB_TAIL_PART * 100, tails, c->nr_costs, count_flagging(c));
}

enum exit_status calibration_status(const struct calibration *c)
{
	struct calib_summary s = calib_sum_up(c);

	if (s.same.n + s.padded.n == 0)
		return ST_INCONCLUSIVE;
	if (s.same.x || s.padded.x || s.wrong || s.others.x ||
	    s.found.x < s.found.n || s.tails.x < TAILS_PART * s.tails.n)
		return ST_REGRESSION;
	return ST_OK;
}

/* ---- the whole ---- */

static const double edges[] = { 0,    0.001, 0.002, 0.003,   0.005,
				0.01, 0.02,  0.05,  INFINITY };

static void print_rates(FILE *out, const struct calibration *c,
			enum cost_kind kind)
{
	for (size_t i = 0; i + 1 < ARRAY_SIZE(edges); i++) {
		const struct size_range size = { edges[i], edges[i + 1] };
		struct rate r = rate_found(c, kind, size);
		_cleanup_free_ char *text = rate_text(r);
		_cleanup_free_ char *range =
			isinf(size.hi)
				? xasprintf("%g%% and more", size.lo * 100)
				: xasprintf("%g%% to %g%%", size.lo * 100,
					    size.hi * 100);

		if (r.n > 0)
			fprintf(out, "  %-6s %-16s %s\n", cost_kind_name(kind),
				range, text);
	}
}

static void print_paying(FILE *out, const struct calib_point *p)
{
	_cleanup_free_ char *name = print_point(p->bench, p->params);
	const char *unit = unit_mark(p->metric);
	_cleanup_free_ char *tail =
		p->tail ? xasprintf(", %u as a tail", p->tail) : xstrdup("");
	_cleanup_free_ char *text =
		xasprintf("%s%s%s%s: +%.4g%s, %.3g%%; found %u of %u%s", name,
			  *unit ? " (" : "", unit, *unit ? ")" : "", p->insns,
			  *unit ? "" : " instructions", p->part * 100, p->found,
			  p->nr, tail);

	print_wrapped(out, "    ", text);
}

static void print_cost(FILE *out, const struct calib_cost *c)
{
	_cleanup_free_ char *name = cost_name(&c->cost);

	fprintf(out, "  %s: others flagged %u of %u\n", name, c->others.changed,
		c->others.nr);
	for (size_t i = 0; i < c->nr_points; i++)
		print_paying(out, &c->points[i]);
}

static void print_entry(FILE *out, const char *head, struct rate r)
{
	_cleanup_free_ char *text = rate_text(r);

	fprintf(out, "%-42s %s\n", head, text);
}

static void print_summary(FILE *out, const struct calibration *c)
{
	struct calib_summary s = calib_sum_up(c);

	print_entry(out, "false alarms, the same kernel", s.same);
	print_entry(out, "false alarms, the kernel with padding", s.padded);
	print_entry(out, "costs of 0.3% or more, found", s.found);
	print_entry(out, "tails of 1% or more, found and called one", s.tails);
	print_entry(out, "wrong benchmark", s.others);
	fprintf(out, "%-42s %u\n", "wrong direction", s.wrong);
	fprintf(out, "%-42s %u\n", "in doubt, where nothing changed",
		s.doubtful);
}

static void print_faults(FILE *out, const struct calibration *c)
{
	if (c->nr_faults > 0)
		fputs("\nWhat went wrong:\n", out);
	for (size_t i = 0; i < c->nr_faults && i < FAULTS_SHOWN; i++)
		print_wrapped(out, "  ", c->faults[i]);
	if (c->nr_faults > FAULTS_SHOWN)
		fprintf(out, "  and %zu more\n", c->nr_faults - FAULTS_SHOWN);
}

void calibration_print(FILE *out, const struct calibration *c)
{
	_cleanup_free_ char *how = xasprintf(
		"Suite %s, %s: %u boots under %u perturbations, seed %" PRIu64
		"; %u runs put together of them, which share boots: the "
		"intervals (%g%%) hold for as many independent comparisons.",
		c->suite, c->machine_detail, c->boots, c->perturbations,
		c->seed, c->draws, CALIBRATION_LEVEL * 100);

	print_wrapped(out, "", how);
	fputs("\n", out);
	print_summary(out, c);
	if (c->nr_costs > 0)
		fputs("\nFound by size, of what an operation costs:\n", out);
	for (int k = 0; k < NR_COST_KINDS; k++)
		print_rates(out, c, (enum cost_kind)k);
	if (c->nr_costs > 0)
		fputs("\nBy cost:\n", out);
	for (size_t i = 0; i < c->nr_costs; i++)
		print_cost(out, &c->costs[i]);
	print_faults(out, c);
}
