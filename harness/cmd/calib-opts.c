/* SPDX-License-Identifier: GPL-2.0-only */
#include "calib-opts.h"

#include <inttypes.h>

#include "alloc.h"
#include "judge-limits.h"
#include "plan-limits.h"
#include "suite.h"

/* Half as many again as a run has, so that there are many runs among them. */
#define PERTURBATIONS 12
#define DRAWS 12
#define DRAWS_MAX 1000

enum {
	OPT_MACHINE = 256,
	OPT_SUITE,
	OPT_BENCH,
	OPT_PARAM,
	OPT_BASE,
	OPT_PADDED,
	OPT_COSTS,
	OPT_PERTURBATIONS,
	OPT_DRAWS,
	OPT_SEED,
	OPT_TIME,
	OPT_FRESH,
};

static const struct argp_option options[] = {
	{ "suite", OPT_SUITE, "NAME", 0,
	  "The suite that it is for (default: quick)", 0 },
	{ "bench", OPT_BENCH, "GLOB", 0,
	  "Only these benchmarks of it; may be repeated.  What comes out is "
	  "for no suite then",
	  0 },
	{ "param", OPT_PARAM, "KEY=V[,V]...", 0,
	  "Use these values of a param instead of its sweep; may be repeated",
	  0 },
	{ "costs", OPT_COSTS, "PLACE:KIND:PERCENT[,...]", 0,
	  "The costs to put in (default: " COSTS_DEFAULT ")", 0 },
	{ "perturbations", OPT_PERTURBATIONS, "M", 0,
	  "Measuring boots of each kernel, 9 to 64 (default: 12)", 0 },
	{ "draws", OPT_DRAWS, "N", 0,
	  "Runs that are put together of each kernel's boots (default: 12)",
	  0 },
	{ "seed", OPT_SEED, "N", 0,
	  "Draws the perturbations, and the runs of them (default: 1)", 0 },
	{ "time", OPT_TIME, "TIME", 0,
	  "Begin no further kernel after so many seconds, minutes or hours "
	  "(90s, 30m, 2h)",
	  0 },
	{ "machine", OPT_MACHINE, "MACHINE", 0,
	  "One that counts exactly: sim (default), or fake:DIR", 0 },
	{ "base", OPT_BASE, "KERNEL", 0,
	  "A kernel that takes cgmark_cost= (default: calibrate)", 0 },
	{ "padded", OPT_PADDED, "KERNEL", 0,
	  "The same at other addresses (default: padded)", 0 },
	{ "fresh", OPT_FRESH, NULL, 0,
	  "Forget what an earlier calibration of the same measured, and take "
	  "no boot that is kept",
	  0 },
	{ "jobs", 'j', "N", 0, "Boots in parallel (default: one per core)", 0 },
	{ "quiet", 'q', NULL, 0, "No progress, only warnings and errors", 0 },
	{ "verbose", 'v', NULL, 0, "Print details", 0 },
	{ NULL },
};

static void parse_costs(struct calib_opts *o, const char *arg,
			struct argp_state *state)
{
	_cleanup_free_ char *why = NULL;

	cost_list_release(&o->costs);
	if (!cost_list_parse(arg, &o->costs, &why))
		argp_error(state, "--costs %s", why);
}

static unsigned parse_time(const char *arg, struct argp_state *state)
{
	static const char units[] = "smh";
	static const unsigned seconds[] = { 1, 60, 3600 };
	unsigned value = 0;
	char unit = '\0', rest;
	const char *at;

	if (sscanf(arg, "%6u%c%c", &value, &unit, &rest) != 2 || !value ||
	    *arg == '-' || *arg == '+' || !(at = strchr(units, unit)))
		argp_error(state, "--time '%s': as 90s, 30m or 2h", arg);
	else
		return value * seconds[at - units];
	return 0;
}

static bool parse_number(int key, const char *arg, struct argp_state *state)
{
	struct calib_opts *o = state->input;

	switch (key) {
	case OPT_PERTURBATIONS:
		/* With 8, all draws would have the same boots. */
		o->perturbations = opt_number(state, "perturbations", arg,
					      JUDGE_PERTURBATIONS + 1,
					      PLAN_PERTURBATIONS_MAX);
		return true;
	case OPT_DRAWS:
		o->draws = opt_number(state, "draws", arg, 1, DRAWS_MAX);
		return true;
	case OPT_SEED:
		o->seed = opt_number(state, "seed", arg, 0, INT64_MAX);
		return true;
	case OPT_TIME:
		o->seconds = parse_time(arg, state);
		return true;
	case 'j':
		o->jobs = opt_number(state, "jobs", arg, 1, 1024);
		return true;
	}
	return false;
}

static bool parse_word(int key, char *arg, struct calib_opts *o)
{
	switch (key) {
	case OPT_MACHINE:
		o->machine = arg;
		return true;
	case OPT_SUITE:
		o->suite = arg;
		return true;
	case OPT_BENCH:
		words_add(&o->benches, arg);
		return true;
	case OPT_PARAM:
		words_add(&o->params, arg);
		return true;
	case OPT_BASE:
		o->base = arg;
		return true;
	case OPT_PADDED:
		o->padded = arg;
		return true;
	}
	return false;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct calib_opts *o = state->input;

	if (parse_word(key, arg, o) || parse_number(key, arg, state))
		return 0;
	switch (key) {
	case OPT_COSTS:
		parse_costs(o, arg, state);
		return 0;
	case OPT_FRESH:
		o->fresh = true;
		return 0;
	case 'q':
		o->quiet = true;
		o->verbose = false;
		return 0;
	case 'v':
		o->verbose = true;
		o->quiet = false;
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
	.doc = "Find out what verdicts are worth here: how often a change is "
	       "seen where there is none, and how often one of known size is."
	       "\vPLACE is fork, exit, attach, find, rebind, stat, taskstats, "
	       "or a glob; KIND is insns, loads, tail (one call in 200) or "
	       "drift; PERCENT is of the operation that executes it.\n\n"
	       "It goes on where it was interrupted.  What comes out is kept, "
	       "and reports of runs of the same suite on the same machine have "
	       "a line of it.  Exit status: 0 no false alarm and all found, 1 "
	       "not so, 2 usage error, 3 nothing could be compared, 4 a kernel "
	       "failed, 5 the harness or the host failed, 130 interrupted.",
};

int calib_opts_parse(int argc, char **argv, struct calib_opts *ret)
{
	char *why = NULL;

	*ret = (struct calib_opts){
		.machine = "sim",
		.suite = SUITE_DEFAULT,
		.base = "calibrate",
		.padded = "padded",
		.perturbations = PERTURBATIONS,
		.draws = DRAWS,
		.seed = 1,
	};
	cost_list_parse(COSTS_DEFAULT, &ret->costs, &why);
	free(why);
	return argp_parse(&argp, argc, argv, 0, NULL, ret);
}

void calib_opts_release(struct calib_opts *o)
{
	cost_list_release(&o->costs);
	free(o->benches.v);
	free(o->params.v);
}
