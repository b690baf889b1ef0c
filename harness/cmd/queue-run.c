/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each step is on the disk before the next begins: that a job is started, by which
 * process, and how it ended.  So a worker that is killed at any moment is followed by
 * one that knows which job was under way; its run goes on with the boots that it
 * lacks.
 */
#include "queue-run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <time.h>

#include "alloc.h"
#include "child.h"
#include "clean.h"
#include "file.h"
#include "interrupt.h"
#include "log.h"
#include "metal-config.h"
#include "metal-journal.h"
#include "monotonic.h"
#include "spool-add.h"

/* A job that was started so often without an end has one. */
#define STARTS_MAX 10
/* Between ^C and SIGKILL. */
#define GRACE_NS 30000000000ULL
#define NS_PER_MS 1000000ULL
/* Jobs that ended are known for so many more. */
#define KEPT 1000
/* Where nothing tells of changes, and while another boot is under way. */
#define LOOK_AGAIN_MS 10000

struct worker {
	const char *dir;
	bool drain;
	bool told; /* to end */
	int signal_fd;
	int notify_fd;	    /* -1: there is none; then it looks again */
	struct strbuf said; /* what was said once, one a line */
};

/* --- messages --- */

/* Once in the life of this worker. */
__printf(2, 3) static void say_once(struct worker *w, const char *fmt, ...)
{
	_cleanup_free_ char *line = NULL;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	line = xasprintf("\n%s\n", text);
	if (w->said.len && strstr(w->said.buf, line))
		return;
	/* Whoever floods the folder does not fill the memory. */
	if (w->said.len > 1024 * 1024)
		return;
	strbuf_addstr(&w->said, line);
	log_warn("%s", text);
}

static void say_strays(struct worker *w, const struct strbuf *strays)
{
	const char *p = strays->buf;

	for (; p && *p; p += strcspn(p, "\n") + 1)
		say_once(w, "%s/jobs/%.*s is no job: not a number", w->dir,
			 (int)strcspn(p, "\n"), p);
}

/* --- waiting --- */

static void take_signal(struct worker *w)
{
	struct signalfd_siginfo info;

	if (read(w->signal_fd, &info, sizeof(info)) == sizeof(info))
		w->told = true;
}

static void drain_notices(int fd)
{
	char buf[4096];

	while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
		;
}

/*
 * Until a process ends (pidfd, or -1), something in jobs/ changes, somebody wants the
 * worker to end, or the time is over (-1: never).  True: it has ended.
 */
static bool wait_for(struct worker *w, int pidfd, int timeout_ms)
{
	struct pollfd p[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = w->told ? -1 : w->signal_fd, .events = POLLIN },
		{ .fd = w->notify_fd, .events = POLLIN },
	};

	if (w->notify_fd < 0 && (timeout_ms < 0 || timeout_ms > LOOK_AGAIN_MS))
		timeout_ms = LOOK_AGAIN_MS;
	if (poll(p, ARRAY_SIZE(p), timeout_ms) <= 0)
		return false;
	if (p[1].revents)
		take_signal(w);
	if (p[2].revents)
		drain_notices(w->notify_fd);
	return p[0].revents != 0;
}

/* --- a job --- */

/* -errno, logged. */
static int open_state_file(const struct worker *w, unsigned number,
			   const char *suffix, int flags)
{
	_cleanup_free_ char *path = spool_state_path(w->dir, number, suffix);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags,
		      0644);

	return fd < 0 ? log_err_errno(errno, "cannot write %s", path) : fd;
}

static int save(const struct worker *w, unsigned number,
		const struct job_state *s)
{
	int r = spool_save_state(w->dir, number, s);

	return r < 0 ? log_err_errno(-r, "cannot write the state of job %u",
				     number)
		     : 0;
}

static bool is_cancelled(const struct worker *w, unsigned number)
{
	struct spool_entry e;
	bool ret;

	spool_load(w->dir, number, &e);
	ret = spool_is_cancelled(&e);
	spool_entry_release(&e);
	return ret;
}

static int ms_until(uint64_t at_ns)
{
	uint64_t now = now_ns();

	if (!at_ns)
		return -1;
	return at_ns > now ? (int)((at_ns - now) / NS_PER_MS) + 1 : 0;
}

/* Until it ends, as ^C would have it if somebody wants that. */
static void follow(struct worker *w, unsigned number,
		   const struct queue_child *c, bool *cancelled)
{
	uint64_t kill_at = 0;

	*cancelled = false;
	do {
		*cancelled = *cancelled || is_cancelled(w, number);
		if ((*cancelled || w->told) && !kill_at) {
			kill(c->pid, SIGINT);
			kill_at = now_ns() + GRACE_NS;
		}
		if (kill_at && now_ns() >= kill_at) {
			log_warn("job %u does not end: it is killed", number);
			kill(-c->pid, SIGKILL);
			kill(c->pid, SIGKILL);
			kill_at = now_ns() + GRACE_NS;
		}
	} while (!wait_for(w, c->pidfd, ms_until(kill_at)));
}

