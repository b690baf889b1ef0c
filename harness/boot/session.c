/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>

#include "alloc.h"
#include "boot-reuse.h"
#include "exit-status.h"
#include "file.h"
#include "initramfs.h"
#include "interrupt.h"
#include "log.h"
#include "progress.h"
#include "resume.h"
#include "run-id.h"
#include "run-leftovers.h"
#include "run-plan.h"
#include "session.h"
#include "supervise.h"

/* One message for all that a full disk or an unusable directory breaks. */
static enum exit_status host_failed(int err, const char *dir, const char *what)
{
	if (err == -ENOSPC || err == -EDQUOT)
		log_err("%s: no space left for %s: remove old runs there or "
			"choose another directory with -o, then run again",
			what, dir);
	else
		log_err_errno(-err, "%s in %s", what, dir);
	return ST_HOST;
}

static void set_str(char **field, char *value)
{
	free(*field);
	*field = value;
}

/* 0, -errno, or -EAGAIN: that one is somebody else's. */
static int try_run_dir(struct session *s, const char *parent)
{
	struct run *run = s->run;
	int r = run_id_make(run);

	if (r < 0)
		return r;
	set_str(&run->dir, xasprintf("%s/%s", parent, run->id));
	if (mkdir(run->dir, 0777) < 0)
		return errno == EEXIST ? -EAGAIN : -errno;
	r = run_dir_lock(run->dir);
	if (r < 0)
		return r == -ENOENT ? -EAGAIN : r;
	s->lock_fd = r;
	return 0;
}

static enum exit_status make_run_dir(struct session *s, const char *parent)
{
	struct run *run = s->run;
	int r = mkdir_p(parent, 0777);

	if (r == 0) {
		run_leftovers_tidy(parent);
		r = -EAGAIN;
	}
	for (int tries = 0; r == -EAGAIN && tries < 100; tries++)
		r = try_run_dir(s, parent);
	if (r == 0)
		return ST_OK;
	set_str(&run->dir, NULL);
	return host_failed(r == -EAGAIN ? -EEXIST : r, parent,
			   "cannot make the run directory");
}

/* For the boots from first on. */
static enum exit_status make_jobs(struct session *s, size_t first)
{
	const struct boot_jobs_how how = {
		.run = s->run,
		.first = first,
		.initramfs = s->initramfs,
		.exact = s->ops->exact,
		.shared = s->ops->shared,
		.setup_only = s->setup_only,
		.tcg_plugin = s->tcg_plugin,
		.profile_model = s->profile_model,
		.profile_sharing = s->profile_sharing,
		.profile_locks = s->profile_locks,
	};
	int r = boot_jobs_make(&how, &s->jobs);

	return r < 0 ? host_failed(r, s->run->dir, "cannot write the plans")
		     : ST_OK;
}

static enum exit_status make_initramfs(struct session *s)
{
	char sha256[65];
	int r;

	s->initramfs = xasprintf("%s/" INITRAMFS_FILE, s->run->dir);
	r = initramfs_build(s->bench_dir, s->files, s->initramfs, sha256);
	if (r == -ENOSPC || r == -EDQUOT)
		return host_failed(r, s->run->dir,
				   "cannot write the initramfs");
	if (r < 0)
		return ST_HOST;
	set_str(&s->run->guest_sha256, xstrdup(sha256));
	return ST_OK;
}

static enum exit_status prove_machine(struct session *s)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf detail = STRBUF_INIT;
	int r = s->ops->probe(s->machine_arg, &s->run->kernels[0], s->initramfs,
			      &why);

	if (r < 0) {
		log_err("machine %s cannot be used here: %s", s->ops->name,
			why.len ? why.buf : strerror(-r));
		return ST_HOST;
	}
	if (s->ops->describe(s->machine_arg,
			     boot_boards(s->run->kernels, s->run->nr_kernels),
			     &detail) == 0 &&
	    detail.len)
		set_str(&s->run->machine_detail, xstrdup(detail.buf));
	return ST_OK;
}

