/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>

#include "alloc.h"
#include "day.h"
#include "event-names.h"
#include "night-ini.h"
#include "plan-limits.h"
#include "run-opts.h"
#include "text.h"

enum {
	OPT_KERNEL = 256,
	OPT_SERIES,
	OPT_FLAVOUR,
	OPT_MACHINE,
	OPT_BENCH,
	OPT_PARAM,
	OPT_SUITE,
	OPT_PERTURBATIONS,
	OPT_SAMPLES,
	OPT_NO_REPEAT,
	OPT_NO_NULL,
	OPT_SETTLE,
	OPT_SETTLE_TIME,
	OPT_NO_SETTLE,
	OPT_TIME,
	OPT_FRESH,
	OPT_HELLO,
	OPT_SILENCE,
	OPT_POINT,
	OPT_BOOT,
	OPT_SEED,
	OPT_SHARD,
	OPT_RESUME,
	OPT_SLURM,
	OPT_SHARDS,
	OPT_STRICT,
	OPT_FORMAT,
	OPT_NO_COMPARE,
	OPT_NIGHT,
	OPT_PROFILE,
	OPT_EVENTS,
	OPT_LATENCIES,
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to measure:", 1 },
	{ "kernel", OPT_KERNEL, "NAME[=SPEC]", 0,
	  "A kernel; may be repeated.  The first is the baseline.  Default: "
	  "baseline and patched of kernels.ini",
	  1 },
	{ "series", OPT_SERIES, "NAME[=SPEC]", 0,
	  "A kernel for each patch of a kernel's series: NAME-0 without "
	  "patches, NAME-1 with the first one, and so on",
	  1 },
	{ "config-flavour", OPT_FLAVOUR, "NAME", 0,
	  "Build all kernels with this fragment of kernel/config.d in addition, "
	  "such as distro: with what distributions turn on",
	  1 },
	{ "bench", OPT_BENCH, "GLOB", 0,
	  "Only benchmarks whose name matches; may be repeated.  Without "
	  "--suite: with all their params",
	  1 },
	{ "param", OPT_PARAM, "KEY=V[,V]...", 0,
	  "Use these values of a param instead of its sweep; may be repeated",
	  1 },
	{ "suite", OPT_SUITE, "NAME", 0,
	  "A suite (default: quick, unless there is a --bench); see cgmark "
	  "list --suites",
	  1 },
	{ "samples", OPT_SAMPLES, "N", 0,
	  "Samples per point (default: what the benchmark asks for)", 1 },

