/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * plan -> build -> boot -> store -> compare.  Checks the command line before it
 * builds anything, and writes down the plan before it boots anything.
 */
#include "alloc.h"
#include "boot-cpus.h"
#include "boots-text.h"
#include "boots.h"
#include "choose-points.h"
#include "cmd.h"
#include "event-names.h"
#include "exit-status.h"
#include "file.h"
#include "hostinfo.h"
#include "interrupt.h"
#include "judge-limits.h"
#include "kernel-spec.h"
#include "log.h"
#include "monotonic.h"
#include "plan-limits.h"
#include "points.h"
#include "run-evaluate.h"
#include "run-kernels.h"
#include "run-opts.h"
#include "run-told.h"
#include "running-kernel.h"
#include "session.h"
#include "settle-run.h"
#include "shards.h"
#include "slurm-run.h"
#include "slurm.h"
#include "suggest.h"
#include "text.h"
#include "time-limits.h"
#include "words.h"

/* A verdict must not advise what `run` refuses. */
_Static_assert(JUDGE_PERTURBATIONS_MAX == PLAN_PERTURBATIONS_MAX,
	       "maximum number of perturbations");

struct request {
	const struct env *env;
	const struct run_opts *opts;
	struct kernel_spec *specs;
	size_t nr_specs;
	const struct machine_ops *ops;
	const char *machine_arg;
	struct run *run;
	struct suite suite;
	bool has_suite;
	struct guest_files files;
	unsigned perturbations;
	char *words;  /* the options, quoted for a shell */
	char *resume; /* directory of the run to go on with; NULL: none */
	uint64_t begin_ns;
	uint64_t built_ns;
	uint64_t booted_ns;
};

static void request_release(struct request *rq)
{
	for (size_t i = 0; i < rq->nr_specs; i++)
		kernel_spec_release(&rq->specs[i]);
	free(rq->specs);
	suite_release(&rq->suite);
	guest_files_release(&rq->files);
	free(rq->resume);
	free(rq->words);
	run_free(rq->run);
}

static enum exit_status check_double_name(const struct request *rq,
					  const char *name)
{
	for (size_t i = 0; i < rq->nr_specs; i++) {
		if (strcmp(rq->specs[i].name, name) == 0) {
			log_err("two kernels have the name '%s'; write "
				"--kernel OTHER=...",
				name);
			return ST_USAGE;
		}
	}
	return ST_OK;
}

/* Takes over the spec; releases it on failure. */
static enum exit_status add_kernel(struct request *rq, struct kernel_spec *spec)
{
	enum exit_status r = check_double_name(rq, spec->name);

	if (r == ST_OK && rq->opts->flavour)
		r = kernel_spec_add_flavour(spec, rq->opts->flavour,
					    rq->env->kernel_dir);
	if (r != ST_OK) {
		kernel_spec_release(spec);
		return r;
	}
	rq->specs =
		xreallocarray(rq->specs, rq->nr_specs + 1, sizeof(*rq->specs));
	rq->specs[rq->nr_specs++] = *spec;
	return ST_OK;
}

static enum exit_status add_series(struct request *rq, const char *word)
{
	_cleanup_free_ struct kernel_spec *list = NULL;
	size_t nr = 0;
	enum exit_status r =
		kernel_spec_series(word, rq->env->kernel_dir, &list, &nr);

	for (size_t i = 0; i < nr && r == ST_OK; i++) {
		r = add_kernel(rq, &list[i]);
		for (size_t rest = i + 1; rest < nr && r != ST_OK; rest++)
			kernel_spec_release(&list[rest]);
	}
	return r;
}

/* Does the machine measure what runs already?  Then no kernel is to be found. */
static bool measures_running(const struct request *rq)
{
	const char *arg;
	const struct machine_ops *ops = machine_find(rq->opts->machine, &arg);

	return ops && ops->running;
}

static enum exit_status read_kernels(struct request *rq)
{
	static const char *const dflt[] = { "baseline", "patched" };
	const char *const *words = rq->opts->kernels.v;
	size_t nr = rq->opts->kernels.nr;
	enum exit_status r = ST_OK;

