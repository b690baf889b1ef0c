/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "calib-kept.h"
#include "cmd.h"
#include "compare-formats.h"
#include "exit-status.h"
#include "file.h"
#include "log.h"
#include "subjects.h"
#include "tag-by.h"

struct compare_opts {
	const char *run;
	const char *output;
	const struct compare_format *format;
	struct print_opts print;
	bool strict;
	char **names; /* BASE CONTENDER... */
	size_t nr_names;
};

enum { OPT_CHANGED_ONLY = 256, OPT_BY, OPT_ORIGIN };

static const struct argp_option options[] = {
	{ "run", 'r', "RUN", 0,
	  "A run directory, the id of a run or its beginning (default: the "
	  "latest run)",
	  0 },
	{ "format", 'f', COMPARE_FORMATS, 0, "How to print (default: text)",
	  0 },
	{ "changed-only", OPT_CHANGED_ONLY, NULL, 0,
	  "Print only points with REGRESSION or IMPROVEMENT; the summary and "
	  "the exit status still count all",
	  0 },
	{ "by", OPT_BY, "NAME <ADDRESS>", 0,
	  "Who stands in the tags of --format mail (default: git's author)",
	  0 },
	{ "origin", OPT_ORIGIN, "NAME", 0,
	  "Who submits with --format kcidb (default: cgmark)", 0 },
	{ "strict", 's', NULL, 0,
	  "Exit 3 if a verdict is INCONCLUSIVE or INVALID, or a contender "
	  "lacks points that the baseline has",
	  0 },
	{ "verbose", 'v', NULL, 0,
	  "Name each patch of the kernels; of several contenders print all "
	  "rows of each",
	  0 },
	{ "output", 'o', "FILE", 0, "Write to FILE instead of standard output",
	  0 },
	{ NULL },
};

static void parse_by(struct compare_opts *o, const char *arg,
		     struct argp_state *state)
{
	if (!tag_by_ok(arg))
		argp_error(state, "--by '%s': write \"NAME <ADDRESS>\"", arg);
	o->print.by = arg;
}

static void parse_origin(struct compare_opts *o, const char *arg,
			 struct argp_state *state)
{
	size_t len = strspn(arg, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (!*arg || arg[len])
		argp_error(state,
			   "--origin '%s': lower-case letters, digits and '_'",
			   arg);
	o->print.origin = arg;
}

static bool parse_print_opt(int key, char *arg, struct argp_state *state)
{
	struct compare_opts *o = state->input;

	switch (key) {
	case 'f':
		o->format = compare_format_find(arg);
		if (!o->format)
			argp_usage(state);
		return true;
	case 'v':
		o->print.verbose = true;
		return true;
	case OPT_CHANGED_ONLY:
		o->print.changed_only = true;
		return true;
	case OPT_BY:
		parse_by(o, arg, state);
		return true;
	case OPT_ORIGIN:
		parse_origin(o, arg, state);
		return true;
	}
	return false;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct compare_opts *o = state->input;

	if (parse_print_opt(key, arg, state))
		return 0;
	switch (key) {
	case 'r':
		o->run = arg;
		return 0;
	case 's':
		o->strict = true;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->names = state->argv + state->next;
		o->nr_names = (size_t)(state->argc - state->next);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[BASE [CONTENDER...]]\nRUN:BASE RUN:CONTENDER...",
	.doc = "Compare kernels of an earlier run, or of several.\v"
	       "Without names: the first kernel of the run against all others. "
	       "RUN is as for --run, or \"latest\". Kernels of different runs "
	       "are compared if the runs differ in nothing else. "
	       "Exit status: 0 no regression, 1 regression, 3 nothing "
	       "compared, or (with --strict) inconclusive, invalid or lacking "
	       "points.",
};

/* Writes the whole comparison or leaves the file unchanged. */
static int print_to_file(const struct compare_opts *o, const struct findings *f)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);
	int r;

	if (!mem)
		return log_err_errno(errno, "cannot print");
	r = o->format->print(mem, f, &o->print);
	if (fclose(mem) == EOF && r == 0)
		r = -errno;
	if (r < 0)
		return log_err_errno(-r, "cannot print");
	r = write_output(o->output, text, len);
	if (r < 0)
		return log_err_errno(-r, "cannot write %s", o->output);
	log_info("comparison written to %s", o->output);
	return 0;
}

/* The author of git(1), unless --by says somebody else. */
static char *find_by(struct compare_opts *o)
{
	char *by;

	if (o->print.by || o->format->print != compare_print_mail)
		return NULL;
	by = tag_by_git();
	if (!by)
		log_info("no tag in the mail: git has no name and address for "
			 "its author; give one: --by \"NAME <ADDRESS>\"");
	o->print.by = by;
	return by;
}

static enum exit_status compare_selected(const struct env *env,
					 struct compare_opts *o,
					 const struct run *run,
					 const struct selection *s)
{
	_cleanup_(findings_freep) struct findings *f =
		findings_new(run, s->base, s->contenders, s->nr);
	_cleanup_free_ char *by = find_by(o);
	int r;

	calib_kept_find(env, f);
	if (o->output) {
		r = print_to_file(o, f);
	} else {
		r = o->format->print(stdout, f, &o->print);
		if (r < 0)
			log_err_errno(-r, "cannot print");
	}
	return r < 0 ? ST_HOST : compare_status(f->comparison, o->strict);
}

enum exit_status cmd_compare(const struct env *env, int argc, char **argv)
{
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_(selection_release) struct selection s = { 0 };
	struct compare_opts o = { .format = compare_format_find("text") };
	enum exit_status r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	r = select_subjects(env, o.run, o.names, o.nr_names, &run, &s);
	if (r != ST_OK)
		return r;
	return compare_selected(env, &o, run, &s);
}
