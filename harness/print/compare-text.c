/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison as text for terminals and mail, at most 78 columns wide.  A
 * row that does not fit on one line gets its params on a line of their own, and
 * the figures move left.  Nothing is cut off.
 */
#include "compare-formats.h"

#include <math.h>

#include "about-run.h"
#include "alloc.h"
#include "boots-text.h"
#include "calibration-text.h"
#include "events-text.h"
#include "explain-text.h"
#include "judge-limits.h"
#include "kernels-text.h"
#include "locks-text.h"
#include "number.h"
#include "shared-text.h"
#include "strbuf.h"
#include "time-limits.h"
#include "verdict-text.h"
#include "ways-text.h"

#define NAME_COLUMNS 20
#define VALUE_COLUMNS 7
#define CHANGE_COLUMNS 8
#define SPREAD_COLUMNS 6
#define DIFF_COLUMNS 10

/* Numbered reasons, each once. */
struct footnotes {
	char **text;
	size_t nr;
};

static size_t footnote(struct footnotes *f, const char *text)
{
	for (size_t i = 0; i < f->nr; i++) {
		if (strcmp(f->text[i], text) == 0)
			return i + 1;
	}
	f->text = xreallocarray(f->text, f->nr + 1, sizeof(*f->text));
	f->text[f->nr++] = xstrdup(text);
	return f->nr;
}

static void footnotes_release(struct footnotes *f)
{
	for (size_t i = 0; i < f->nr; i++)
		free(f->text[i]);
	free(f->text);
}

static void spaces(FILE *out, size_t nr)
{
	fprintf(out, "%*s", (int)nr, "");
}

/* ---- rows ---- */

/* Distance to the farther end of the interval; "" if it is a point. */
static const char *spread_text(char buf[PRINT_MAX], const struct effect *e)
{
	double far = fmax(fabs(e->hi - e->ratio), fabs(e->ratio - e->lo)) * 100;

	if (!isfinite(far) || far == 0)
		return "";
	if (far < 0.005)
		return "±0.00";
	snprintf(buf, PRINT_MAX, "±%.*f",
		 far < 10    ? 2
		 : far < 100 ? 1
			     : 0,
		 far);
	if (print_width(buf) > SPREAD_COLUMNS)
		snprintf(buf, PRINT_MAX, "±%.0e", far);
	return buf;
}

static void add_right(struct strbuf *out, const char *text, size_t columns)
{
	size_t width = print_width(text);

	strbuf_addf(out, "%*s%s",
		    (int)(1 + (columns > width ? columns - width : 0)), "",
		    text);
}

/* Figures of one effect; wider than the columns if need be. */
static void row_figures(struct strbuf *out, const struct effect *e)
{
	char buf[PRINT_MAX];
	bool equal = e->base_median == e->cont_median && e->ratio == 1;

	add_right(out, print_value(buf, e->base_median, VALUE_COLUMNS),
		  VALUE_COLUMNS);
	add_right(out, print_value(buf, e->cont_median, VALUE_COLUMNS),
		  VALUE_COLUMNS);
	add_right(out, print_change(buf, e->ratio), CHANGE_COLUMNS);
	add_right(out, spread_text(buf, e), SPREAD_COLUMNS);
	add_right(out, equal ? "=" : print_difference(buf, e->delta),
		  DIFF_COLUMNS);
	strbuf_addf(out, " %2u ", e->nr_boots);
}

static bool needs_footnote(const struct effect *e)
{
	return e->verdict == V_INVALID || e->verdict == V_INCONCLUSIVE ||
	       effect_is_withdrawn(e) ||
	       (verdict_changed(e->verdict) && effect_is_hold(e));
}

static void print_row(FILE *out, const char *name, const struct effect *e,
		      struct footnotes *notes)
{
	_cleanup_strbuf_ struct strbuf fig = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf verdict = STRBUF_INIT;
	size_t name_width = print_width(name), width, lead;

	row_figures(&fig, e);
	strbuf_addstr(&verdict, verdict_str(e->verdict));
	if (needs_footnote(e))
		strbuf_addf(&verdict, "[%zu]", footnote(notes, e->reason));