	{ NULL, 0, NULL, 0, "How to boot:", 2 },
	{ "machine", OPT_MACHINE, "MACHINE", 0,
	  "sim (default), kvm, either with :CPUS, metal, local, or fake:DIR",
	  2 },
	{ "perturbations", OPT_PERTURBATIONS, "M", 0,
	  "Measuring boots of each kernel, 1 to 64 (default: those of the "
	  "suite, or 8)",
	  2 },
	{ "profile", OPT_PROFILE, "counts|model|sharing|locks",
	  OPTION_ARG_OPTIONAL,
	  "Count by kernel function in the repeat boots, for cgmark explain; "
	  "model: also cache misses and mispredicted branches of a processor "
	  "model; sharing: lines of memory that several CPUs use, in all boots "
	  "of sim:2 to sim:4; locks: how long locks are held and interrupts "
	  "are off, in all boots.  sim only",
	  2 },
	{ "events", OPT_EVENTS, "EVENT[,EVENT]...", 0,
	  "Also count events of the kernel and the processor, in extra boots "
	  "that time nothing; names are those of perf and libpfm4",
	  2 },
	{ "latencies", OPT_LATENCIES, "FUNCTION[,FUNCTION]...",
	  OPTION_ARG_OPTIONAL,
	  "Time calls of kernel functions, in the same boots as the events; "
	  "the kernel needs kprobes.  Default: functions of attach, rebind and "
	  "taskstats",
	  2 },
	{ "no-repeat", OPT_NO_REPEAT, NULL, 0,
	  "Skip the repeat boots, which show that counts are exact", 2 },
	{ "no-null", OPT_NO_NULL, NULL, 0,
	  "Skip the boots of the padded baseline (the layout null)", 2 },
	{ "settle", OPT_SETTLE, "BOOTS", 0,
	  "At most so many more boots where the planned ones leave a point "
	  "INCONCLUSIVE, or for fresh figures of what changed; those that are "
	  "kept do not count (default: 24)",
	  2 },
	{ "settle-time", OPT_SETTLE_TIME, "SECONDS", 0,
	  "Start none of these after so long (default: 60)", 2 },
	{ "time", OPT_TIME, "DURATION", 0,
	  "Where time is measured: as many boots as are needed, but none is "
	  "started after that: 90s, 5m, 1h",
	  2 },
	{ "no-settle", OPT_NO_SETTLE, NULL, 0, "Make none of these", 2 },
	{ "fresh", OPT_FRESH, NULL, 0,
	  "Boot everything, also what earlier runs measured already (sim)", 2 },
	{ "jobs", 'j', "N", 0, "Boots in parallel (default: one per core)", 2 },
	{ "seed", OPT_SEED, "N", 0,
	  "Seed of the boot order on machines that measure time, and of the "
	  "choice of the kept boot that is checked (default: 1)",
	  2 },
	{ "shard", OPT_SHARD, "I/N", 0,
	  "Only the I-th of N parts of the boots, for cgmark import --merge; "
	  "nothing is compared",
	  2 },
	{ "slurm", OPT_SLURM, "PARTITION", 0,
	  "Boot on the nodes of that partition of Slurm, as a job array of "
	  "shards",
	  2 },
	{ "shards", OPT_SHARDS, "N", 0,
	  "Of so many shards (default: one for each perturbation)", 2 },
	{ "resume", OPT_RESUME, "RUN", 0,
	  "Complete a run that lacks boots, with the options that it had: only "
	  "those are booted",
	  2 },
	{ "deadline-hello", OPT_HELLO, "SECONDS", 0,
	  "Until the first sign of life (default: 60)", 2 },
	{ "deadline-silence", OPT_SILENCE, "SECONDS", 0,
	  "Without any output (default: 120)", 2 },
	{ "deadline-point", OPT_POINT, "SECONDS", 0,
	  "For one point (default: 300)", 2 },
	{ "deadline-boot", OPT_BOOT, "SECONDS", 0,
	  "For a whole boot (default: 1200)", 2 },

	{ NULL, 0, NULL, 0, "What to do with the results:", 3 },
	{ "output", 'o', "DIR", 0,
	  "Put the run directory into DIR (default: results/runs, or "
	  "results/shards with --shard)",
	  3 },
	{ "format", OPT_FORMAT, COMPARE_FORMATS, 0,
	  "Format of the comparison (default: text)", 3 },
	{ "strict", OPT_STRICT, NULL, 0,
	  "Exit 3 if a verdict is INCONCLUSIVE or INVALID, or a contender "
	  "lacks points that the baseline has",
	  3 },
	{ "no-compare", OPT_NO_COMPARE, NULL, 0, "Only measure and store", 3 },
	{ "night", OPT_NIGHT, "DAY/JOB", 0,
	  "The run is of that night of a job, for cgmark trend: "
	  "2026-12-31/main",
	  3 },
	{ "quiet", 'q', NULL, 0, "No progress, only warnings and errors", 3 },
	{ "verbose", 'v', NULL, 0,
	  "Print the command line of each boot, and other details", 3 },
	{ NULL },
};

static bool parse_deadline(int key, const char *arg, struct argp_state *state)
{
	struct run_opts *o = state->input;

	switch (key) {
	case OPT_HELLO:
		o->deadlines.hello_ms =
			opt_milliseconds(state, "deadline-hello", arg);
		return true;
	case OPT_SILENCE:
		o->deadlines.silence_ms =
			opt_milliseconds(state, "deadline-silence", arg);
		return true;
	case OPT_POINT:
		o->deadlines.point_ms =
			opt_milliseconds(state, "deadline-point", arg);
		return true;
	case OPT_BOOT:
		o->deadlines.boot_ms =
			opt_milliseconds(state, "deadline-boot", arg);
		return true;
	}
	return false;
}