static enum exit_status save(struct session *s, const char *status)
{
	int r;

	set_str(&s->run->status, xstrdup(status));
	r = run_save(s->run);
	s->unsaved = r < 0;
	if (r != -ENOSPC && r != -EDQUOT)
		return r < 0 ? ST_HOST : ST_OK;
	/* Nothing is booted any more, and what the initramfs took is enough. */
	if (truncate(s->initramfs, 0) == 0)
		s->unsaved = run_save(s->run) < 0;
	return host_failed(r, s->run->dir, "cannot write run.json");
}

/* Of a shard, once guest and machine are known. */
static void name_plan(struct run *run)
{
	char hex[65];

	if (!run->shard.of)
		return;
	run_plan_digest(run, hex);
	set_str(&run->shard.plan_sha256, xstrdup(hex));
}

static enum exit_status check_interrupt(void)
{
	if (!interrupt_pending())
		return ST_OK;
	log_warn("interrupted before the first boot");
	return ST_INTERRUPTED;
}

enum exit_status session_prepare(struct session *s, const char *parent)
{
	enum exit_status r = make_run_dir(s, parent);

	if (r != ST_OK)
		return r;
	r = make_initramfs(s);
	if (r == ST_OK)
		r = prove_machine(s);
	if (r == ST_OK)
		name_plan(s->run);
	if (r == ST_OK)
		r = make_jobs(s, 0);
	if (r == ST_OK)
		r = check_interrupt();
	if (r == ST_OK)
		r = save(s, "running");
	if (r != ST_OK)
		rm_rf(s->run->dir);
	return r;
}

/* ---- a run that goes on ---- */

static enum exit_status lock_earlier(struct session *s,
				     const struct run *earlier)
{
	int r = run_dir_lock(earlier->dir);

	if (r < 0) {
		log_err("%s cannot be completed: %s", earlier->dir,
			r == -ENOENT ? "another cgmark is measuring it"
				     : strerror(-r));
		return ST_HOST;
	}
	s->lock_fd = r;
	set_str(&s->run->dir, xstrdup(earlier->dir));
	return ST_OK;
}

static enum exit_status check_plan(const struct run *run,
				   const struct run *earlier)
{
	const char *what = run_plan_difference(run, earlier);

	if (!what)
		return ST_OK;
	log_err("%s was planned in another way: it differs in \"%s\" of "
		"run.json; give the options that it had (%s)",
		earlier->dir, what, earlier->command_line);
	return ST_USAGE;
}

/* What an interrupted boot left is not for the next one to add to. */
static void clear_lacking(const struct run *run, size_t first)
{
	for (size_t i = first; i < run->nr_boots; i++) {
		_cleanup_free_ char *dir =
			xasprintf("%s/boots/%s", run->dir, run->boots[i].id);

		rm_rf(dir);
	}
}

static enum exit_status take_earlier(struct session *s, struct run *earlier)
{
	enum exit_status r;
	size_t first;

	resume_take(s->run, earlier);
	/* As they were planned, for whoever comes after a kill. */
	r = save(s, "running");
	if (r != ST_OK)
		return r;
	first = resume_sort(s->run, &s->turns);
	clear_lacking(s->run, first);
	log_info("run %s goes on: %zu of %zu boots are there", s->run->id,
		 first, s->run->nr_boots);
	return make_jobs(s, first);
}

enum exit_status session_resume(struct session *s, struct run *earlier)
{
	enum exit_status r = lock_earlier(s, earlier);

	if (r == ST_OK)
		r = make_initramfs(s);
	if (r == ST_OK)
		r = prove_machine(s);
	if (r == ST_OK)
		r = check_plan(s->run, earlier);
	if (r == ST_OK)
		r = check_interrupt();
	return r == ST_OK ? take_earlier(s, earlier) : r;
}

/* What was planned stays planned, even if it was not started. */
static void end_resume(struct session *s)
{
	if (s->turns)
		resume_unsort(s->run, s->turns, s->run->nr_boots);
	free(s->turns);
	s->turns = NULL;
}