	width = print_width(fig.buf) + verdict.len;
	if (name_width <= NAME_COLUMNS &&
	    NAME_COLUMNS + width <= PRINT_COLUMNS) {
		fputs(name, out);
		spaces(out, NAME_COLUMNS - name_width);
		fprintf(out, "%s%s\n", fig.buf, verdict.buf);
		return;
	}
	print_wrapped(out, name[0] == ' ' ? " " : "", name + (name[0] == ' '));
	/* Aligned if it fits, else shifted left. */
	lead = NAME_COLUMNS + width <= PRINT_COLUMNS ? NAME_COLUMNS
	       : width <= PRINT_COLUMNS		     ? PRINT_COLUMNS - width
						     : 0;
	spaces(out, lead);
	fputs(fig.buf, out);
	if (lead + width > PRINT_COLUMNS)
		fprintf(out, "\n%*s", NAME_COLUMNS, "");
	fprintf(out, "%s\n", verdict.buf);
}

/* A kernel's name, or other if it is too long for its column. */
static void head_name(struct strbuf *out, const char *name, const char *other)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, name);
	add_right(out,
		  clean.buf && print_width(clean.buf) <= VALUE_COLUMNS
			  ? clean.buf
			  : other,
		  VALUE_COLUMNS);
}

static void print_head(FILE *out, const struct comparison *c, unsigned k)
{
	_cleanup_strbuf_ struct strbuf head = STRBUF_INIT;

	spaces(out, NAME_COLUMNS);
	head_name(&head, c->run->kernels[c->base].name, "base");
	head_name(&head, c->run->kernels[k].name, "contend");
	add_right(&head, "change", CHANGE_COLUMNS);
	add_right(&head, "±", SPREAD_COLUMNS);
	add_right(&head, "diff", DIFF_COLUMNS);
	fprintf(out, "%s  n verdict\n", head.buf);
}

/* What the title does not say of a figure; "" for instructions. */
static const char *effect_mark(const struct effect *e)
{
	if (e->time)
		return e->p99 ? "p99" : "";
	return unit_mark(e->metric);
}

static void add_mark(struct strbuf *out, const char *mark)
{
	strbuf_addstr(out, " (");
	print_clean(out, mark);
	strbuf_addstr(out, ")");
}

/* Prints the benchmark above its rows, or on the same line without params. */
static void print_effect(FILE *out, const struct effect *e,
			 const struct effect *above, struct footnotes *notes)
{
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
	const char *mark = effect_mark(e);
	bool same =
		above && strcmp(above->bench, e->bench) == 0 && *above->params;

	if (*e->params && !same)
		print_wrapped(out, "", e->bench);
	if (*e->params)
		strbuf_addstr(&name, " ");
	print_clean(&name, *e->params ? e->params : e->bench);
	if (*mark)
		add_mark(&name, mark);
	if (effect_is_tail(e)) {
		_cleanup_free_ char *tail =
			xasprintf("tail: %s", statistic_name(e->statistic));

		add_mark(&name, tail);
	}
	print_row(out, name.buf, e, notes);
}

/*
 * Of several contenders the table of all kernels has the points that did not
 * change; here are those with more to say.
 */
static bool has_own_row(const struct comparison *c, const struct effect *e,
			unsigned k, const struct print_opts *o)
{
	return e->contender == k && effect_is_shown(e, o) &&
	       ((c->nr_contenders == 1 && !effect_is_hold(e)) || o->verbose ||
		e->verdict != V_NO_CHANGE);
}

/* Of those that has_own_row() leaves out where there is one contender. */
static void print_left_out(FILE *out, const struct comparison *c,
			   const struct print_opts *o)
{
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_effects; i++)
		nr += effect_is_hold(&c->effects[i]) &&
		      c->effects[i].verdict == V_NO_CHANGE;
	if (nr && !o->verbose)
		fprintf(out,
			"%zu figure%s of locks without a change: --verbose\n",
			nr, nr == 1 ? "" : "s");
}

static void print_contender(FILE *out, const struct comparison *c, unsigned k,
			    const struct print_opts *o, struct footnotes *notes)
{
	_cleanup_free_ char *title =
		xasprintf("%s against %s, %s", c->run->kernels[k].name,
			  c->run->kernels[c->base].name,
			  c->time ? "nanoseconds per operation"
				  : "instructions per operation; (ns): guest "
				    "time");
	_cleanup_free_ char *summary = print_summary(c, k);
	const struct effect *above = NULL;

	fputc('\n', out);
	print_wrapped(out, "", title);
	if (c->nr_contenders > 1)
		print_wrapped(out, "", summary);
	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];

		if (!has_own_row(c, e, k, o))
			continue;
		if (!above)
			print_head(out, c, k);
		print_effect(out, e, above, notes);
		above = e;
	}
	if (c->nr_contenders == 1)
		print_left_out(out, c, o);
}