	if (measures_running(rq))
		return ST_OK;
	if (nr == 0 && rq->opts->series.nr == 0) {
		words = dflt;
		nr = ARRAY_SIZE(dflt);
	}
	for (size_t i = 0; i < nr && r == ST_OK; i++) {
		struct kernel_spec spec;

		r = kernel_spec_parse(words[i], rq->env->kernel_dir, &spec);
		if (r == ST_OK)
			r = add_kernel(rq, &spec);
	}
	for (size_t i = 0; i < rq->opts->series.nr && r == ST_OK; i++)
		r = add_series(rq, rq->opts->series.v[i]);
	return r;
}

/* No suite if only benchmarks are named. */
static enum exit_status read_suite(struct request *rq)
{
	const struct run_opts *o = rq->opts;
	const char *name = o->suite ? o->suite : SUITE_DEFAULT;
	enum exit_status r = ST_OK;

	rq->has_suite = o->suite || o->benches.nr == 0;
	if (rq->has_suite)
		r = suite_load(rq->env->suites_dir, name, &rq->suite);
	/* Those that screen; more follow as they are needed. */
	rq->perturbations = o->perturbations	      ? o->perturbations
			    : o->time_s		      ? TIME_SCREEN_BOOTS
			    : rq->suite.perturbations ? rq->suite.perturbations
						      : JUDGE_PERTURBATIONS;
	return r;
}

static enum exit_status find_machine(struct request *rq)
{
	const char *names[16];
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	const struct machine_ops *const *all;
	size_t nr;
	int r;

	rq->ops = machine_find(rq->opts->machine, &rq->machine_arg);
	if (!rq->ops) {
		all = machine_all(&nr);
		for (size_t i = 0; i < nr && i < ARRAY_SIZE(names); i++)
			names[i] = all[i]->usage;
		suggest_log("machine", rq->opts->machine, names, nr);
		return ST_USAGE;
	}
	/* Fails early, before a kernel is built; the test boot of kvm is later. */
	r = rq->ops->probe(rq->machine_arg, NULL, NULL, &why);
	if (r == 0 && rq->ops->exact && rq->opts->time_s) {
		log_err("--time is for machines that measure time; on %s what "
			"limits boots is --settle-time",
			rq->ops->name);
		return ST_USAGE;
	}
	if (r == 0 && rq->ops->leaves && rq->opts->time_s) {
		log_err("--time needs a process that outlives a boot, which "
			"none does on %s: say how many boots by "
			"--perturbations",
			rq->ops->name);
		return ST_USAGE;
	}
	if (r == 0)
		return ST_OK;
	log_err("machine %s cannot be used here: %s", rq->ops->name,
		why.len ? why.buf : strerror(-r));
	return ST_HOST;
}

static enum exit_status find_events(struct request *rq)
{
	const struct run_opts *o = rq->opts;
	struct run *run = rq->run;
	enum exit_status r = ST_OK;

	if (o->events)
		r = event_names_resolve(o->events, rq->ops->pmu, &run->events,
					&run->nr_events);
	if (o->latencies && r == ST_OK)
		r = event_names_split_functions(o->latencies, &run->latencies,
						&run->nr_latencies);
	return r;
}

static enum exit_status make_points(struct request *rq)
{
	const struct run_opts *o = rq->opts;
	const struct plan_wish wish = {
		.benches = o->benches.v,
		.nr_benches = o->benches.nr,
		.params = o->params.v,
		.nr_params = o->params.nr,
		.suite = rq->has_suite ? &rq->suite : NULL,
		.samples = o->samples,
	};

	return choose_points(rq->env->bench_dir, &wish, &rq->run->points,
			     &rq->run->nr_points, &rq->files);
}

/* Only workers of twin benchmarks mark their operations. */
static enum exit_status check_sharing(const struct request *rq)
{
	const struct run *run = rq->run;
	size_t nr = 0;

