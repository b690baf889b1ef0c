/* SPDX-License-Identifier: GPL-2.0-only */
#include "import-merge.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "machine.h"
#include "run-dirs.h"
#include "run-id.h"
#include "run-leftovers.h"
#include "run.h"
#include "session.h"
#include "shard-merge.h"
#include "text.h"

struct merge {
	const struct merge_job *job;
	struct run **shards;
	size_t nr;
	unsigned damaged; /* files of them */
	int parent_fd;	  /* locked; -1: not yet */
	int dir_fd;	  /* likewise, of the run directory */
	struct run *run;
};

static void merge_release(struct merge *m)
{
	for (size_t i = 0; i < m->nr; i++)
		run_free(m->shards[i]);
	free(m->shards);
	run_free(m->run);
	cleanup_close(&m->dir_fd);
	cleanup_close(&m->parent_fd);
}

/* ---- what there is ---- */

static bool has_shard(const struct merge *m, const char *dir)
{
	struct stat x, y;

	for (size_t i = 0; i < m->nr; i++)
		if (stat(m->shards[i]->dir, &x) == 0 && stat(dir, &y) == 0 &&
		    x.st_dev == y.st_dev && x.st_ino == y.st_ino)
			return true;
	return false;
}

/* Two names of one directory are one shard. */
static enum exit_status add_shard(struct merge *m, const char *dir)
{
	struct run *run = NULL;
	int r;

	if (has_shard(m, dir))
		return ST_OK;
	r = run_load(dir, &run, &m->damaged);
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? ST_USAGE : ST_HOST;
	m->shards = xreallocarray(m->shards, m->nr + 1, sizeof(*m->shards));
	m->shards[m->nr++] = run;
	return ST_OK;
}

static bool has_run_json(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);

	return access(path, F_OK) == 0;
}

/* The shards of a folder; none is no error where others are named. */
static enum exit_status add_folder(struct merge *m, const char *dir)
{
	_cleanup_free_ char **dirs = NULL;
	enum exit_status r = ST_OK;
	size_t nr = 0;

	if (run_dirs_list(dir, &dirs, &nr) < 0)
		return ST_USAGE;
	if (nr == 0) {
		log_err("%s: neither a shard nor a folder of some", dir);
		r = ST_USAGE;
	}
	for (size_t i = 0; i < nr; i++) {
		if (r == ST_OK)
			r = add_shard(m, dirs[i]);
		free(dirs[i]);
	}
	return r;
}

static int later_first(const void *pa, const void *pb)
{
	const struct run *const *a = pa, *const *b = pb;

	return strcmp((*b)->id, (*a)->id);
}

static enum exit_status load_shards(struct merge *m)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < m->job->nr_dirs && r == ST_OK; i++) {
		const char *dir = m->job->dirs[i];

		r = has_run_json(dir) ? add_shard(m, dir) : add_folder(m, dir);
	}
	/* Of one that was measured again the last one counts. */
	if (r == ST_OK)
		qsort(m->shards, m->nr, sizeof(*m->shards), later_first);
	return r;
}

/* Where it is not known here, hosts matter rather than not. */
static bool counts_exactly(const char *machine)
{
	const char *arg;
	const struct machine_ops *ops = machine_find(machine, &arg);

	return ops && ops->exact;
}

/* ---- where it goes ---- */

/* Two merges at once would make two runs of the same shards. */
static enum exit_status lock_parent(struct merge *m)
{
	const char *parent = m->job->parent;
	int r = mkdir_p(parent, 0777);

	if (r == 0) {
		m->parent_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = m->parent_fd < 0 ? -errno : 0;
	}
	if (r < 0) {
		log_err_errno(-r, "cannot make a run directory in %s", parent);
		return ST_HOST;
	}
	/* Not every file system has locks. */
	flock(m->parent_fd, LOCK_EX);
	return ST_OK;
}

/* run.json alone, of a run that was merged. */
static bool is_merged(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	/* Most runs are none, and a run is large. */
	return read_regular(path, RUN_FILE_BYTES_MAX, &text) == 0 && text.len &&
	       strstr(text.buf, "\"merged\"");
}

static bool take_if_same(struct merge *m, const char *dir)
{
	struct run *run = NULL;

	if (!is_merged(dir) || run_load(dir, &run, NULL) < 0)
		return false;
	if (shards_are_in(m->shards, m->nr, run)) {
		m->run = run;
		return true;
	}
	run_free(run);
	return false;
}

/* The run that an earlier merge made of some of them. */
static enum exit_status find_merged(struct merge *m)
{
	_cleanup_free_ char **dirs = NULL;
	size_t nr = 0;

	if (run_dirs_list(m->job->parent, &dirs, &nr) < 0)
		return ST_HOST;
	for (size_t i = 0; i < nr; i++) {
		if (!m->run)
			take_if_same(m, dirs[i]);
		free(dirs[i]);
	}
	return ST_OK;
}

static enum exit_status make_merged(struct merge *m)
{
	struct run *run = m->run = shards_plan(m->shards, m->nr);
	int r = run_id_make(run);

	if (r == 0) {
		run->dir = xasprintf("%s/%s", m->job->parent, run->id);
		r = mkdir(run->dir, 0777) < 0 ? -errno : 0;
	}
	if (r < 0) {
		log_err_errno(-r, "cannot make a run directory in %s",
			      m->job->parent);
		return ST_HOST;
	}
	run->command_line = xstrdup(m->job->command_line);
	return ST_OK;
}

