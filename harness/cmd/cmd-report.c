/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "calib-kept.h"
#include "cmd.h"
#include "exit-status.h"
#include "log.h"
#include "report.h"
#include "subjects.h"

struct report_opts {
	const char *run;
	const char *output;
	char **names; /* BASE CONTENDER... */
	size_t nr_names;
};

static const struct argp_option options[] = {
	{ "run", 'r', "RUN", 0,
	  "A run directory or the id of one (default: the latest run)", 0 },
	{ "output", 'o', "DIR", 0,
	  "Where to write (default: report, below the results)", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct report_opts *o = state->input;

	switch (key) {
	case 'r':
		o->run = arg;
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
	.doc = "Write the HTML report of a run, and its plots beside it as "
	       "SVG. The page needs neither network nor scripts. Of a run with "
	       "--profile it shows what functions cost, and flame graphs of "
	       "what changed most.\v"
	       "Without names: the first kernel of the run against all others. "
	       "Kernels of several runs are named as for compare.",
};

enum exit_status cmd_report(const struct env *env, int argc, char **argv)
{
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_(selection_release) struct selection s = { 0 };
	_cleanup_(findings_freep) struct findings *f = NULL;
	_cleanup_free_ char *dir = NULL;
	struct report_opts o = { 0 };
	enum exit_status r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	r = select_any(env, o.run, o.names, o.nr_names, "report", &run, &s);
	if (r != ST_OK)
		return r;
	dir = o.output ? xstrdup(o.output)
		       : xasprintf("%s/report", env->results_dir);
	f = findings_new(run, s.base, s.contenders, s.nr);
	calib_kept_find(env, f);
	if (report_write(f, env->plots_dir, dir) < 0)
		return ST_HOST;
	printf("%s/index.html\n", dir);
	return ST_OK;
}
