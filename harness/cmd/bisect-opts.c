/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect-opts.h"

#include "opt-values.h"
#include "plan-limits.h"

/* As few as a verdict rests on (JUDGE_MIN_PAIRS). */
#define PERTURBATIONS 4
#define STEPS 4

enum {
	OPT_BENCH = 256,
	OPT_POINT,
	OPT_MACHINE,
	OPT_PERTURBATIONS,
	OPT_STEPS,
	OPT_FRESH,
};

static const struct argp_option options[] = {
	{ "bench", OPT_BENCH, "GLOB", 0, "The benchmark that changed", 0 },
	{ "point", OPT_POINT, "KEY=V[,KEY=V]...", 0,
	  "Its params (default: the point that changes most)", 0 },
	{ "machine", OPT_MACHINE, "MACHINE", 0,
	  "One that counts exactly: sim (default), or fake:DIR", 0 },
	{ "perturbations", OPT_PERTURBATIONS, "M", 0,
	  "Boots of each kernel on the way, 1 to 64 (default: 4)", 0 },
	{ "steps", OPT_STEPS, "N", 0,
	  "Stop after so many answers, the largest first; 0: find all "
	  "(default: 4)",
	  0 },
	{ "fresh", OPT_FRESH, NULL, 0,
	  "Forget what an earlier bisection of the same measured, and take no "
	  "boot that is kept",
	  0 },
	{ "jobs", 'j', "N", 0, "Boots in parallel (default: one per core)", 0 },
	{ "quiet", 'q', NULL, 0, "No progress, only warnings and errors", 0 },
	{ "verbose", 'v', NULL, 0, "Name patches, and print other details", 0 },
	{ NULL },
};

static void add_word(struct bisect_opts *o, const char *word,
		     struct argp_state *state)
{
	if (!o->base)
		o->base = word;
	else if (!o->contender)
		o->contender = word;
	else
		argp_error(state, "'%s': one word too many", word);
}

static void check(const struct bisect_opts *o, struct argp_state *state)
{
	if (!o->contender)
		argp_error(state, "which kernels? BASE and CONTENDER, as for "
				  "cgmark run --kernel");
	if (!o->bench)
		argp_error(state, "which benchmark? --bench (see cgmark list)");
}

static bool parse_switch(int key, struct bisect_opts *o)
{
	switch (key) {
	case OPT_FRESH:
		o->fresh = true;
		return true;
	case 'q':
		o->quiet = true;
		o->verbose = false;
		return true;
	case 'v':
		o->verbose = true;
		o->quiet = false;
		return true;
	}
	return false;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct bisect_opts *o = state->input;

	if (parse_switch(key, o))
		return 0;
	switch (key) {
	case OPT_BENCH:
		o->bench = arg;
		return 0;
	case OPT_POINT:
		o->point = arg;
		return 0;
	case OPT_MACHINE:
		o->machine = arg;
		return 0;
	case OPT_PERTURBATIONS:
		o->perturbations = opt_number(state, "perturbations", arg, 1,
					      PLAN_PERTURBATIONS_MAX);
		return 0;
	case OPT_STEPS:
		o->steps = opt_number(state, "steps", arg, 0, 10000);
		return 0;
	case 'j':
		o->jobs = opt_number(state, "jobs", arg, 1, 1024);
		return 0;
	case ARGP_KEY_ARG:
		add_word(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "BASE CONTENDER",
	.doc = "Find the patches or commits between two kernels that change "
	       "what a benchmark costs."
	       "\vBASE and CONTENDER are kernels as for cgmark run --kernel: of "
	       "one source, CONTENDER with more patches of a series; or two "
	       "commits of one git repository.\n\n"
	       "  cgmark bisect baseline patched --bench css_set/lookup\n"
	       "  cgmark bisect old=git:linux@v6.12 new=git:linux@HEAD --bench "
	       "fork/exit --point controllers=none\n\n"
	       "It goes on where it was interrupted, and answers at once what "
	       "it knows.  Exit status: 0 nothing makes it slower, 1 a patch or "
	       "commit does, 2 usage error, 3 the two kernels leave it in "
	       "doubt, 4 one of them failed, 5 the harness or the host failed, "
	       "130 interrupted.",
};

int bisect_opts_parse(int argc, char **argv, struct bisect_opts *ret)
{
	*ret = (struct bisect_opts){
		.machine = "sim",
		.perturbations = PERTURBATIONS,
		.steps = STEPS,
	};
	return argp_parse(&argp, argc, argv, 0, NULL, ret);
}