static bool parse_number(int key, const char *arg, struct argp_state *state)
{
	struct run_opts *o = state->input;

	switch (key) {
	case OPT_PERTURBATIONS:
		o->perturbations = opt_number(state, "perturbations", arg, 1,
					      PLAN_PERTURBATIONS_MAX);
		return true;
	case OPT_SAMPLES:
		o->samples =
			opt_number(state, "samples", arg, 1, PLAN_SAMPLES_MAX);
		return true;
	case OPT_SHARDS:
		o->shards = opt_number(state, "shards", arg, 1, UINT_MAX);
		return true;
	case OPT_SETTLE:
		o->settle = opt_number(state, "settle", arg, 1, 10000);
		return true;
	case OPT_SETTLE_TIME:
		o->settle_s = opt_number(state, "settle-time", arg, 1, 86400);
		return true;
	case OPT_TIME:
		o->time_s = opt_duration(state, "time", arg);
		return true;
	case 'j':
		o->jobs = opt_number(state, "jobs", arg, 1, 1024);
		return true;
	case OPT_SEED:
		o->seed = opt_number(state, "seed", arg, 0, UINT64_MAX);
		return true;
	}
	return false;
}

static bool parse_flag(int key, struct run_opts *o)
{
	switch (key) {
	case OPT_NO_REPEAT:
		o->no_repeat = true;
		return true;
	case OPT_NO_NULL:
		o->no_null = true;
		return true;
	case OPT_NO_SETTLE:
		o->no_settle = true;
		return true;
	case OPT_FRESH:
		o->fresh = true;
		return true;
	case OPT_STRICT:
		o->strict = true;
		return true;
	case OPT_NO_COMPARE:
		o->no_compare = true;
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

static bool parse_word(int key, char *arg, struct run_opts *o)
{
	switch (key) {
	case OPT_KERNEL:
		words_add(&o->kernels, arg);
		return true;
	case OPT_FLAVOUR:
		o->flavour = arg;
		return true;
	case OPT_SERIES:
		words_add(&o->series, arg);
		return true;
	case OPT_BENCH:
		words_add(&o->benches, arg);
		return true;
	case OPT_PARAM:
		words_add(&o->params, arg);
		return true;
	case OPT_MACHINE:
		o->machine = arg;
		return true;
	case OPT_SUITE:
		o->suite = arg;
		return true;
	case OPT_EVENTS:
		o->events = arg;
		return true;
	case OPT_LATENCIES:
		o->latencies = arg ? arg : event_names_functions;
		return true;
	case OPT_SLURM:
		o->slurm = arg;
		return true;
	case OPT_RESUME:
		o->resume = arg;
		return true;
	case 'o':
		o->output = arg;
		return true;
	}
	return false;
}

/* "2/4" */
static void parse_shard(struct run_opts *o, const char *arg,
			struct argp_state *state)
{
	const char *slash = strchr(arg, '/');
	_cleanup_free_ char *number =
		xstrndup(arg, slash ? (size_t)(slash - arg) : 0);
	uint64_t i, n;

	if (!slash || text_u64(number, UINT_MAX, &i) < 0 ||
	    text_u64(slash + 1, UINT_MAX, &n) < 0 || i < 1 || i > n)
		argp_error(state,
			   "--shard '%s': write I/N, such as 2/4, with I from "
			   "1 to N",
			   arg);
	o->shard = (struct shard_opt){ (unsigned)i, (unsigned)n };
}

static void parse_profile(struct run_opts *o, const char *arg,
			  struct argp_state *state)
{
	if (!arg || strcmp(arg, "counts") == 0)
		o->profile = PROFILE_COUNTS;
	else if (strcmp(arg, "model") == 0)
		o->profile = PROFILE_MODEL;
	else if (strcmp(arg, "sharing") == 0)
		o->profile = PROFILE_SHARING;
	else if (strcmp(arg, "locks") == 0)
		o->profile = PROFILE_LOCKS;
	else
		argp_error(state,
			   "--profile '%s': counts, model, sharing or locks",
			   arg);
}

/* One CPU shares nothing, and the plugin knows up to four. */
static void check_sharing(const struct run_opts *o, struct argp_state *state)
{
	if (strcmp(o->machine, "sim:2") != 0 &&
	    strcmp(o->machine, "sim:3") != 0 &&
	    strcmp(o->machine, "sim:4") != 0)
		argp_error(state,
			   "--profile=sharing needs machine sim:2, "
			   "sim:3 or sim:4, not '%s'",
			   o->machine);
}

/* "2026-12-31/main" */
static void parse_night(struct run_opts *o, char *arg, struct argp_state *state)
{
	char *slash = strchr(arg, '/');
	unsigned day;

	if (slash)
		*slash = '\0';
	if (!slash || !day_parse(arg, &day) || !night_job_ok(slash + 1))
		argp_error(state, "--night: write DAY/JOB, such as "
				  "2026-12-31/main");
	o->night = arg;
	o->job = slash + 1;
}

/* What a part of the boots cannot know. */
static void check_shard(const struct run_opts *o, struct argp_state *state)
{
	if (o->shards && !o->slurm)
		argp_error(state, "--shards is of --slurm; for one shard: "
				  "--shard I/N");
	if (!o->shard.of && !o->slurm)
		return;
	if (strncmp(o->machine, "local", 5) == 0)
		argp_error(state, "shards are for machines that boot kernels; "
				  "machine local measures the one that runs");
	if (o->time_s)
		argp_error(state, "--time measures as much as is needed, which "
				  "no shard knows: leave it out, and give "
				  "--perturbations");
}

static void check_resume(const struct run_opts *o, struct argp_state *state)
{
	if (o->resume && (o->shard.of || o->slurm || o->output))
		argp_error(state, "--resume goes on here and in the directory "
				  "of that run: leave out --shard, --slurm and "
				  "--output");
}

static void check_together(const struct run_opts *o, struct argp_state *state)
{
	check_resume(o, state);
	check_shard(o, state);
	if ((o->profile == PROFILE_COUNTS || o->profile == PROFILE_MODEL) &&
	    o->no_repeat)
		argp_error(state, "--profile needs the repeat boots: leave "
				  "out --no-repeat");
	if (o->series.nr > 0 && strncmp(o->machine, "local", 5) == 0)
		argp_error(state, "--series boots kernels; machine local "
				  "measures the one that runs");
	if (o->profile == PROFILE_SHARING)
		check_sharing(o, state);
	else if (o->profile != PROFILE_OFF && strcmp(o->machine, "sim") != 0)
		argp_error(state, "--profile needs machine sim, not '%s'",
			   o->machine);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct run_opts *o = state->input;

	if (parse_word(key, arg, o) || parse_flag(key, o) ||
	    parse_number(key, arg, state) || parse_deadline(key, arg, state))
		return 0;
	switch (key) {
	case OPT_FORMAT:
		o->format = compare_format_find(arg);
		if (!o->format)
			argp_usage(state);
		return 0;
	case OPT_NIGHT:
		free(o->own_night);
		o->own_night = xstrdup(arg);
		parse_night(o, o->own_night, state);
		return 0;
	case OPT_SHARD:
		parse_shard(o, arg, state);
		return 0;
	case OPT_PROFILE:
		parse_profile(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		check_together(o, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state,
			   "'%s': unexpected argument; name kernels with "
			   "--kernel, benchmarks with --bench",
			   arg);
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.doc = "Build kernels, boot each several times, measure, store and "
	       "compare."
	       "\vSPEC is WHAT[,patches=SERIES][,first=N]"
	       "[,config=FRAGMENT[:FRAGMENT]...][,cmdline=TEXT], and WHAT is a kernel of kernels.ini, "
	       "deb:PACKAGE, dir:PATH, git:PATH@REF, image:PATH or pkg:PACKAGE.  A "
	       "source "
	       "without config= uses the fragments of baseline.\n\n"
	       "  cgmark run --kernel base=git:linux@v6.12 "
	       "--kernel v1=git:linux@HEAD\n\n"
	       "Exit status: 0 no regression, 1 regression, 2 usage error, "
	       "3 nothing compared, or inconclusive, invalid or lacking points "
	       "(--strict), 4 a kernel failed, 5 the harness or "
	       "the host failed, 130 interrupted.",
};

int run_opts_parse(int argc, char **argv, struct run_opts *ret)
{
	*ret = (struct run_opts){
		.machine = "sim",
		.format = compare_format_find("text"),
		.seed = 1,
		.settle = 24,
		.settle_s = 60,
	};
	return argp_parse(&argp, argc, argv, 0, NULL, ret);
}

void run_opts_release(struct run_opts *o)
{
	free(o->kernels.v);
	free(o->series.v);
	free(o->benches.v);
	free(o->params.v);
	free(o->own_night);
}

const char *run_profile_name(const struct run_opts *o)
{
	static const char *const name[] = {
		[PROFILE_OFF] = "",	   [PROFILE_COUNTS] = "counts",
		[PROFILE_MODEL] = "model", [PROFILE_SHARING] = "sharing",
		[PROFILE_LOCKS] = "locks",
	};

	return name[o->profile];
}