/* All kernels in one table, where there are several to compare with. */
static void print_kernels(FILE *out, const struct findings *f,
			  const struct print_opts *o)
{
	const struct comparison *c = f->comparison;

	if (c->nr_contenders < 2)
		return;
	fputc('\n', out);
	print_wrapped(out, "",
		      "Cost on the baseline, and the change on each kernel "
		      "against it. " KERNELS_LEGEND ".");
	kernels_print(out, f, o);
}

/* ---- rows of a profile ---- */

#define ROW_NAME_COLUMNS 24

static void print_profile_row(FILE *out, const struct row_entry *entry)
{
	char a[PRINT_MAX], b[PRINT_MAX], d[PRINT_MAX];
	const struct explain_row *v = &entry->v;
	_cleanup_free_ char *point =
		print_point(entry->point->id.bench, entry->point->id.params);

	fprintf(out, "%-*s%14s%14s%14s\n", ROW_NAME_COLUMNS, v->row->name,
		print_value(a, v->value[EX_BASE], 13),
		print_value(b, v->value[EX_CONT], 13),
		isnan(v->diff) ? "-" : print_difference(d, v->diff));
	print_wrapped(out, "  at ", point);
}

/* Costs of the functions of each row, where they differ most. */
static void print_profile(FILE *out, const struct comparison *c,
			  const struct row_list *l, unsigned k)
{
	_cleanup_free_ char *title = NULL;

	fputc('\n', out);
	title = xasprintf("%s against %s, instructions in functions with all "
			  "that they call, each where it differs most:",
			  c->run->kernels[k].name,
			  c->run->kernels[c->base].name);
	print_wrapped(out, "", title);
	for (unsigned i = 0; i < NR_PROFILE_ROWS; i++) {
		const struct row_entry *entry = row_list_most(l, i);

		if (entry)
			print_profile_row(out, entry);
	}
	explain_print_lacking(out, c->run, l->kernels);
}

static void print_profiles(FILE *out, const struct findings *f)
{
	const struct comparison *c = f->comparison;
	bool all = true;

	for (size_t i = 0; i < c->nr_contenders; i++) {
		if (f->rows[i]->profiled)
			print_profile(out, c, f->rows[i], c->contenders[i]);
		else
			all = false;
	}
	if (all)
		return;
	fputc('\n', out);
	print_wrapped(out, "", PRINT_NO_PROFILE);
}

/* Those of the base only where nothing is compared with it. */
static void print_ways(FILE *out, const struct findings *f)
{
	for (size_t i = f->nr_ways > 1; i < f->nr_ways; i++)
		way_table_print(out, f->ways[i]);
}

static void print_events(FILE *out, const struct findings *f)
{
	for (size_t i = 0; i < f->comparison->nr_contenders; i++) {
		if (f->events[i]->nr > 0)
			fputc('\n', out);
		event_table_print(out, f->events[i]);
	}
}

/* ---- below the tables ---- */

static double widest_threshold(const struct comparison *c)
{
	double max = 0;

	for (size_t i = 0; i < c->nr_effects; i++) {
		if (isfinite(c->effects[i].threshold) &&
		    !effect_is_tail(&c->effects[i]))
			max = fmax(max, c->effects[i].threshold);
	}
	return max;
}

static void print_time_legend(FILE *out)
{
	_cleanup_free_ char *text = xasprintf(
		"Geometric means over boots of the median of each; ±: to the "
		"farther end of the %g%% interval; n: boots of each kernel. A "
		"change is more than the threshold (%g%%, p99 %g%%), and "
		"significant among all points that were tested (Welch's and "
		"permutation test, Holm, %g%%).",
		TIME_LEVEL * 100, TIME_THRESHOLD * 100,
		TIME_THRESHOLD_P99 * 100, TIME_ALPHA * 100);

	fputc('\n', out);
	print_wrapped(out, "", text);
}

static bool any_moves(const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_effects; i++)
		if (strcmp(c->effects[i].metric, SHARING_MOVES) == 0)
			return true;
	return false;
}

static bool any_holds(const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_effects; i++)
		if (effect_is_hold(&c->effects[i]))
			return true;
	return false;
}

static bool any_tail(const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_effects; i++) {
		if (effect_is_tail(&c->effects[i]))
			return true;
	}
	return false;
}

