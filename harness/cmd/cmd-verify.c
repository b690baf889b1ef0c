/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "cmd.h"
#include "exit-status.h"
#include "log.h"
#include "run-dirs.h"
#include "run.h"
#include "verify-trust.h"

static const char doc[] =
	"Check that every file of a run is there, complete, unaltered "
	"and from this run."
	"\vWithout RUN_DIR: the latest run below RESULTS/runs.  Exit "
	"status: 0 all is well, 5 a file is missing, truncated, altered "
	"or from another run (names each), 2 no such run.";

static void print_run(const struct run *run, unsigned damaged)
{
	size_t finished = 0;

	for (size_t i = 0; i < run->nr_boots; i++)
		finished += run->boots[i].finished;
	printf("%s: %s, %zu of %zu boots finished, ", run->dir, run->status,
	       finished, run->nr_boots);
	if (damaged)
		printf("%u damaged file%s\n", damaged, damaged == 1 ? "" : "s");
	else
		printf("all files are as they were written\n");
}

/* A directory with boots is a run, even if its run.json is gone. */
static bool was_run(const char *dir)
{
	_cleanup_free_ char *boots = xasprintf("%s/boots", dir);

	return access(boots, F_OK) == 0;
}

static enum exit_status verify_dir(const struct env *env, const char *dir,
				   bool quiet)
{
	_cleanup_(run_freep) struct run *run = NULL;
	unsigned damaged = 0;
	int r;

	r = run_load(dir, &run, &damaged);
	if ((r == -ENOENT || r == -ENOTDIR) && !was_run(dir))
		return ST_USAGE;
	if (r < 0)
		return ST_HOST;
	if (!quiet)
		print_run(run, damaged);
	if (!quiet && verify_is_foreign(run))
		verify_trust_print(env, run);
	return damaged ? ST_HOST : ST_OK;
}

static enum exit_status verify_latest(const struct env *env,
				      const char *runs_dir, bool quiet)
{
	_cleanup_free_ char *dir = NULL;
	int r;

	r = run_latest(runs_dir, &dir);
	if (r == -ENOENT) {
		log_err("no run below '%s': start with 'cgmark run'", runs_dir);
		return ST_USAGE;
	}
	if (r < 0) {
		log_err_errno(-r, "cannot read '%s'", runs_dir);
		return ST_HOST;
	}
	return verify_dir(env, dir, quiet);
}

enum exit_status cmd_verify(const struct env *env, int argc, char **argv)
{
	_cleanup_free_ char *runs = xasprintf("%s/runs", env->results_dir);
	struct run_dirs dirs;
	enum exit_status worst = ST_OK;

	if (run_dirs_parse(argc, argv, doc, &dirs) != ST_OK)
		return ST_USAGE;
	if (!dirs.nr)
		return verify_latest(env, runs, dirs.quiet);
	for (int i = 0; i < dirs.nr; i++) {
		enum exit_status r = verify_dir(env, dirs.v[i], dirs.quiet);

		/* Damage outweighs a usage error. */
		if (r > worst)
			worst = r;
	}
	return worst;
}