	if (rq->opts->profile != PROFILE_SHARING)
		return ST_OK;
	for (size_t i = 0; i < run->nr_points; i++)
		nr += strncmp(run->points[i].plan.id.bench, "twin/", 5) == 0;
	if (nr == 0) {
		log_err("--profile=sharing records what benchmarks twin/* share; "
			"there is none among those chosen: add --bench 'twin/*'");
		return ST_USAGE;
	}
	if (nr < run->nr_points)
		log_warn(
			"--profile=sharing records %zu of %zu points: those of "
			"twin/*",
			nr, run->nr_points);
	return ST_OK;
}

static enum exit_status check_cpus(const struct request *rq)
{
	const struct run_point *bad = boot_cpus_bad(rq->run);
	size_t nr = boot_cpus_nr(rq->run);

	if (bad) {
		log_err("%s %s: " BOOT_CPUS_PARAM
			" is a number of CPUs, 1 to %d, or real",
			bad->plan.id.bench, bad->plan.id.params, BOOT_CPUS_MAX);
		return ST_USAGE;
	}
	if (nr * rq->perturbations <= PLAN_PERTURBATIONS_MAX)
		return ST_OK;
	log_err("%u perturbations for each of %zu values of " BOOT_CPUS_PARAM
		" are more than %d in all; take fewer by --perturbations",
		rq->perturbations, nr, PLAN_PERTURBATIONS_MAX);
	return ST_USAGE;
}

static enum exit_status build_kernels(struct request *rq)
{
	struct run *run = rq->run;

	if (rq->ops->running)
		return running_kernels(&rq->opts->kernels, &run->kernels,
				       &run->nr_kernels);
	run->kernels = xcalloc(rq->nr_specs, sizeof(*run->kernels));
	run->nr_kernels = rq->nr_specs;
	return kernel_build_all(rq->specs, rq->nr_specs, rq->env->kernel_dir,
				run->kernels);
}

static void make_boots(struct request *rq)
{
	const struct run_opts *o = rq->opts;
	const struct plan_boots how = {
		.perturbations = rq->perturbations,
		.repeat = rq->ops->exact && !o->no_repeat,
		.null = rq->ops->exact && !o->no_null,
		/* If counts are exact, one boot is enough. */
		.events = rq->run->nr_events + rq->run->nr_latencies == 0 ? 0
			  : rq->ops->exact				  ? 1
					   : rq->perturbations,
		.shuffle = !rq->ops->exact,
		.seed = o->seed,
	};

	plan_run_boots(rq->run, &how);
}

/* After the boots were planned: how many parts of them there can be. */
static enum exit_status check_shards(const struct request *rq, unsigned nr)
{
	unsigned max = plan_shards_max(rq->run, rq->ops->exact);

	if (nr <= max)
		return ST_OK;
	log_err("%u shards: the boots of this run on %s make %u at most: write "
		"%s%u, or raise --perturbations",
		nr, rq->ops->name, max,
		rq->opts->shard.of ? "--shard I/" : "--shards ", max);
	return ST_USAGE;
}

/* The options before argp reorders them.  Nothing comes after "--". */
static char *option_words(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[argc - 1], "--") == 0)
		argc--;
	return or_abort(shell_quote((const char *const *)argv + 1, argc - 1));
}

static void fill_run(struct request *rq)
{
	const char *words = rq->words;
	struct run *run = rq->run = run_new();

	run->version = xstrdup(CGMARK_VERSION);
	run->command_line =
		xasprintf("cgmark run%s%s", *words ? " " : "", words);
	run->machine = xstrdup(rq->opts->machine);
	run->host = host_describe();
	run->suite = xstrdup(rq->has_suite ? rq->suite.name : "none");
	if (rq->opts->night) {
		run->job = xstrdup(rq->opts->job);
		run->night = xstrdup(rq->opts->night);
	}
	run->profile = xstrdup(run_profile_name(rq->opts));
	run->seed = rq->opts->seed;
	run->perturbations = rq->perturbations;
}

static void tell_times(const struct request *rq)
{
	/* Somebody may have removed it meanwhile. */
	bool there = access(rq->run->dir, F_OK) == 0;
	uint64_t end = now_ns();

	log_info("build %.1f s, boots %.1f s, compare %.1f s%s%s",
		 (rq->built_ns - rq->begin_ns) / 1e9,
		 (rq->booted_ns - rq->built_ns) / 1e9,
		 (end - rq->booted_ns) / 1e9, there ? "; the run is in " : "",
		 there ? rq->run->dir : "");
}

