/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "exit-status.h"
#include "file.h"
#include "initramfs.h"
#include "interrupt.h"
#include "log.h"
#include "profile.h"
#include "progress.h"
#include "session.h"

/* One message for all that a full disk or a bad directory can break. */
static int host_failed(int err, const char *dir, const char *what)
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

/* UTC and four random digits: ids sort by time, and two at once differ. */
static int make_id(struct run *run)
{
	unsigned char rnd[2];
	struct tm tm;
	char stamp[32], iso[32];
	time_t now = time(NULL);

	if (getrandom(rnd, sizeof(rnd), 0) != sizeof(rnd))
		return -EIO;
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
	set_str(&run->id, xasprintf("%s-%02x%02x", stamp, rnd[0], rnd[1]));
	set_str(&run->created, xstrdup(iso));
	return 0;
}

static int make_run_dir(struct run *run, const char *parent)
{
	int r = mkdir_p(parent, 0777);

	for (int tries = 0; r == 0 && tries < 100; tries++) {
		r = make_id(run);
		if (r < 0)
			break;
		set_str(&run->dir, xasprintf("%s/%s", parent, run->id));
		if (mkdir(run->dir, 0777) == 0)
			return ST_OK;
		r = errno == EEXIST ? 0 : -errno;
	}
	set_str(&run->dir, NULL);
	return host_failed(r ? r : -EEXIST, parent,
			   "cannot make the run directory");
}

static int make_boot_dir(struct session *s, size_t i, const struct strbuf *plan)
{
	_cleanup_free_ char *path = NULL;
	int r;

	s->boot_dirs[i] =
		xasprintf("%s/boots/%s", s->run->dir, s->run->boots[i].id);
	path = xasprintf("%s/plan.tsv", s->boot_dirs[i]);
	r = mkdir_p(s->boot_dirs[i], 0777);
	if (r == 0)
		r = write_file_atomic(path, plan->buf, plan->len);
	return r;
}

static const struct strbuf *plan_of(const struct session *s,
				    const struct run_boot *b)
{
	return b->role == BOOT_EVENTS ? &s->event_plans[b->perturbation]
				      : &s->plans[b->perturbation];
}

static void fill_job(const struct session *s, size_t i, struct boot_job *job)
{
	struct run_boot *b = &s->run->boots[i];
	const struct run_kernel *k = &s->run->kernels[b->kernel];
	struct perturbation p = plan_perturbation(b->perturbation, b->role);
	const struct strbuf *plan = plan_of(s, b);

	*job = (struct boot_job){
		.img = {
			.vmlinux = k->image,
			.initramfs = s->initramfs,
			.plan = plan->buf,
			.plan_len = plan->len,
			.cmdline = k->cmdline,
			.mem_mib = p.mem_mib,
			.initrd_pad_bytes = p.initrd_pad_bytes,
			.kernel_name = k->name,
			.perturbation = b->perturbation,
			.role = boot_role_str(b->role),
		},
		.dir = s->boot_dirs[i],
		.boot = b,
		.nr_points = s->run->nr_points,
		/* Each event and function may need a pass of its own. */
		.patience = b->role == BOOT_EVENTS
				    ? 1 + s->run->nr_events +
					      s->run->nr_latencies
				    : 0,
	};
}

/* How much slower a boot may be that is profiled (test/bench-profile.sh). */
#define PATIENCE_COUNTS 3
#define PATIENCE_MODEL 8

/*
 * A profile comes from the repeat boots: that they are bit-identical to the
 * boots they repeat shows that counting moved nothing.
 */
static void profile_job(struct session *s, size_t i, struct boot_job *job)
{
	if (!s->tcg_plugin || s->run->boots[i].role != BOOT_REPEAT)
		return;
	s->profiles[i] = xasprintf("%s/" PROFILE_FILE, s->boot_dirs[i]);
	job->img.tcg_plugin = s->tcg_plugin;
	job->img.profile = s->profiles[i];
	job->img.profile_model = s->profile_model;
	job->patience = s->profile_model ? PATIENCE_MODEL : PATIENCE_COUNTS;
}

/* The same for all roles, but that some count what the others time. */
static int make_plan(struct session *s, unsigned p, bool events,
		     struct strbuf *ret)
{
	struct perturbation pt = plan_perturbation(p, BOOT_MEASURE);
	const struct run *run = s->run;

	pt.setup_only = s->setup_only;
	if (events) {
		pt.events = run->events;
		pt.nr_events = run->nr_events;
		pt.event_tasks = s->ops->shared;
		pt.latencies = run->latencies;
		pt.nr_latencies = run->nr_latencies;
	}
	return plan_format(run->points, run->nr_points,
			   s->ops->exact ? "insns" : "ns", &pt, ret);
}

static int make_plans(struct session *s)
{
	unsigned nr = s->run->perturbations;
	int r = 0;

	s->plans = xcalloc(nr, sizeof(*s->plans));
	s->event_plans = xcalloc(nr, sizeof(*s->event_plans));
	for (unsigned p = 0; p < nr && r == 0; p++) {
		r = make_plan(s, p, false, &s->plans[p]);
		if (r == 0)
			r = make_plan(s, p, true, &s->event_plans[p]);
	}
	return r;
}

