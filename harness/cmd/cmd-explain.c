/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <fnmatch.h>

#include "alloc.h"
#include "annotate-text.h"
#include "cmd.h"
#include "exit-status.h"
#include "explain-flame.h"
#include "explain-folded.h"
#include "explain-json.h"
#include "explain-perf.h"
#include "explain-record.h"
#include "explain-text.h"
#include "explain-tree.h"
#include "lines-text.h"
#include "log.h"
#include "subjects.h"
#include "suggest.h"
#include "verdict-order.h"

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_FOLDED,
	FORMAT_SVG,
	FORMAT_PERF,
};

static const char *const formats[] = { "text", "json", "folded", "svg",
				       "perf-script" };

#define TOP_DEFAULT 15
#define TREE_DEFAULT 5 /* percent */
#define WORDS_MAX 4    /* BASE CONTENDER BENCH POINT */

struct explain_opts {
	const char *run;
	enum format format;
	unsigned event;
	enum record record; /* in place of an event */
	size_t top;
	bool strict;
	const char *annotate; /* a function */
	bool source;
	bool tree;
	double tree_percent; /* smaller branches are left out */
	char **words;
	size_t nr_words;
};

static const struct argp_option options[] = {
	{ "run", 'r', "RUN", 0,
	  "A run directory or the id of one (default: the latest run)", 0 },
	{ "event", 'e', "EVENT", 0,
	  "What to explain: insns (default), loads, stores; for runs with "
	  "--profile=model also l1i_misses, l1d_misses, ll_misses, branches, "
	  "mispredicts, cycles; for those with --profile=sharing sharing: lines "
	  "of memory that several CPUs use; for those with --profile=locks "
	  "locks: how long each is held, and by what",
	  0 },
	{ "top", 't', "N", 0, "Functions per point; 0: all (default: 15)", 0 },
	{ "format", 'f', "text|json|folded|svg|perf-script", 0,
	  "Output format (default: text); folded: call stacks with the figures "
	  "of both kernels; svg: a differential flame graph of them; "
	  "perf-script: like perf script, for its viewers",
	  0 },
	{ "annotate", 'a', "FUNCTION", 0,
	  "Show how often each instruction of a function ran on both kernels, "
	  "at one point; needs objdump",
	  0 },
	{ "source", 'S', NULL, 0,
	  "Add file and lines of functions, if the kernels have debug "
	  "information",
	  0 },
	{ "tree", 'T', "PERCENT", OPTION_ARG_OPTIONAL,
	  "Show the difference as a call tree instead, without branches of "
	  "less than PERCENT of the largest (default: 5)",
	  0 },
	{ "strict", 's', NULL, 0,
	  "Exit 3 if functions leave more than 1% of a difference unexplained, "
	  "or a profiled boot differs from the one it repeats",
	  0 },
	{ NULL },
};

static void parse_format(struct explain_opts *o, const char *arg,
			 struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(arg, formats[i]) == 0) {
			o->format = i;
			return;
		}
	}
	suggest_log("format", arg, formats, ARRAY_SIZE(formats));
	argp_usage(state);
}

static void parse_event(struct explain_opts *o, const char *arg,
			struct argp_state *state)
{
	const char *names[NR_EXPLAIN_EVENTS + NR_RECORDS - 1];

	o->record = record_find(arg);
	if (o->record != RECORD_NONE)
		return;
	o->event = explain_find_event(arg);
	if (o->event < NR_EXPLAIN_EVENTS)
		return;
	for (unsigned i = 0; i < NR_EXPLAIN_EVENTS; i++)
		names[i] = explain_event_name(i);
	for (unsigned i = RECORD_NONE + 1; i < NR_RECORDS; i++)
		names[NR_EXPLAIN_EVENTS + i - 1] = record_name(i);
	suggest_log("event", arg, names, ARRAY_SIZE(names));
	argp_usage(state);
}