static void tell_boots(const struct run *run)
{
	const struct boot_ages ages = boot_ages(run);
	_cleanup_free_ char *text = print_boots(run);

	if (ages.nr_old + ages.nr_again > 0)
		log_info("boots %s", text);
}

/* Of time, boots beyond those that were asked for take a limit. */
static bool settles(const struct request *rq)
{
	const struct run_opts *o = rq->opts;

	return (rq->ops->exact ? !o->no_settle : o->time_s > 0) &&
	       !o->no_compare && !o->shard.of && rq->run->nr_kernels > 1;
}

static enum exit_status boot_all(const struct request *rq, struct session *s)
{
	const struct run_opts *o = rq->opts;
	enum exit_status r;

	if (o->time_s)
		s->until_ns = now_ns() + o->time_s * 1000000000ULL;
	r = session_boot(s);
	if (r != ST_OK || !settles(rq))
		return r;
	return settle_run(s, rq->ops->exact ? o->settle : UINT_MAX,
			  rq->ops->exact ? o->settle_s : o->time_s);
}

/* Where the run directory goes; caller frees. */
static char *output_dir(const struct request *rq)
{
	const struct run_opts *o = rq->opts;

	if (o->output)
		return xstrdup(o->output);
	/* A part is no run that others should find. */
	return xasprintf("%s/%s", rq->env->results_dir,
			 o->shard.of ? "shards" : "runs");
}

static enum exit_status resume(struct session *s, const struct request *rq)
{
	_cleanup_(run_freep) struct run *earlier = NULL;

	if (run_load(rq->resume, &earlier, NULL) < 0)
		return ST_HOST;
	if (earlier->shard.of) {
		log_err("%s is a shard, which only all shards together "
			"complete: measure it again with --shard %u/%u, then "
			"cgmark import --merge",
			rq->resume, earlier->shard.number, earlier->shard.of);
		return ST_USAGE;
	}
	return session_resume(s, earlier);
}

/* One shard, in place of the run. */
static enum exit_status take_shard(struct request *rq)
{
	const struct shard_opt *s = &rq->opts->shard;
	enum exit_status r = check_shards(rq, s->of);

	if (r == ST_OK && s->of)
		plan_shard(rq->run, s->number, s->of);
	return r;
}

static enum exit_status boot_and_evaluate(struct request *rq)
{
	const struct run_opts *o = rq->opts;
	struct session s = {
		.ops = rq->ops,
		.machine_arg = rq->machine_arg,
		.bench_dir = rq->env->bench_dir,
		.files = &rq->files,
		.run = rq->run,
		.parallel = o->jobs ? o->jobs : host_cores(),
		.deadlines = o->deadlines,
		.boots_dir = rq->env->boots_dir,
		.fresh = o->fresh,
		.tcg_plugin =
			o->profile != PROFILE_OFF ? rq->env->tcg_plugin : NULL,
		.profile_model = o->profile == PROFILE_MODEL,
		.profile_sharing = o->profile == PROFILE_SHARING,
		.profile_locks = o->profile == PROFILE_LOCKS,
	};
	_cleanup_free_ char *parent = output_dir(rq);
	enum exit_status r;

	if (rq->ops->max_parallel && s.parallel > rq->ops->max_parallel)
		s.parallel = rq->ops->max_parallel;
	r = rq->resume ? resume(&s, rq) : session_prepare(&s, parent);
	if (r == ST_OK && !o->shard.of)
		run_tell(rq->run->dir);
	if (r == ST_OK) {
		log_info("run %s: %zu points, %zu boots on %s, %u at a time",
			 rq->run->id, rq->run->nr_points, rq->run->nr_boots,
			 rq->run->machine, s.parallel);
		r = boot_all(rq, &s);
		if (rq->ops->forget)
			rq->ops->forget(rq->run->dir);
		rq->booted_ns = now_ns();
		tell_boots(rq->run);
		r = run_evaluate(rq->env, o, rq->run->dir, r);
		tell_times(rq);
	}
	session_release(&s);
	return r;
}