static int make_jobs(struct session *s)
{
	struct run *run = s->run;
	int r = make_plans(s);

	s->boot_dirs = xcalloc(run->nr_boots, sizeof(*s->boot_dirs));
	s->profiles = xcalloc(run->nr_boots, sizeof(*s->profiles));
	s->jobs = xcalloc(run->nr_boots, sizeof(*s->jobs));
	for (size_t i = 0; i < run->nr_boots && r == 0; i++) {
		r = make_boot_dir(s, i, plan_of(s, &run->boots[i]));
		fill_job(s, i, &s->jobs[i]);
		profile_job(s, i, &s->jobs[i]);
	}
	return r < 0 ? host_failed(r, run->dir, "cannot write the plans")
		     : ST_OK;
}

static int make_initramfs(struct session *s)
{
	char sha256[65];
	int r;

	s->initramfs = xasprintf("%s/initramfs.cpio", s->run->dir);
	r = initramfs_build(s->bench_dir, s->files, s->initramfs, sha256);
	if (r == -ENOSPC || r == -EDQUOT)
		return host_failed(r, s->run->dir,
				   "cannot write the initramfs");
	if (r < 0)
		return ST_HOST;
	set_str(&s->run->guest_sha256, xstrdup(sha256));
	return ST_OK;
}

static int prove_machine(struct session *s)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf detail = STRBUF_INIT;
	int r = s->ops->probe(s->machine_arg, s->run->kernels[0].image,
			      s->initramfs, &why);

	if (r < 0) {
		log_err("machine %s cannot be used here: %s", s->ops->name,
			why.len ? why.buf : strerror(-r));
		return ST_HOST;
	}
	if (s->ops->describe(s->machine_arg, &detail) == 0 && detail.len)
		set_str(&s->run->machine_detail, xstrdup(detail.buf));
	return ST_OK;
}

static int save(struct session *s, const char *status)
{
	int r;

	set_str(&s->run->status, xstrdup(status));
	r = run_save(s->run);
	if (r == -ENOSPC || r == -EDQUOT)
		return host_failed(r, s->run->dir, "cannot write run.json");
	return r < 0 ? ST_HOST : ST_OK;
}

int session_prepare(struct session *s, const char *parent)
{
	int r = make_run_dir(s->run, parent);

	if (r != ST_OK)
		return r;
	r = make_initramfs(s);
	if (r == ST_OK)
		r = prove_machine(s);
	if (r == ST_OK)
		r = make_jobs(s);
	if (r == ST_OK && interrupt_pending()) {
		log_warn("interrupted before the first boot");
		r = ST_INTERRUPTED;
	}
	if (r == ST_OK)
		r = save(s, "running");
	if (r != ST_OK)
		rm_rf(s->run->dir);
	return r;
}

static void on_boot_end(const struct boot_job *job, size_t done, size_t nr,
			void *arg)
{
	progress_set(arg, done, nr);
}

static size_t count_finished(const struct run *run, bool ok)
{
	size_t n = 0;

	for (size_t i = 0; i < run->nr_boots; i++)
		n += run->boots[i].finished && (!ok || run->boots[i].ok);
	return n;
}

static int end_status(const struct session *s, int r)
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
	if (r < 0) {
		log_err("the run stopped; %zu of %zu boots are kept in %s",
			kept, run->nr_boots, run->dir);
		return ST_HOST;
	}
	return ST_OK;
}

int session_boot(struct session *s)
{
	struct run *run = s->run;
	struct progress progress;
	struct boots boots = {
		.ops = s->ops,
		.machine_arg = s->machine_arg,
		.run = run,
		.jobs = s->jobs,
		.nr_jobs = run->nr_boots,
		.parallel = s->parallel,
		.deadlines = s->deadlines,
		.on_end = on_boot_end,
		.arg = &progress,
	};
	bool complete;
	int r, ret;

	progress_init(&progress, "boots");
	progress_set(&progress, 0, run->nr_boots);
	r = boots_run(&boots);
	progress_end(&progress);
	ret = end_status(s, r);
	unlink(s->initramfs);
	complete = r == 0 && count_finished(run, true) == run->nr_boots;
	r = save(s, ret == ST_INTERRUPTED ? "interrupted"
		    : complete		  ? "complete"
					  : "failed");
	return ret != ST_OK ? ret : r;
}

void session_release(struct session *s)
{
	for (size_t i = 0; s->boot_dirs && i < s->run->nr_boots; i++)
		free(s->boot_dirs[i]);
	for (size_t i = 0; s->profiles && i < s->run->nr_boots; i++)
		free(s->profiles[i]);
	for (unsigned p = 0; s->plans && p < s->run->perturbations; p++)
		strbuf_release(&s->plans[p]);
	for (unsigned p = 0; s->event_plans && p < s->run->perturbations; p++)
		strbuf_release(&s->event_plans[p]);
	free(s->boot_dirs);
	free(s->profiles);
	free(s->plans);
	free(s->event_plans);
	free(s->jobs);
	free(s->initramfs);
}

static int boot_status(const struct run *run, const struct run_boot *b)
{
	int st = ST_OK;

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

int session_status(const struct run *run)
{
	size_t subject = 0, host = 0, untried = 0;

	for (size_t i = 0; i < run->nr_boots; i++) {
		int st = boot_status(run, &run->boots[i]);

		if (!run->boots[i].finished)
			untried++;
		else if (st == ST_SUBJECT)
			subject++;
		else if (st != ST_OK)
			host++;
	}
	if (subject + host + untried == 0)
		return ST_OK;
	log_err("%zu of %zu boots were not as they should be: %zu by fault of "
		"the kernel, %zu of benchmark, harness or host, %zu not tried",
		subject + host + untried, run->nr_boots, subject, host,
		untried);
	/* Boots are left out only because of those that failed. */
	return host > 0 || subject == 0 ? ST_HOST : ST_SUBJECT;
}
