/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "cmd.h"
#include "day.h"
#include "exit-status.h"
#include "gate-text.h"
#include "gate.h"
#include "log.h"
#include "subjects.h"
#include "tap.h"

struct gate_opts {
	const char *run;
	const char *policy;
	unsigned today;
	bool strict;
	bool bisect;
	char **names; /* BASE CONTENDER... */
	size_t nr_names;
};

enum { OPT_BISECT = 256, OPT_TODAY };

static const struct argp_option options[] = {
	{ "policy", 'p', "FILE", 0,
	  "Thresholds and expected changes, as the manual has them (default: "
	  "none, any REGRESSION fails)",
	  0 },
	{ "run", 'r', "RUN", 0,
	  "A run directory or the id of one (default: the latest run)", 0 },
	{ "strict", 's', NULL, 0,
	  "Fail also if a verdict is INCONCLUSIVE or INVALID, or a contender "
	  "lacks points that the baseline has",
	  0 },
	{ "bisect", OPT_BISECT, NULL, 0,
	  "Exit as git bisect run takes it: 0 good, 1 bad, 125 cannot be told, "
	  "128 stop; implies --strict",
	  0 },
	{ "today", OPT_TODAY, "YYYY-MM-DD", 0,
	  "Judge as if it were that day (default: today, UTC)", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct gate_opts *o = state->input;

	switch (key) {
	case 'p':
		o->policy = arg;
		return 0;
	case 'r':
		o->run = arg;
		return 0;
	case 's':
		o->strict = true;
		return 0;
	case OPT_BISECT:
		o->bisect = true;
		return 0;
	case OPT_TODAY:
		if (!day_parse(arg, &o->today))
			argp_error(state, "--today '%s': a day as YYYY-MM-DD",
				   arg);
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
	.doc = "Say whether a run passes, by a policy.\v"
	       "Without names: the first kernel of the run against all others. "
	       "Kernels of several runs are named as for compare. "
	       "Exit status: 0 it passes, 1 a regression that the policy does "
	       "not expect, or an exception in it that has expired, 2 usage "
	       "error or malformed policy, 3 nothing compared, or (strict) "
	       "doubts, 4 a kernel failed.",
};

/*
 * Not through stdout: if that has an error, the program ends with a status that
 * git bisect would take for a verdict.
 */
static int print_gate(const struct gate *g)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);
	int r;

	if (!mem)
		return log_err_errno(errno, "cannot print");
	gate_print_text(mem, g);
	if (fclose(mem) == EOF)
		return log_err_errno(errno, "cannot print");
	r = write_all(STDOUT_FILENO, text, len);
	return r < 0 ? log_err_errno(-r, "cannot write standard output") : 0;
}

static enum exit_status judge(const struct gate_opts *o, const struct run *run,
			      const struct selection *s,
			      const struct policy *policy, bool *expired)
{
	struct comparison *c = compare_run(run, s->base, s->contenders, s->nr);
	struct gate *g = gate_new(c, policy, o->today, o->strict || o->bisect);
	enum exit_status r;

	if (print_gate(g) < 0)
		r = ST_HOST;
	else
		r = gate_status(g);
	*expired = g->nr_expired > 0;
	gate_free(g);
	compare_free(c);
	return r;
}

static enum exit_status gate(const struct env *env, const struct gate_opts *o,
			     bool *expired)
{
	_cleanup_(policy_release) struct policy policy;
	_cleanup_(selection_release) struct selection s = { 0 };
	_cleanup_(run_freep) struct run *run = NULL;
	enum exit_status r;

	policy_default(&policy);
	if (o->policy) {
		r = policy_load(o->policy, &policy);
		if (r != ST_OK)
			return r;
	}
	r = select_subjects(env, o->run, o->names, o->nr_names, &run, &s);
	return r == ST_OK ? judge(o, run, &s, &policy, expired) : r;
}

/* Does the command line ask for it?  argp exits on errors in the others. */
static bool wants_bisect(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		/* Also abbreviated. */
		if (strncmp(argv[i], "--b", 3) == 0)
			return true;
	}
	return false;
}

enum exit_status cmd_gate(const struct env *env, int argc, char **argv)
{
	struct gate_opts o = { .today = day_today() };
	bool expired = false;
	enum exit_status r;

	/* Status 2 is a bad kernel to git: a slip of the pen is not. */
	if (wants_bisect(argc, argv)) {
		argp_err_exit_status = gate_bisect_status(ST_USAGE, false);
		alloc_err_exit_status = gate_bisect_status(ST_HOST, false);
	}
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return argp_err_exit_status;
	r = gate(env, &o, &expired);
	return o.bisect ? (enum exit_status)gate_bisect_status(r, expired) : r;
}