/* Its run has a directory already. */
static bool goes_on(int run_fd)
{
	char byte;

	return pread(run_fd, &byte, 1, 0) == 1;
}

static const char *tell_step(const struct job_state *s)
{
	switch (s->step) {
	case JOB_CANCELLED:
		return "was cancelled";
	case JOB_STOPPED:
		return "was stopped: it goes on with the next worker";
	case JOB_CUT:
		return "was cut and cannot go on";
	default:
		return "is done";
	}
}

static void set_end(const struct worker *w, struct job_state *s, int status,
		    bool cancelled, bool resumed)
{
	s->status = (unsigned)status;
	s->ended_s = (uint64_t)time(NULL);
	if (cancelled) {
		s->step = JOB_CANCELLED;
	} else if (w->told) {
		/* Whoever stops a worker does not wear out its job. */
		s->step = JOB_STOPPED;
		s->starts--;
	} else if (resumed && status == ST_USAGE) {
		/* Another plan, or a run that is gone. */
		s->step = JOB_CUT;
	} else {
		s->step = JOB_DONE;
	}
}

static int carry_out(struct worker *w, struct spool_entry *e, int log_fd,
		     int run_fd)
{
	const struct queue_start how = {
		.job = &e->job,
		.uid = e->uid,
		.log_fd = log_fd,
		.run_fd = run_fd,
	};
	struct job_state *s = &e->state;
	bool cancelled, resumed = goes_on(run_fd);
	struct queue_child c;
	int r = queue_child_start(&how, &c), status;

	if (r < 0)
		return log_err_errno(-r, "cannot start job %u", e->number);
	r = job_state_set_process(s, c.pid);
	if (r == 0)
		r = save(w, e->number, s);
	if (r < 0) {
		queue_child_end(&c);
		return r;
	}
	queue_child_go(&c);
	follow(w, e->number, &c, &cancelled);
	status = queue_child_end(&c);
	set_end(w, s, status, cancelled, resumed);
	log_info("job %u %s, status %d", e->number, tell_step(s), status);
	return save(w, e->number, s);
}

static void begin_state(struct spool_entry *e)
{
	if (!e->has_state)
		e->state = (struct job_state){ .uid = e->uid };
	e->has_state = true;
	e->state.step = JOB_RUNNING;
	e->state.starts++;
	e->state.began_s = (uint64_t)time(NULL);
	e->state.pid = 0;
}

/* -errno: nothing can be written down, so that nothing may begin. */
static int run_job(struct worker *w, struct spool_entry *e)
{
	_cleanup_close_ int log_fd =
		open_state_file(w, e->number, "log", O_APPEND);
	_cleanup_close_ int run_fd = open_state_file(w, e->number, "run", 0);
	_cleanup_free_ char *text = queue_job_text(&e->job);
	int r;

	if (log_fd < 0 || run_fd < 0)
		return log_fd < 0 ? log_fd : run_fd;
	begin_state(e);
	if (e->state.starts > STARTS_MAX) {
		e->state.step = JOB_CUT;
		e->state.ended_s = (uint64_t)time(NULL);
		log_warn("job %u was started %d times without an end",
			 e->number, STARTS_MAX);
		return save(w, e->number, &e->state);
	}
	r = save(w, e->number, &e->state);
	if (r < 0)
		return r;
	log_info("job %u %s: %s", e->number,
		 goes_on(run_fd) ? "goes on" : "begins", text);
	return carry_out(w, e, log_fd, run_fd);
}

/* --- which comes next --- */

static int mark_cancelled(const struct worker *w, struct spool_entry *e)
{
	if (!e->has_state)
		e->state = (struct job_state){ .uid = e->uid };
	e->state.step = JOB_CANCELLED;
	e->state.ended_s = (uint64_t)time(NULL);
	log_info("job %u was cancelled", e->number);
	return save(w, e->number, &e->state);
}

/* 1: this one; 0: not this one. */
static int judge(struct worker *w, unsigned number, struct spool_entry *ret)
{
	spool_load_state(w->dir, number, ret);
	if (ret->has_state && job_step_ended(ret->state.step))
		return 0;
	spool_entry_release(ret);
	spool_load(w->dir, number, ret);
	if (!ret->has_job)
		return 0;
	if (ret->fault) {
		say_once(w, "job %u is not run: %s", number, ret->fault);
		return 0;
	}
	if (spool_is_cancelled(ret))
		return mark_cancelled(w, ret);
	if (geteuid() != 0 && ret->uid != geteuid()) {
		say_once(w,
			 "job %u is not run: it is of another user, which "
			 "takes a worker that is root",
			 number);
		return 0;
	}
	return 1;
}