static enum exit_status lock_merged(struct merge *m)
{
	m->dir_fd = run_dir_lock(m->run->dir);
	if (m->dir_fd >= 0)
		return ST_OK;
	log_err("%s is in use: another cgmark measures it; merge again when "
		"that has ended",
		m->run->dir);
	return ST_HOST;
}

/* ---- how it went ---- */

static bool has_number(const struct merge *m, unsigned number)
{
	for (size_t i = 0; i < m->run->merged.nr_sources; i++)
		if (m->run->merged.sources[i].number == number)
			return true;
	return false;
}

static size_t count_missing(const struct run *run)
{
	size_t nr = 0;

	for (size_t i = 0; i < run->nr_boots; i++)
		nr += !run->boots[i].finished || run->boots[i].damaged;
	return nr;
}

static void tell_missing(const struct merge *m)
{
	const struct run *run = m->run;
	const char *const dir[] = { run->dir };
	_cleanup_free_ char *quoted = or_abort(shell_quote(dir, 1));
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;

	for (unsigned i = 1; i <= run->merged.of && list.len < 200; i++)
		if (!has_number(m, i))
			strbuf_addf(&list, "%s%u/%u", list.len ? ", " : "", i,
				    run->merged.of);
	if (list.len)
		log_err("shards that are missing: %s", list.buf);
	log_err("%s: %zu of %zu boots are MISSING; measure their shards and "
		"merge all again, or complete it: cgmark run OPTION... "
		"--resume %s",
		run->id, count_missing(run), run->nr_boots, quoted);
}

static enum exit_status finish(struct merge *m, size_t nr_taken)
{
	log_info("run %s: %zu boots of %zu shard director%s taken; %zu of %zu "
		 "are there",
		 m->run->id, nr_taken, m->nr, m->nr == 1 ? "y" : "ies",
		 m->run->nr_boots - count_missing(m->run), m->run->nr_boots);
	if (count_missing(m->run) > 0)
		tell_missing(m);
	return count_missing(m->run) > 0 ? ST_HOST : ST_OK;
}

/* Nothing of a run that could not begin stays. */
static enum exit_status failed(const struct merge *m, int err)
{
	_cleanup_free_ char *json = xasprintf("%s/run.json", m->run->dir);

	if (access(json, F_OK) < 0)
		rm_rf(m->run->dir);
	if (err == -ENOSPC || err == -EDQUOT)
		log_err("no space left for %s: remove old runs there, then "
			"merge again, which goes on from here",
			m->run->dir);
	return ST_HOST;
}

static enum exit_status merge_into(struct merge *m)
{
	enum exit_status r = m->run ? ST_OK : make_merged(m);
	size_t nr_taken;
	int err;

	if (r == ST_OK)
		r = lock_merged(m);
	if (r != ST_OK)
		return r;
	err = shards_take(m->run, m->shards, m->nr, &nr_taken);
	return err < 0 ? failed(m, err) : finish(m, nr_taken);
}

enum exit_status merge_shards(const struct merge_job *job, char **ret)
{
	_cleanup_(merge_release) struct merge m = { .job = job,
						    .parent_fd = -1,
						    .dir_fd = -1 };
	enum exit_status r = load_shards(&m);

	*ret = NULL;
	if (r != ST_OK)
		return r;
	if (shards_check(m.shards, m.nr,
			 !counts_exactly(m.shards[0]->machine)) < 0)
		return ST_USAGE;
	r = lock_parent(&m);
	if (r == ST_OK)
		r = find_merged(&m);
	if (r == ST_OK)
		r = merge_into(&m);
	if (m.run && m.run->dir && access(m.run->dir, F_OK) == 0)
		*ret = xstrdup(m.run->dir);
	/* Of what was measured nothing is lost, but the user has to know. */
	return r == ST_OK && m.damaged > 0 ? ST_HOST : r;
}

/* ---- the subcommand ---- */

static char *command_line(const struct import_opts *o)
{
	_cleanup_free_ char *words =
		or_abort(shell_quote((const char *const *)o->v, o->nr));

	return xasprintf("cgmark import --merge %s", words);
}

/* What of it is there, although something may be missing. */
static enum exit_status put_into_index(const struct env *env, const char *dir)
{
	_cleanup_(run_freep) struct run *run = NULL;

	if (run_load(dir, &run, NULL) < 0 || import_run(env, run) < 0)
		return ST_HOST;
	return session_status(run);
}

enum exit_status import_merge(const struct env *env,
			      const struct import_opts *opts)
{
	_cleanup_free_ char *parent =
		opts->output ? xstrdup(opts->output)
			     : xasprintf("%s/runs", env->results_dir);
	_cleanup_free_ char *words = command_line(opts);
	_cleanup_free_ char *dir = NULL;
	const struct merge_job job = {
		.dirs = opts->v,
		.nr_dirs = (size_t)opts->nr,
		.parent = parent,
		.command_line = words,
	};
	enum exit_status indexed, r = merge_shards(&job, &dir);

	if (!dir)
		return r;
	puts(dir);
	indexed = put_into_index(env, dir);
	return r != ST_OK ? r : indexed;
}