/* Shards elsewhere, then here what follows from what they measured. */
static enum exit_status run_on_slurm(struct request *rq)
{
	const struct run_opts *o = rq->opts;
	_cleanup_free_ char *parent = output_dir(rq);
	_cleanup_free_ char *folder = xasprintf(
		"%s/shards", o->output ? o->output : rq->env->results_dir);
	_cleanup_free_ char *dir = NULL;
	const struct slurm_run how = {
		.partition = o->slurm,
		.shards =
			o->shards ? o->shards : plan_shards_max(rq->run, false),
		.cpus = o->jobs ? o->jobs : 1,
		.exclusive = !rq->ops->exact,
		.nr_boots = rq->run->nr_boots,
		.words = rq->words,
		.folder = folder,
		.parent = parent,
		.command_line = rq->run->command_line,
	};
	enum exit_status r = check_shards(rq, how.shards);

	if (r == ST_OK)
		r = slurm_run(&how, &dir);
	if (!dir)
		return r;
	if (r == ST_OK && settles(rq)) {
		rq->resume = steal_ptr(dir);
		return boot_and_evaluate(rq);
	}
	rq->booted_ns = now_ns();
	/* What is missing is told by what is there. */
	r = run_evaluate(rq->env, o, dir, r == ST_INTERRUPTED ? r : ST_OK);
	log_info("the run is in %s", dir);
	return r;
}

/* Kernels take long to build, and the folder is of no use without room. */
static enum exit_status check_output(const struct request *rq)
{
	const char *dir = rq->opts->output;
	int r = dir ? check_dir(dir) : 0;

	if (r == 0)
		return ST_OK;
	log_err_errno(-r, "--output %s", dir);
	return r == -ENOSPC || r == -EDQUOT ? ST_HOST : ST_USAGE;
}

static enum exit_status carry_out(struct request *rq)
{
	enum exit_status r = check_output(rq);

	if (r == ST_OK && rq->opts->slurm && !rq->opts->shard.of &&
	    slurm_check() < 0)
		r = ST_HOST;
	if (r == ST_OK && rq->opts->resume)
		r = find_run(rq->env, rq->opts->resume, &rq->resume);
	else if (r == ST_OK)
		r = run_told(&rq->resume);
	if (r == ST_OK)
		r = read_kernels(rq);
	if (r == ST_OK)
		r = find_machine(rq);
	if (r == ST_OK)
		r = find_events(rq);
	if (r == ST_OK)
		r = make_points(rq);
	if (r == ST_OK)
		r = check_cpus(rq);
	if (r == ST_OK)
		r = check_sharing(rq);
	if (r == ST_OK)
		r = build_kernels(rq);
	if (r == ST_OK && rq->opts->profile != PROFILE_OFF)
		r = run_kernels_check_symbols(rq->run);
	rq->built_ns = now_ns();
	if (r != ST_OK)
		return r;
	run_kernels_tell_same_code(rq->run);
	make_boots(rq);
	if (rq->opts->slurm && !rq->opts->shard.of && !rq->resume)
		return run_on_slurm(rq);
	r = take_shard(rq);
	return r == ST_OK ? boot_and_evaluate(rq) : r;
}

enum exit_status cmd_run(const struct env *env, int argc, char **argv)
{
	_cleanup_(run_opts_release) struct run_opts opts;
	_cleanup_(request_release) struct request rq = {
		.env = env,
		.opts = &opts,
		.begin_ns = now_ns(),
		.words = option_words(argc, argv),
	};
	enum exit_status r;

	if (run_opts_parse(argc, argv, &opts))
		return ST_USAGE;
	if (opts.quiet)
		log_set_level(LOG_WARNING);
	if (opts.verbose)
		log_set_level(LOG_DEBUG);
	r = read_suite(&rq);
	if (r != ST_OK)
		return r;
	fill_run(&rq);
	interrupt_block(NULL);
	return carry_out(&rq);
}