static void parse_top(struct explain_opts *o, const char *arg,
		      struct argp_state *state)
{
	char *end;

	errno = 0;
	o->top = strtoul(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end || errno)
		argp_error(state, "--top '%s': a number, or 0 for all", arg);
}

static void parse_tree(struct explain_opts *o, const char *arg,
		       struct argp_state *state)
{
	char *end;

	o->tree = true;
	o->tree_percent = TREE_DEFAULT;
	if (!arg)
		return;
	o->tree_percent = strtod(arg, &end);
	if (*arg < '0' || *arg > '9' || *end || o->tree_percent > 100)
		argp_error(state, "--tree=%s: a percentage from 0 to 100", arg);
}

/* Options that have no meaning together. */
static void check_options(const struct explain_opts *o,
			  struct argp_state *state)
{
	if (o->record != RECORD_NONE &&
	    (o->annotate || o->tree || o->strict || o->format > FORMAT_JSON))
		argp_error(state,
			   "--event %s lists %s, as text or JSON: leave out "
			   "--annotate, --tree and --strict",
			   record_name(o->record),
			   o->record == RECORD_SHARING ? "lines of memory"
						       : "locks");
	if (o->record == RECORD_LOCKS && o->source)
		argp_error(state, "--event locks has no source: leave out "
				  "--source");
	if (o->source && o->format != FORMAT_TEXT)
		argp_error(state, "--source prints text: leave out --format");
	if (o->annotate &&
	    (o->format != FORMAT_TEXT || o->event != PROFILE_INSNS))
		argp_error(state, "--annotate counts instructions, as text: "
				  "leave out --format and --event");
	if (o->tree && (o->format != FORMAT_TEXT || o->annotate || o->source))
		argp_error(state, "--tree is a listing of its own: leave out "
				  "--format, --annotate and --source");
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct explain_opts *o = state->input;

	switch (key) {
	case 'r':
		o->run = arg;
		return 0;
	case 'e':
		parse_event(o, arg, state);
		return 0;
	case 't':
		parse_top(o, arg, state);
		return 0;
	case 'f':
		parse_format(o, arg, state);
		return 0;
	case 'a':
		o->annotate = arg;
		return 0;
	case 'S':
		o->source = true;
		return 0;
	case 'T':
		parse_tree(o, arg, state);
		return 0;
	case 's':
		o->strict = true;
		return 0;
	case ARGP_KEY_END:
		check_options(o, state);
		return 0;
	case ARGP_KEY_ARGS:
		o->words = state->argv + state->next;
		o->nr_words = (size_t)(state->argc - state->next);
		if (o->nr_words > WORDS_MAX)
			argp_error(state, "'%s': one word too many",
				   o->words[WORDS_MAX]);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[BASE CONTENDER [BENCH [POINT]]]\n"
		    "RUN:BASE RUN:CONTENDER [BENCH [POINT]]",
	.doc = "Say which functions account for the difference between two "
	       "kernels of a run made with --profile.\v"
	       "BENCH is a name or a glob, POINT values of params: KEY=VALUE"
	       "[,KEY=VALUE]...  Without BENCH: the points that changed, "
	       "those with a regression first, the largest first.  Kernels of "
	       "several runs are named as for compare.\n\n"
	       "  cgmark explain baseline patched css_set/lookup sets=4096\n\n"
	       "Exit status: 0, or 3 with --strict if a figure is in doubt; 2 "
	       "usage error, or the run has no profile; 4 a kernel failed in "
	       "the profiled boot; 5 a damaged profile.",
};

/* --- what to explain --- */

/* One kernel, named twice or not at all, is enough to show such a record. */
static bool is_only_kernel(const struct env *env, const struct explain_opts *o,
			   struct run **run)
{
	unsigned damaged;

