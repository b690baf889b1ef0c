/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "cmd.h"
#include "exit-status.h"
#include "file.h"
#include "import-merge.h"
#include "import-opts.h"
#include "log.h"
#include "run-copies.h"
#include "run-dirs.h"
#include "run.h"
#include "store.h"

struct totals {
	struct store *st;
	bool quiet;
	bool all; /* in a folder: what is no run is left out */
	unsigned imported;
	unsigned unchanged;
	unsigned failed;
};

static void print_run(const struct run *run, bool changed, unsigned damaged)
{
	size_t samples = 0;

	for (size_t i = 0; i < run->nr_boots; i++)
		samples += run->boots[i].nr_samples;
	printf("%s: %s, %zu boots, %zu samples", run->id,
	       changed ? "imported" : "unchanged", run->nr_boots, samples);
	if (damaged)
		printf(", %u damaged file%s left out", damaged,
		       damaged == 1 ? "" : "s");
	putchar('\n');
}

static int refuse_shard(const struct totals *t, const struct run *run)
{
	_cleanup_free_ char *why = xasprintf(
		"%s is shard %u of %u, not a run: cgmark import --merge makes "
		"one of all shards",
		run->dir, run->shard.number, run->shard.of);

	if (t->all)
		log_warn("%s", why);
	else
		log_err("%s", why);
	return t->all ? 0 : -ENOTDIR;
}

/* Counts errors; that of one run does not stop the others. */
static int import_dir(struct totals *t, const char *dir)
{
	_cleanup_(run_freep) struct run *run = NULL;
	unsigned damaged = 0;
	bool changed;
	int r;

	r = run_load(dir, &run, &damaged);
	if (r == 0 && run->shard.of) {
		r = refuse_shard(t, run);
		t->failed += r < 0;
		return r;
	}
	if (r == 0)
		r = store_import(t->st, run, &changed);
	if (r < 0) {
		t->failed++;
		return r;
	}
	if (changed)
		t->imported++;
	else
		t->unchanged++;
	if (!t->quiet)
		print_run(run, changed, damaged);
	return 0;
}

static enum exit_status import_named(struct totals *t, char **dirs, int nr)
{
	enum exit_status status = ST_OK;
	int r;

	for (int i = 0; i < nr; i++) {
		r = import_dir(t, dirs[i]);
		/* No run there: the user is wrong, not the host. */
		if (r == -ENOENT || r == -ENOTDIR)
			status = status == ST_HOST ? ST_HOST : ST_USAGE;
		else if (r < 0)
			status = ST_HOST;
	}
	return status;
}

/* Oldest first, so a new database has the runs in order. */
static enum exit_status import_all(struct totals *t, const char *runs_dir)
{
	_cleanup_free_ bool *left_out = NULL;
	_cleanup_free_ char **dirs = NULL;
	enum exit_status status = ST_OK;
	size_t nr;

	if (run_dirs_list(runs_dir, &dirs, &nr) < 0)
		return ST_HOST;
	t->all = true;
	left_out = run_copies_find(dirs, nr);
	for (size_t i = 0; i < nr; i++) {
		if (!left_out[i] && import_dir(t, dirs[i]) < 0)
			status = ST_HOST;
		free(dirs[i]);
	}
	return status;
}

int import_run(const struct env *env, const struct run *run)
{
	_cleanup_free_ char *db = xasprintf("%s/cgmark.db", env->results_dir);
	_cleanup_free_ char *runs = xasprintf("%s/runs", env->results_dir);
	struct totals t = { .quiet = true };
	bool changed;
	int r;

	r = mkdir_p(env->results_dir, 0777);
	if (r < 0)
		return log_err_errno(-r, "cannot make %s", env->results_dir);
	r = store_open(db, &t.st);
	if (r < 0)
		return r;
	r = store_import(t.st, run, &changed);
	/* Errors of the others do not concern this one. */
	if (r == 0 && store_remade(t.st))
		import_all(&t, runs);
	store_close(t.st);
	return r;
}

static enum exit_status print_totals(const struct totals *t)
{
	uint64_t runs, boots, samples;

	if (store_count(t->st, &runs, &boots, &samples) < 0)
		return ST_HOST;
	printf("%u imported, %u unchanged, %u failed; the database holds %llu runs, %llu boots, %llu samples\n",
	       t->imported, t->unchanged, t->failed, (unsigned long long)runs,
	       (unsigned long long)boots, (unsigned long long)samples);
	return ST_OK;
}

enum exit_status cmd_import(const struct env *env, int argc, char **argv)
{
	_cleanup_free_ char *db = xasprintf("%s/cgmark.db", env->results_dir);
	_cleanup_free_ char *runs = xasprintf("%s/runs", env->results_dir);
	bool fresh = access(db, F_OK) < 0;
	struct import_opts dirs;
	struct totals t = { 0 };
	enum exit_status status;
	int r;

	if (import_opts_parse(argc, argv, &dirs) != ST_OK)
		return ST_USAGE;
	if (dirs.merge)
		return import_merge(env, &dirs);
	t.quiet = dirs.quiet;
	r = mkdir_p(env->results_dir, 0777);
	if (r < 0) {
		log_err_errno(-r, "cannot make %s", env->results_dir);
		return ST_HOST;
	}
	if (store_open(db, &t.st) < 0)
		return ST_HOST;
	if (dirs.nr) {
		status = import_named(&t, dirs.v, dirs.nr);
	} else {
		store_remade(t.st);
		status = import_all(&t, runs);
	}
	/* A new database has all runs, not only those named. */
	if ((store_remade(t.st) || (fresh && dirs.nr)) &&
	    import_all(&t, runs) != ST_OK)
		status = ST_HOST;
	if (!dirs.quiet && print_totals(&t) != ST_OK)
		status = ST_HOST;
	store_close(t.st);
	return status;
}