/* ---- a run whose process is gone ---- */

enum exit_status session_take_up(struct session *s)
{
	int r = run_dir_lock(s->run->dir);

	if (r < 0) {
		log_err("cannot take up the run in %s: %s", s->run->dir,
			r == -ENOENT ? "another process has it" : strerror(-r));
		return ST_HOST;
	}
	s->lock_fd = r;
	s->initramfs = xasprintf("%s/" INITRAMFS_FILE, s->run->dir);
	if (access(s->initramfs, R_OK) < 0) {
		log_err_errno(errno, "cannot take up the run: %s",
			      s->initramfs);
		return ST_HOST;
	}
	return make_jobs(s, 0);
}

struct boots_under_way {
	struct progress progress;
	struct boot_reuse reuse;
	size_t *nr_booted; /* of the session */
};

static void on_boot_end(const struct boot_job *job, size_t done, size_t nr,
			void *arg)
{
	struct boots_under_way *uw = arg;

	++*uw->nr_booted;
	boot_reuse_ended(&uw->reuse, job);
	progress_set(&uw->progress, done, nr);
}

static size_t count_finished(const struct run *run, bool ok)
{
	size_t n = 0;

	for (size_t i = 0; i < run->nr_boots; i++)
		n += run->boots[i].finished && (!ok || run->boots[i].ok);
	return n;
}

static enum exit_status end_status(const struct session *s, int r)
{
	const struct run *run = s->run;
	size_t kept = count_finished(run, false);

	if (r == -EINTR) {
		log_warn("interrupted: %zu of %zu boots are kept in %s", kept,
			 run->nr_boots, run->dir);
		return ST_INTERRUPTED;
	}
	if (r == -ENOSPC || r == -EDQUOT)
		host_failed(r, run->dir, "the run stopped");
	if (r < 0 && access(run->dir, F_OK) < 0)
		log_err("the run stopped: %s is gone", run->dir);
	else if (r < 0)
		log_err("the run stopped; %zu of %zu boots are kept in %s",
			kept, run->nr_boots, run->dir);
	if (r < 0)
		return ST_HOST;
	return ST_OK;
}

static int boot_list(const struct session *s, struct boot_job *jobs, size_t nr,
		     struct boots_under_way *uw)
{
	struct boots boots = {
		.ops = s->ops,
		.machine_arg = s->machine_arg,
		.run = s->run,
		.jobs = jobs,
		.nr_jobs = nr,
		.parallel = s->parallel,
		.deadlines = s->deadlines,
		.until_ns = s->until_ns,
		.on_end = on_boot_end,
		.arg = uw,
	};
	int r;

	progress_init(&uw->progress, "boots");
	progress_set(&uw->progress, 0, nr);
	r = boots_run(&boots);
	progress_end(&uw->progress);
	return r;
}

/* How many of nr more boots the limit of the session allows. */
static size_t within_limit(const struct session *s, size_t nr)
{
	size_t left =
		s->max_boots > s->nr_booted ? s->max_boots - s->nr_booted : 0;

	return s->max_boots && nr > left ? left : nr;
}

static int carry_out(struct session *s)
{
	const struct boot_reuse_how how = {
		.dir = s->boots_dir,
		.fresh = s->fresh,
		.unchecked = s->unchecked,
		.ops = s->ops,
		.machine_arg = s->machine_arg,
	};
	struct boots_under_way uw = { .nr_booted = &s->nr_booted };
	struct boot_job *list;
	size_t nr = 0;
	int r = boot_reuse_begin(&uw.reuse, &how, s->run, &s->jobs);

	if (r == 0)
		boot_reuse_next(&uw.reuse, &list, &nr);
	while (r == 0 && within_limit(s, nr) > 0) {
		r = boot_list(s, list, within_limit(s, nr), &uw);
		if (r == 0)
			boot_reuse_next(&uw.reuse, &list, &nr);
	}
	boot_reuse_end(&uw.reuse);
	return r;
}