	if (o->record == RECORD_NONE ||
	    select_run(env, o->run, run, &damaged) != ST_OK)
		return false;
	if ((*run)->nr_kernels == 1 &&
	    (o->nr_words < 2 ||
	     (strcmp(o->words[0], (*run)->kernels[0].name) == 0 &&
	      strcmp(o->words[1], o->words[0]) == 0)))
		return true;
	run_free(*run);
	*run = NULL;
	return false;
}

static enum exit_status pick_kernels(const struct env *env,
				     const struct explain_opts *o,
				     struct run **run, unsigned ret[EX_BOTH])
{
	_cleanup_(selection_release) struct selection s = { 0 };
	size_t nr = o->nr_words < 2 ? o->nr_words : 2;
	enum exit_status r;

	if (is_only_kernel(env, o, run)) {
		ret[EX_BASE] = ret[EX_CONT] = 0;
		return ST_OK;
	}
	r = select_subjects(env, o->run, o->words, nr, run, &s);

	if (r != ST_OK)
		return r;
	if (s.nr != 1) {
		log_err("run %s has %zu kernels: name the two to compare",
			(*run)->id, (*run)->nr_kernels);
		return ST_USAGE;
	}
	ret[EX_BASE] = s.base;
	ret[EX_CONT] = s.contenders[0];
	return ST_OK;
}

/* Does the point have these values, "k=v,k=v"? */
static bool has_values(const struct plan_point *p, const char *values)
{
	while (*values) {
		size_t len = strcspn(values, ",");
		_cleanup_free_ char *item = xstrndup(values, len);
		char *value = strchr(item, '='), have[REC_PARAMS_MAX];

		if (!value)
			return false;
		*value++ = '\0';
		if (rec_param_get(p->id.params, item, have, sizeof(have)) < 0 ||
		    strcmp(have, value) != 0)
			return false;
		values += len + (values[len] == ',');
	}
	return true;
}

static bool bench_matches(const struct plan_point *p,
			  const struct explain_opts *o)
{
	return o->nr_words < 3 || fnmatch(o->words[2], p->id.bench, 0) == 0;
}

static bool is_wanted(const struct plan_point *p, const struct explain_opts *o)
{
	return bench_matches(p, o) &&
	       (o->nr_words < 4 || has_values(p, o->words[3]));
}

static enum exit_status no_such_bench(const struct run *run, const char *word)
{
	_cleanup_free_ const char **names =
		xcalloc(run->nr_points + 1, sizeof(*names));
	size_t nr = 0;

	for (size_t i = 0; i < run->nr_points; i++)
		if (i == 0 ||
		    strcmp(run->points[i].plan.id.bench, names[nr - 1]))
			names[nr++] = run->points[i].plan.id.bench;
	suggest_log("benchmark of this run", word, names, nr);
	return ST_USAGE;
}

static enum exit_status no_such_point(const struct run *run,
				      const struct explain_opts *o)
{
	log_err("no point of %s has '%s'; this run has:", o->words[2],
		o->words[3]);
	for (size_t i = 0; i < run->nr_points; i++)
		if (bench_matches(&run->points[i].plan, o))
			log_err("  %s %s", run->points[i].plan.id.bench,
				run->points[i].plan.id.params);
	return ST_USAGE;
}

static enum exit_status check_wish(const struct run *run,
				   const struct explain_opts *o)
{
	size_t benches = 0, points = 0;

	for (size_t i = 0; i < run->nr_points; i++) {
		benches += bench_matches(&run->points[i].plan, o);
		points += is_wanted(&run->points[i].plan, o);
	}
	if (points)
		return ST_OK;
	return benches ? no_such_point(run, o)
		       : no_such_bench(run, o->nr_words > 2 ? o->words[2] : "");
}

static enum exit_status check_event(const struct explain_opts *o,
				    const struct explain_kernel k[EX_BOTH])
{
	for (unsigned i = 0; i < EX_BOTH; i++) {
		const bool *counted = k[i].profile.counted;

		if (o->event == EXPLAIN_CYCLES ? counted[PROFILE_MISPREDICTS]
					       : counted[o->event])
			continue;
		log_err("%s was not counted; make the run with --profile=model",
			explain_event_name(o->event));
		return ST_USAGE;
	}
	return ST_OK;
}

/* --- explain it --- */

struct result {
	struct explanation **list;
	size_t nr;
	size_t nr_equal;     /* left out: the profile has no difference */
	size_t nr_unchanged; /* left out: NO CHANGE, but some difference */
	size_t nr_doubt;
};

static void release_result(struct result *res)
{
	for (size_t i = 0; i < res->nr; i++)
		explanation_free(res->list[i]);
	free(res->list);
}

/* Without BENCH, a point that did not change is only counted. */
static bool is_left_out(const struct explain_opts *o,
			const struct judged_point *p,
			const struct explanation *e, struct result *res)
{
	if (o->nr_words >= 3 || judged_changed(p))
		return false;
	if (explain_diff(e) == 0)
		res->nr_equal++;
	else if (judged_unchanged(p))
		res->nr_unchanged++;
	else
		return false;
	return true;
}

static void explain_all(const struct comparison *c,
			const struct explain_opts *o,
			const struct explain_kernel k[EX_BOTH],
			struct result *res)
{
	_cleanup_free_ struct judged_point *points = verdict_order(c);
	const struct run *run = c->run;