static void print_legend(FILE *out, const struct comparison *c)
{
	_cleanup_strbuf_ struct strbuf range = STRBUF_INIT;
	_cleanup_free_ char *text = NULL;
	double widest = widest_threshold(c);

	if (c->nr_effects == 0)
		return;
	if (c->time) {
		print_time_legend(out);
		return;
	}
	if (widest > JUDGE_THRESHOLD * 1.005)
		strbuf_addf(&range, " to %.2g%%", widest * 100);
	text = xasprintf(
		"Medians over boots; change: median of the paired "
		"ratios; ±: to the farther end of its %g%% interval; "
		"diff: of the medians, exact; n: boot pairs. A change "
		"is more than the threshold (%g%%%s) and than the point "
		"moves by on the baseline (%d to %d instructions%s), or %g%% "
		"in all boots.%s",
		JUDGE_LEVEL * 100, JUDGE_THRESHOLD * 100,
		range.buf ? range.buf : "", JUDGE_FLOOR_LEAST, JUDGE_FLOOR,
		any_moves(c) ? ", of moves 0.02 to 0.5 lines" : "",
		JUDGE_FLOOR_PART * 100,
		any_tail(c) ? " tail: operations that are slow now and "
			      "then, by what shows them."
			    : "");
	fputc('\n', out);
	print_wrapped(out, "", text);
	if (*print_limits(c->run->machine))
		print_wrapped(out, "", print_limits(c->run->machine));
	if (any_moves(c))
		print_wrapped(out, "", shared_limits);
	if (any_holds(c))
		print_wrapped(out, "", locks_limits);
}

static void print_footnotes(FILE *out, const struct comparison *c,
			    const struct footnotes *notes)
{
	if (notes->nr || c->notes.nr)
		fputc('\n', out);
	for (size_t i = 0; i < notes->nr; i++) {
		_cleanup_free_ char *head = xasprintf("[%zu] ", i + 1);

		print_wrapped(out, head, notes->text[i]);
	}
	for (size_t i = 0; i < c->notes.nr; i++)
		print_wrapped(out, "note: ", c->notes.text[i]);
}

static void print_kernel(FILE *out, const struct run_kernel *k, bool verbose)
{
	_cleanup_free_ char *about = about_kernel(k);
	_cleanup_free_ char *text = xasprintf("%s: %s", k->name, about);

	print_wrapped(out, "kernel   ", text);
	if (verbose && k->patches && *k->patches)
		print_wrapped(out, "patches  ", k->patches);
}

static void print_environment(FILE *out, const struct findings *f, bool verbose)
{
	const struct comparison *c = f->comparison;
	const struct run *r = c->run;
	_cleanup_free_ char *machine = about_machine(r);
	_cleanup_free_ char *guest = NULL, *run = NULL;
	_cleanup_free_ char *boots = print_boots(r);
	_cleanup_free_ char *calibration =
		calibration_line(f->calibration, c->time);

	fputc('\n', out);
	print_wrapped(out, "machine  ", machine);
	print_kernel(out, &r->kernels[c->base], verbose);
	for (size_t i = 0; i < c->nr_contenders; i++)
		print_kernel(out, &r->kernels[c->contenders[i]], verbose);
	guest = xasprintf("%.12s, suite %s, %u perturbations, seed %llu",
			  r->guest_sha256 ? r->guest_sha256 : "?",
			  r->suite ? r->suite : "?", r->perturbations,
			  (unsigned long long)r->seed);
	print_wrapped(out, "guest    ", guest);
	print_wrapped(out, "boots    ", boots);
	print_wrapped(out, "verdicts ", calibration);
	if (r->host && *r->host)
		print_wrapped(out, "host     ", r->host);
	run = xasprintf("%s, %s, %s, cgmark %s", r->id ? r->id : "?",
			r->created ? r->created : "?",
			r->status ? r->status : "?",
			r->version ? r->version : "?");
	print_wrapped(out, "run      ", run);
}

int compare_print_text(FILE *out, const struct findings *f,
		       const struct print_opts *o)
{
	const struct comparison *c = f->comparison;
	_cleanup_(footnotes_release) struct footnotes notes = { 0 };
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);

	print_wrapped(out, "", summary);
	print_kernels(out, f, o);
	for (size_t i = 0; i < c->nr_contenders; i++)
		print_contender(out, c, c->contenders[i], o, &notes);
	print_ways(out, f);
	print_events(out, f);
	print_profiles(out, f);
	print_legend(out, c);
	print_footnotes(out, c, &notes);
	print_environment(out, f, o->verbose);
	return 0;
}
