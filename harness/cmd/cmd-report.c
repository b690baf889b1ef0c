/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "cmd.h"
#include "exit-status.h"
#include "log.h"
#include "report.h"
#include "words.h"

struct report_opts {
	const char *run;
	const char *output;
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
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': no words are taken", arg);
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.doc = "Write the HTML report of a run, and its plots beside it as "
	       "SVG. The page needs neither network nor scripts. Of a run with "
	       "--profile it shows what functions cost, and flame graphs of "
	       "what changed most.",
};

enum exit_status cmd_report(const struct env *env, int argc, char **argv)
{
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_(selection_release) struct selection s = { 0 };
	_cleanup_(findings_freep) struct findings *f = NULL;
	_cleanup_free_ char *dir = NULL;
	struct report_opts o = { 0 };
	unsigned damaged;
	enum exit_status r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	r = select_run(env, o.run, &run, &damaged);
	if (r == ST_OK)
		r = select_kernels(run, NULL, 0, &s);
	if (r != ST_OK)
		return r;
	if (run->nr_kernels == 0) {
		log_err("run %s has no kernel: nothing to report", run->id);
		return ST_USAGE;
	}
	dir = o.output ? xstrdup(o.output)
		       : xasprintf("%s/report", env->results_dir);
	f = findings_new(run, s.base, s.contenders, s.nr);
	if (report_write(f, env->plots_dir, dir) < 0)
		return ST_HOST;
	printf("%s/index.html\n", dir);
	return ST_OK;
}