	res->list = xcalloc(run->nr_points, sizeof(struct explanation *));
	for (size_t i = 0; i < run->nr_points; i++) {
		const struct judged_point *p = &points[i];
		struct explanation *e;

		if (!is_wanted(&run->points[p->point].plan, o))
			continue;
		e = explain_point(c->values, run, k, p->point, o->event);
		if (!e)
			continue;
		e->effect = p->effect;
		res->nr_doubt += explain_in_doubt(e);
		if (is_left_out(o, p, e, res))
			explanation_free(e);
		else
			res->list[res->nr++] = e;
	}
}

static void print_left_out(const struct result *res)
{
	const char *sep = res->nr ? "\n" : "";

	if (res->nr_unchanged)
		printf("%s%zu point%s did not change (NO CHANGE); BENCH '*' "
		       "explains all points.\n",
		       sep, res->nr_unchanged,
		       res->nr_unchanged == 1 ? "" : "s");
	if (res->nr_equal)
		printf("%s%zu point%s not differ.\n",
		       res->nr_unchanged ? "" : sep, res->nr_equal,
		       res->nr_equal == 1 ? " does" : "s do");
}

static enum exit_status print_json(const struct run *run,
				   const struct explain_kernel k[EX_BOTH],
				   const struct result *res)
{
	int r = explain_print_json(stdout, run, k, res->list, res->nr);

	if (r == 0)
		return ST_OK;
	log_err_errno(-r, "cannot print");
	return ST_HOST;
}

static enum exit_status print(const struct run *run,
			      const struct explain_opts *o,
			      const struct explain_kernel k[EX_BOTH],
			      const struct result *res)
{
	enum exit_status r = ST_OK;

	if (o->format == FORMAT_JSON)
		return print_json(run, k, res);
	for (size_t i = 0; i < res->nr; i++) {
		if (o->format == FORMAT_FOLDED) {
			explain_print_folded(stdout, res->list[i]);
			continue;
		}
		if (o->format == FORMAT_SVG) {
			explain_print_flame(stdout, run, k, res->list[i]);
			continue;
		}
		if (o->format == FORMAT_PERF) {
			explain_print_perf(stdout, run, k, res->list[i]);
			continue;
		}
		if (i)
			fputc('\n', stdout);
		if (o->tree)
			explain_print_tree(stdout, run, k, res->list[i],
					   o->tree_percent);
		else
			explain_print_text(stdout, run, k, res->list[i],
					   o->top);
		if (o->source)
			r = source_print(stdout, run, k, res->list[i], o->top);
		if (r != ST_OK)
			return r;
	}
	if (o->format == FORMAT_TEXT)
		print_left_out(res);
	return ST_OK;
}

/* --annotate and formats other than text and JSON show one point. */
static enum exit_status check_single(const struct explain_opts *o,
				     const struct result *res)
{
	if ((o->format < FORMAT_FOLDED && !o->annotate) || res->nr == 1)
		return ST_OK;
	log_err("%s%s shows one point, but %zu match: "
		"give BENCH and POINT",
		o->annotate ? "--annotate" : "format ",
		o->annotate ? "" : formats[o->format],
		res->nr + res->nr_equal + res->nr_unchanged);
	return ST_USAGE;
}

static enum exit_status print_annotation(const struct run *run,
					 const struct explain_opts *o,
					 const struct explain_kernel k[EX_BOTH],
					 const struct explanation *e)
{
	_cleanup_(annotation_release) struct annotation a = { NULL };
	enum exit_status r = annotate(run, k, e, o->annotate, &a);

	if (r == ST_OK)
		annotate_print(stdout, run, k, e, &a, o->top == 0);
	return r;
}

static enum exit_status explain(const struct run *run,
				const struct explain_opts *o,
				const struct explain_kernel k[EX_BOTH])
{
	_cleanup_(compare_freep) struct comparison *c = NULL;
	_cleanup_(release_result) struct result res = { 0 };
	enum exit_status r = check_event(o, k);

	if (r != ST_OK)
		return r;
	c = compare_run(run, k[EX_BASE].index, &k[EX_CONT].index, 1);
	explain_all(c, o, k, &res);
	if (res.nr + res.nr_equal + res.nr_unchanged == 0) {
		log_err("nothing to explain: no such point was measured on "
			"both kernels");
		return ST_USAGE;
	}
	r = check_single(o, &res);
	if (r != ST_OK)
		return r;
	if (o->annotate)
		return print_annotation(run, o, k, res.list[0]);
	if (o->source)
		r = source_check(run, k);
	if (r != ST_OK)
		return r;
	r = print(run, o, k, &res);
	if (r != ST_OK)
		return r;
	if (res.nr_doubt)
		log_warn("%zu points are in doubt", res.nr_doubt);
	return o->strict && res.nr_doubt ? ST_INCONCLUSIVE : ST_OK;
}

static enum exit_status list_record(const struct run *run,
				    const struct explain_opts *o,
				    const unsigned kernels[EX_BOTH])
{
	_cleanup_free_ bool *wanted = xcalloc(run->nr_points + 1, 1);

	for (size_t i = 0; i < run->nr_points; i++)
		wanted[i] = is_wanted(&run->points[i].plan, o);
	return explain_record(
		o->record,
		&(struct explain_record){
			.run = run,
			.kernels = { kernels[EX_BASE], kernels[EX_CONT] },
			.wanted = wanted,
			.named = o->nr_words >= 3,
			.top = o->top,
			.json = o->format == FORMAT_JSON,
			.source = o->source,
		});
}

enum exit_status cmd_explain(const struct env *env, int argc, char **argv)
{
	_cleanup_(run_freep) struct run *run = NULL;
	struct explain_opts o = { .top = TOP_DEFAULT };
	struct explain_kernel k[EX_BOTH] = { 0 };
	unsigned kernels[EX_BOTH];
	enum exit_status r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	r = pick_kernels(env, &o, &run, kernels);
	if (r == ST_OK)
		r = check_wish(run, &o);
	if (r == ST_OK && o.record != RECORD_NONE)
		return list_record(run, &o, kernels);
	for (unsigned i = 0; i < EX_BOTH && r == ST_OK; i++)
		r = explain_load(run, kernels[i], &k[i]);
	if (r == ST_OK) {
		explain_match(k);
		r = explain(run, &o, k);
	}
	for (unsigned i = 0; i < EX_BOTH; i++)
		explain_kernel_release(&k[i]);
	return r;
}
