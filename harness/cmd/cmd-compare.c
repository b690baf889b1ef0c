/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "cmd.h"
#include "compare-json.h"
#include "compare-text.h"
#include "exit-status.h"
#include "file.h"
#include "log.h"
#include "suggest.h"
#include "words.h"

struct compare_opts {
	const char *run;
	const char *output;
	bool json;
	bool strict;
	bool verbose;
	char **names; /* BASE CONTENDER... */
	size_t nr_names;
};

static const struct argp_option options[] = {
	{ "run", 'r', "RUN", 0,
	  "A run directory or the id of one (default: the latest run)", 0 },
	{ "format", 'f', "text|json", 0, "How to print (default: text)", 0 },
	{ "strict", 's', NULL, 0,
	  "Exit 3 if a verdict is INCONCLUSIVE or INVALID, or a contender "
	  "lacks points that the baseline has",
	  0 },
	{ "verbose", 'v', NULL, 0, "Name each patch of the kernels", 0 },
	{ "output", 'o', "FILE", 0, "Write to FILE instead of standard output",
	  0 },
	{ NULL },
};

static void parse_format(struct compare_opts *o, const char *arg,
			 struct argp_state *state)
{
	static const char *const formats[] = { "text", "json" };

	if (strcmp(arg, "text") != 0 && strcmp(arg, "json") != 0) {
		suggest_log("format", arg, formats, ARRAY_SIZE(formats));
		argp_usage(state);
	}
	o->json = strcmp(arg, "json") == 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct compare_opts *o = state->input;

	switch (key) {
	case 'r':
		o->run = arg;
		return 0;
	case 'f':
		parse_format(o, arg, state);
		return 0;
	case 's':
		o->strict = true;
		return 0;
	case 'v':
		o->verbose = true;
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
	.args_doc = "[BASE [CONTENDER...]]",
	.doc = "Compare kernels of an earlier run.\v"
	       "Without names: the first kernel of the run against all others. "
	       "Exit status: 0 no regression, 1 regression, 3 nothing "
	       "compared, or (with --strict) inconclusive, invalid or lacking "
	       "points.",
};

static int print_to(FILE *out, const struct compare_opts *o,
		    const struct findings *f)
{
	if (o->json)
		return compare_print_json(out, f);
	compare_print_text(out, f, o->verbose);
	return 0;
}

/* Writes the whole comparison or leaves the file unchanged. */
static int print_to_file(const struct compare_opts *o, const struct findings *f)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);
	int r;

	if (!mem)
		return log_err_errno(errno, "cannot print");
	r = print_to(mem, o, f);
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

static enum exit_status compare_selected(const struct compare_opts *o,
					 const struct run *run,
					 const struct selection *s)
{
	_cleanup_(findings_freep) struct findings *f =
		findings_new(run, s->base, s->contenders, s->nr);
	int r;

	if (o->output) {
		r = print_to_file(o, f);
	} else {
		r = print_to(stdout, o, f);
		if (r < 0)
			log_err_errno(-r, "cannot print");
	}
	return r < 0 ? ST_HOST : compare_status(f->comparison, o->strict);
}

enum exit_status cmd_compare(const struct env *env, int argc, char **argv)
{
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_(selection_release) struct selection s = { 0 };
	struct compare_opts o = { 0 };
	unsigned damaged;
	enum exit_status r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	r = select_run(env, o.run, &run, &damaged);
	if (r != ST_OK)
		return r;
	r = select_kernels(run, o.names, o.nr_names, &s);
	if (r != ST_OK)
		return r;
	if (s.nr == 0) {
		log_err("run %s has only one kernel: nothing to compare with",
			run->id);
		return ST_USAGE;
	}
	return compare_selected(&o, run, &s);
}
