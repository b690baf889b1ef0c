/* SPDX-License-Identifier: GPL-2.0-only */
#include "slurm-run.h"

#include <dirent.h>
#include <time.h>

#include "alloc.h"
#include "clean.h"
#include "file.h"
#include "import-merge.h"
#include "interrupt.h"
#include "log.h"
#include "monotonic.h"
#include "progress.h"
#include "run-dirs.h"
#include "run-id.h"
#include "run.h"
#include "self.h"
#include "slurm.h"
#include "text.h"

#define SECOND 1000000000ULL
#define TICK_NS (SECOND / 10)
/* Others ask the controller, too: seldom, if the array takes long. */
#define ASK_NS_MAX (10 * SECOND)
/* A cancelled task ends its boots and writes down how far it came. */
#define CANCEL_NS (60 * SECOND)
/* Another host sees files of a shared folder late. */
#define SHARED_NS (5 * SECOND)

struct array {
	const struct slurm_run *how;
	char *folder; /* of this array, absolute */
	unsigned job;
	bool *alive;
	bool told; /* that Slurm does not answer */
	struct progress progress;
};

static void array_release(struct array *a)
{
	free(a->folder);
	free(a->alive);
}

/* ---- submit ---- */

static enum exit_status make_folder(struct array *a)
{
	_cleanup_(run_freep) struct run *run = run_new();
	_cleanup_free_ char *dir = NULL;
	int r = run_id_make(run);

	if (r == 0) {
		dir = xasprintf("%s/%s", a->how->folder, run->id);
		r = mkdir_p(dir, 0777);
	}
	if (r == 0) {
		a->folder = realpath(dir, NULL);
		r = a->folder ? 0 : -errno;
	}
	if (r == 0)
		return ST_OK;
	log_err_errno(-r, "cannot make a folder for the shards in %s",
		      a->how->folder);
	return ST_HOST;
}

/*
 * What the user typed, and after it what makes a shard of it.  Each shard has a parent
 * of its own, where no other node tidies up.
 */
static char *script_text(const struct array *a)
{
	_cleanup_free_ char *self = self_path();
	const char *const first[] = { self, "run" };
	const char *const folder[] = { a->folder };
	_cleanup_free_ char *head = or_abort(shell_quote(first, 2));
	_cleanup_free_ char *parent = or_abort(shell_quote(folder, 1));

	return xasprintf("#!/bin/sh\n"
			 "# A shard of cgmark run --slurm.\n"
			 "exec %s %s --quiet --jobs %u \\\n"
			 "\t--shard \"$SLURM_ARRAY_TASK_ID/%u\" \\\n"
			 "\t--output %s/shard-\"$SLURM_ARRAY_TASK_ID\"\n",
			 head, a->how->words, a->how->cpus, a->how->shards,
			 parent);
}

/* sbatch replaces what follows a '%'. */
static char *log_pattern(const char *folder)
{
	struct strbuf out = STRBUF_INIT;

	for (; *folder; folder++) {
		if (*folder == '%')
			strbuf_addstr(&out, "%");
		strbuf_add(&out, folder, 1);
	}
	strbuf_addstr(&out, "/log-%a");
	return strbuf_steal(&out);
}

static enum exit_status submit(struct array *a)
{
	_cleanup_free_ char *script = xasprintf("%s/array.sh", a->folder);
	_cleanup_free_ char *text = script_text(a);
	_cleanup_free_ char *log = log_pattern(a->folder);
	const struct slurm_array array = {
		.name = "cgmark",
		.partition = a->how->partition,
		.nr = a->how->shards,
		.cpus = a->how->cpus,
		.exclusive = a->how->exclusive,
		.script = script,
		.log = log,
	};
	int r = write_file_atomic(script, text, strlen(text));

	if (r < 0) {
		log_err_errno(-r, "cannot write '%s'", script);
		return ST_HOST;
	}
	r = slurm_submit(&array, &a->job);
	if (r == 0) {
		log_info("job array %u: %u shards of %zu boots on partition "
			 "%s; they are in %s",
			 a->job, array.nr, a->how->nr_boots, array.partition,
			 a->folder);
		return ST_OK;
	}
	rm_rf(a->folder);
	return r == -EINVAL ? ST_USAGE : ST_HOST;
}

/* ---- wait ---- */

static size_t count_boots(const char *run_dir)
{
	_cleanup_free_ char *boots = xasprintf("%s/boots", run_dir);
	DIR *d = opendir(boots);
	struct dirent *de;
	size_t nr = 0;

	while (d && (de = readdir(d))) {
		_cleanup_free_ char *json =
			xasprintf("%s/%s/boot.json", boots, de->d_name);

		nr += de->d_name[0] != '.' && access(json, F_OK) == 0;
	}
	if (d)
		closedir(d);
	return nr;
}

static char *shard_parent(const struct array *a, unsigned number)
{
	return xasprintf("%s/shard-%u", a->folder, number);
}

/* Of one shard, which may have been begun more than once. */
static size_t count_shard(const char *parent)
{
	_cleanup_free_ char **dirs = NULL;
	size_t nr = 0, boots = 0;

	if (run_dirs_list(parent, &dirs, &nr) < 0)
		return 0;
	for (size_t i = 0; i < nr; i++) {
		boots += count_boots(dirs[i]);
		free(dirs[i]);
	}
	return boots;
}

