/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-evaluate.h"

#include "alloc.h"
#include "calib-kept.h"
#include "compare-formats.h"
#include "events-text.h"
#include "log.h"
#include "session.h"

/* Failing to write the index costs time, but not the verdict. */
static enum exit_status index_run(const struct env *env,
				  const struct run *loaded)
{
	if (import_run(env, loaded) == 0)
		return ST_OK;
	log_err("the run is not in %s/cgmark.db; when that is fixed: "
		"cgmark import %s",
		env->results_dir, loaded->dir);
	return ST_HOST;
}

static enum exit_status compare_kernels(const struct env *env,
					const struct run_opts *o,
					const struct run *loaded)
{
	size_t nr = loaded->nr_kernels - 1;
	_cleanup_free_ unsigned *contenders =
		xcalloc(nr + 1, sizeof(*contenders));
	const struct print_opts opts = { .verbose = o->verbose };
	_cleanup_(findings_freep) struct findings *f = NULL;
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < nr; i++)
		contenders[i] = i + 1;
	f = findings_new(loaded, 0, contenders, nr);
	calib_kept_find(env, f);
	if (o->format->print(stdout, f, &opts) < 0)
		r = ST_HOST;
	if (r == ST_OK)
		r = compare_status(f->comparison, o->strict);
	if (fflush(stdout) != 0) {
		log_err_errno(errno, "cannot write standard output");
		r = ST_HOST;
	}
	return r;
}

/* Names one skipped point, as many share the reason; false: there is none. */
static bool tell_skip(const struct run *run, const char *what)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		for (size_t p = 0; p < run->nr_points; p++) {
			const struct plan_point *pt = &run->points[p].plan;

			if (b->status[p] != POINT_SKIP)
				continue;
			log_warn("%s: %s %s was skipped on %s: %s", what,
				 pt->id.bench, pt->id.params,
				 run->kernels[b->kernel].name,
				 b->status_text[p]);
			return true;
		}
	}
	return false;
}

/* Points that no boot has measured: with one kernel no table tells of them. */
static void tell_skips(const struct run *run)
{
	_cleanup_free_ char *what = NULL;
	size_t nr = 0;

	for (size_t p = 0; p < run->nr_points; p++) {
		bool skipped = false;

		for (size_t i = 0; i < run->nr_boots; i++)
			skipped |= run->boots[i].status[p] == POINT_SKIP;
		nr += skipped;
	}
	what = xasprintf("%zu of %zu points %s not measured", nr,
			 run->nr_points, nr == 1 ? "was" : "were");
	if (nr)
		tell_skip(run, what);
}

/* A single kernel has only events to show. */
static enum exit_status show_single(const struct env *env,
				    const struct run_opts *o,
				    const struct run *loaded)
{
	static const unsigned none[1];
	const struct print_opts opts = { 0 };
	_cleanup_(findings_freep) struct findings *f = NULL;

	log_info("one kernel: nothing to compare it with");
	tell_skips(loaded);
	if (loaded->nr_events + loaded->nr_latencies == 0 || o->no_compare)
		return ST_OK;
	f = findings_new(loaded, 0, none, 0);
	calib_kept_find(env, f);
	if (o->format->print != compare_print_text)
		return o->format->print(stdout, f, &opts) < 0 ? ST_HOST : ST_OK;
	event_table_print(stdout, f->events[0]);
	return ST_OK;
}

static bool anything_measured(const struct run *run)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].nr_samples > 0)
			return true;
	return false;
}

static enum exit_status judge(const struct env *env, const struct run_opts *o,
			      const struct run *loaded)
{
	if (!anything_measured(loaded)) {
		if (!tell_skip(loaded, "nothing was measured"))
			log_warn("nothing was measured: nothing to compare");
		return ST_INCONCLUSIVE;
	}
	if (loaded->nr_kernels < 2)
		return show_single(env, o, loaded);
	return o->no_compare ? ST_OK : compare_kernels(env, o, loaded);
}

/* It is no run yet: neither judged nor put into the index. */
static enum exit_status end_shard(const struct run *run)
{
	enum exit_status r = session_status(run);

	log_info("shard %u of %u: %zu of the %zu boots of plan %.12s; when all "
		 "are measured: cgmark import --merge DIR..., with the "
		 "directories of all shards",
		 run->shard.number, run->shard.of, run->nr_boots,
		 run->shard.nr_boots, run->shard.plan_sha256);
	return r;
}

/* The index comes last: it may be damaged, or locked for long. */
enum exit_status run_evaluate(const struct env *env,
			      const struct run_opts *opts, const char *dir,
			      enum exit_status boots)
{
	_cleanup_(run_freep) struct run *loaded = NULL;
	enum exit_status status, imported, verdict = ST_OK;

	if (run_load(dir, &loaded, NULL) < 0)
		return ST_HOST;
	if (loaded->shard.of)
		return boots != ST_OK ? boots : end_shard(loaded);
	status = session_status(loaded);
	if (boots != ST_INTERRUPTED)
		verdict = judge(env, opts, loaded);
	fflush(stdout);
	imported = index_run(env, loaded);
	if (boots != ST_OK)
		return boots;
	if (status != ST_OK)
		return status;
	return imported != ST_OK ? imported : verdict;
}