/* 1, and release *ret; 0: none waits; -errno, logged. */
static int next_job(struct worker *w, struct spool_entry *ret)
{
	_cleanup_strbuf_ struct strbuf strays = STRBUF_INIT;
	_cleanup_free_ unsigned *all = NULL;
	size_t nr = 0;
	int r = spool_numbers(w->dir, &all, &nr, &strays);

	if (r < 0)
		return log_err_errno(-r, "cannot read %s", w->dir);
	say_strays(w, &strays);
	for (size_t i = 0; i < nr; i++) {
		r = judge(w, all[i], ret);
		if (r == 1)
			return r;
		spool_entry_release(ret);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * A run on machine metal goes on by itself when home is back (cgmark metal resume).
 * Then the job that it is of goes on, finds all boots, and ends.
 */
static bool waits_for_metal(struct worker *w)
{
	_cleanup_(metal_journal_release) struct metal_journal j;
	int r = metal_journal_load(metal_dir(), &j);

	if (r == -ENOENT || r == -ENOTDIR || r == -EACCES)
		return false;
	say_once(w,
		 "this machine is at %s by kexec (cgmark metal status); the "
		 "queue waits for that to end",
		 r == 0 ? j.run : "a run");
	return true;
}

/* --- those of workers that were killed --- */

/* Two at once would disturb each other. */
static void end_process(unsigned number, const struct job_state *s)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000000L };
	uint64_t kill_at = now_ns() + GRACE_NS;

	if (!job_state_is_alive(s))
		return;
	log_info("job %u is still under way from an earlier worker: it is "
		 "ended",
		 number);
	kill(s->pid, SIGTERM);
	while (job_state_is_alive(s) && now_ns() < kill_at)
		nanosleep(&pause, NULL);
	if (!job_state_is_alive(s))
		return;
	kill(s->pid, SIGKILL);
	while (job_state_is_alive(s))
		nanosleep(&pause, NULL);
}

static int end_earlier(const struct worker *w)
{
	_cleanup_free_ unsigned *all = NULL;
	size_t nr = 0;
	int r = spool_numbers(w->dir, &all, &nr, NULL);

	if (r < 0)
		return log_err_errno(-r, "cannot read %s", w->dir);
	for (size_t i = 0; i < nr; i++) {
		struct spool_entry e;

		spool_load_state(w->dir, all[i], &e);
		if (e.has_state && e.state.step == JOB_RUNNING)
			end_process(all[i], &e.state);
		spool_entry_release(&e);
	}
	return 0;
}

/* --- the worker --- */

/* -errno, logged: another one has it. */
static int lock_queue(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", dir);
	/* Nobody else may open it: then nobody else can lock it. */
	_cleanup_close_ int fd =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return log_err_errno(errno, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return steal_fd(&fd);
	log_err("another worker is at this queue (%s is locked)", path);
	return -EBUSY;
}

/* Jobs that come, and what owners and root want of them.  -1: nothing tells. */
static int watch(const char *dir)
{
	_cleanup_free_ char *jobs = xasprintf("%s/jobs", dir);
	_cleanup_free_ char *state = xasprintf("%s/state", dir);
	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	const uint32_t mask = IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF;

	if (fd < 0 || inotify_add_watch(fd, jobs, mask | IN_CLOSE_WRITE) < 0 ||
	    inotify_add_watch(fd, state, mask) < 0)
		return -1;
	return steal_fd(&fd);
}

static int prepare(struct worker *w)
{
	sigset_t set;

	interrupt_mask(&set);
	w->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->signal_fd < 0)
		return log_err_errno(errno, "cannot catch signals");
	interrupt_block(NULL);
	/* A job that is gone says so by its end. */
	signal(SIGPIPE, SIG_IGN);
	w->notify_fd = watch(w->dir);
	return end_earlier(w);
}

/* One job, or a while of waiting for one.  1: go on; 0: that was all; -errno. */
static int step(struct worker *w)
{
	struct spool_entry e;
	int r;

	take_signal(w);
	if (w->told)
		return 0;
	if (waits_for_metal(w)) {
		wait_for(w, -1, LOOK_AGAIN_MS);
		return 1;
	}
	r = next_job(w, &e);
	if (r < 0)
		return r;
	if (r == 0 && w->drain)
		return 0;
	if (r == 0) {
		wait_for(w, -1, -1);
		return 1;
	}
	r = run_job(w, &e);
	spool_entry_release(&e);
	spool_tidy(w->dir, KEPT);
	return r < 0 ? r : 1;
}

static enum exit_status work(struct worker *w)
{
	int r = prepare(w);

	while (r >= 0) {
		r = step(w);
		if (r == 0)
			return w->told ? ST_INTERRUPTED : ST_OK;
	}
	return ST_HOST;
}

enum exit_status queue_run(const char *dir, bool drain)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_close_ int lock = -1;
	struct worker w = {
		.dir = dir,
		.drain = drain,
		.signal_fd = -1,
		.notify_fd = -1,
	};
	enum exit_status ret;

	if (spool_make(dir, &why) < 0 || spool_check(dir, &why) < 0) {
		log_err("%s", why.buf);
		return ST_HOST;
	}
	lock = lock_queue(dir);
	if (lock < 0)
		return ST_HOST;
	ret = work(&w);
	if (w.signal_fd >= 0)
		close(w.signal_fd);
	if (w.notify_fd >= 0)
		close(w.notify_fd);
	strbuf_release(&w.said);
	return ret;
}