/* Boots that ended. */
static size_t count_ended(const struct array *a)
{
	size_t nr = 0;

	for (unsigned i = 1; i <= a->how->shards; i++) {
		_cleanup_free_ char *parent = shard_parent(a, i);

		nr += count_shard(parent);
	}
	return nr;
}

static void show(struct array *a)
{
	progress_set(&a->progress, count_ended(a), a->how->nr_boots);
}

static void wait_tick(void)
{
	const struct timespec ts = { .tv_nsec = (long)TICK_NS };

	nanosleep(&ts, NULL);
}

/* Does Slurm say that no task waits or runs any more? */
static bool all_ended(struct array *a)
{
	if (slurm_alive(a->job, a->how->shards, a->alive, &a->told) < 0)
		return false;
	for (unsigned i = 0; i < a->how->shards; i++)
		if (a->alive[i])
			return false;
	return true;
}

/* Until all tasks ended, or that time; true: a signal came. */
static bool wait_for_end(struct array *a, uint64_t until_ns)
{
	uint64_t begin = now_ns(), next = begin;

	while (now_ns() < until_ns) {
		uint64_t now = now_ns();

		if (interrupt_pending())
			return true;
		if (now >= next) {
			uint64_t pause = SECOND + (now - begin) / 10;

			if (all_ended(a))
				return false;
			show(a);
			next = now_ns() +
			       (pause < ASK_NS_MAX ? pause : ASK_NS_MAX);
		}
		wait_tick();
	}
	return false;
}

static void wait_for_files(struct array *a)
{
	uint64_t until = now_ns() + SHARED_NS;

	while (count_ended(a) < a->how->nr_boots && now_ns() < until)
		wait_tick();
	show(a);
}

static enum exit_status wait_for_array(struct array *a)
{
	bool interrupted;

	progress_init(&a->progress, "boots");
	interrupted = wait_for_end(a, UINT64_MAX);
	if (interrupted) {
		progress_end(&a->progress);
		log_warn("interrupted: cancelling the job array %u", a->job);
		slurm_cancel(a->job);
		wait_for_end(a, now_ns() + CANCEL_NS);
		return ST_INTERRUPTED;
	}
	wait_for_files(a);
	progress_end(&a->progress);
	return ST_OK;
}

/* ---- what came of it ---- */

/* The last line that a task said; NULL: nothing.  Caller frees. */
static char *last_line(const char *path)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *line;

	if (read_regular(path, 1u << 20, &text) < 0)
		return NULL;
	line = strbuf_last_line(&text);
	return line ? clean_text(line) : NULL;
}

static void tell_logs(const struct array *a)
{
	unsigned told = 0;

	for (unsigned i = 1; i <= a->how->shards && told < 4; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/log-%u", a->folder, i);
		_cleanup_free_ char *line = last_line(path);

		if (!line)
			continue;
		log_err("%s: %s", path, line);
		told++;
	}
}

/* Parents of shards that were begun; returns how many. */
static size_t list_begun(const struct array *a, char **parents)
{
	size_t nr = 0;

	for (unsigned i = 1; i <= a->how->shards; i++) {
		_cleanup_free_ char *parent = shard_parent(a, i);
		_cleanup_free_ char **dirs = NULL;
		size_t nr_dirs = 0;

		if (run_dirs_list(parent, &dirs, &nr_dirs) < 0)
			continue;
		for (size_t d = 0; d < nr_dirs; d++)
			free(dirs[d]);
		if (nr_dirs > 0)
			parents[nr++] = steal_ptr(parent);
	}
	return nr;
}

static enum exit_status merge_begun(const struct array *a, char *const *parents,
				    size_t nr, char **ret)
{
	const struct merge_job job = {
		.dirs = parents,
		.nr_dirs = nr,
		.parent = a->how->parent,
		.command_line = a->how->command_line,
	};
	enum exit_status r;

	if (nr > 0) {
		r = merge_shards(&job, ret);
		return r == ST_USAGE ? ST_HOST : r;
	}
	log_err("no shard was begun; do all nodes have cgmark and %s?",
		a->folder);
	return ST_HOST;
}

static enum exit_status merge(const struct array *a, char **ret)
{
	_cleanup_free_ char **parents =
		xcalloc(a->how->shards + 1, sizeof(*parents));
	size_t nr = list_begun(a, parents);
	enum exit_status r = merge_begun(a, parents, nr, ret);

	if (r != ST_OK)
		tell_logs(a);
	for (size_t i = 0; i < nr; i++)
		free(parents[i]);
	return r;
}

enum exit_status slurm_run(const struct slurm_run *how, char **ret)
{
	_cleanup_(array_release) struct array a = {
		.how = how,
		.alive = xcalloc(how->shards + 1, sizeof(bool)),
	};
	enum exit_status waited, merged, r = make_folder(&a);

	*ret = NULL;
	if (r == ST_OK)
		r = submit(&a);
	if (r != ST_OK)
		return r;
	waited = wait_for_array(&a);
	merged = merge(&a, ret);
	return waited != ST_OK ? waited : merged;
}