/* Removes the boots from first on that were not started. */
static void drop_unstarted(struct session *s, size_t first)
{
	struct run *run = s->run;
	size_t nr = first;

	for (size_t i = first; i < run->nr_boots; i++) {
		struct run_boot *b = &run->boots[i];

		if (b->finished || b->started) {
			run->boots[nr++] = *b;
			continue;
		}
		rm_rf(s->jobs.list[i - first].dir);
		run_boot_release(b, run->nr_points);
	}
	run->nr_boots = nr;
}

static enum exit_status boot_from(struct session *s, size_t first)
{
	int r = s->jobs.nr > 0 ? carry_out(s) : 0;
	enum exit_status ended, saved;
	bool complete;

	if (!s->turns && (first > 0 || s->until_ns))
		drop_unstarted(s, first);
	end_resume(s);
	ended = end_status(s, r);
	complete = r == 0 && count_finished(s->run, true) == s->run->nr_boots;
	saved = save(s, ended == ST_INTERRUPTED ? "interrupted"
			: complete		? "complete"
						: "failed");
	return ended != ST_OK ? ended : saved;
}

enum exit_status session_boot(struct session *s)
{
	return boot_from(s, s->jobs.first);
}

enum exit_status session_boot_more(struct session *s, struct run_boot *boots,
				   size_t nr)
{
	struct run *run = s->run;
	size_t first = run->nr_boots;
	enum exit_status r;

	run->boots = xreallocarray(run->boots, first + nr, sizeof(*boots));
	memcpy(run->boots + first, boots, nr * sizeof(*boots));
	memset(boots, 0, nr * sizeof(*boots));
	run->nr_boots += nr;
	boot_jobs_release(&s->jobs);
	r = make_jobs(s, first);
	if (r == ST_OK)
		r = save(s, "running");
	return r == ST_OK ? boot_from(s, first) : r;
}

void session_release(struct session *s)
{
	/* One that is empty tells the next run to mark this one. */
	if (s->initramfs && !s->unended &&
	    (!s->unsaved || truncate(s->initramfs, 0) < 0))
		unlink(s->initramfs);
	boot_jobs_release(&s->jobs);
	free(s->initramfs);
	free(s->turns);
	if (s->lock_fd > 0)
		close(s->lock_fd);
	s->lock_fd = 0;
}

static enum exit_status boot_status(const struct run *run,
				    const struct run_boot *b)
{
	enum exit_status st = ST_OK;

	if (!b->finished)
		return ST_HOST;
	if (!b->ok)
		return b->blame == BLAME_SUBJECT ? ST_SUBJECT : ST_HOST;
	if (b->damaged)
		return ST_HOST;
	for (size_t i = 0; i < run->nr_points; i++) {
		if (b->status[i] == POINT_ERROR ||
		    b->status[i] == POINT_MISSING)
			return ST_HOST;
		if (b->status[i] == POINT_FAIL)
			st = ST_SUBJECT;
	}
	return st;
}

enum exit_status session_status(const struct run *run)
{
	size_t subject = 0, host = 0, untried = 0;

	for (size_t i = 0; i < run->nr_boots; i++) {
		enum exit_status st = boot_status(run, &run->boots[i]);

		if (!run->boots[i].finished)
			untried++;
		else if (st == ST_SUBJECT)
			subject++;
		else if (st != ST_OK)
			host++;
	}
	if (subject + host + untried == 0)
		return ST_OK;
	if (subject + host == 0)
		log_err("%zu of %zu boots did not finish, or were not tried",
			untried, run->nr_boots);
	else
		log_err("%zu of %zu boots went wrong: %zu because of the "
			"kernel, %zu because of benchmark, harness or host; "
			"%zu were not tried",
			subject + host + untried, run->nr_boots, subject, host,
			untried);
	/* Boots are skipped only because others failed. */
	return host > 0 || subject == 0 ? ST_HOST : ST_SUBJECT;
}
