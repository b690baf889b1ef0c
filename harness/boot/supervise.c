/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "alloc.h"
#include "boot-watch.h"
#include "descriptors.h"
#include "interrupt.h"
#include "log.h"
#include "monotonic.h"
#include "supervise.h"
#include "tmpdir.h"

#define MS 1000000ULL
#define GIVE_UP_AFTER 2	  /* boots of a kernel failed in a row */
#define SLOT_FDS 16	  /* of a boot: channels, files, process, locks */
#define SRC_PROCESS NR_CH /* beside the channels of a slot */
#define SRC_BITS 4
#define SRC_SIGNAL UINT64_MAX

struct slot {
	bool busy;
	struct boot_watch watch;
};

/* Of one kernel. */
struct tally {
	bool measured; /* a point was, in any boot */
	bool given_up;
	unsigned failed; /* boots in a row */
};

struct loop {
	struct boots *b;
	struct deadlines limits;
	int epoll_fd;
	int signal_fd;
	struct slot *slots;
	size_t nr_slots;
	size_t next_job;
	size_t nr_busy;
	size_t nr_done;
	struct tally *tallies;
	size_t nr_tallies;
	bool interrupted;
};

static void set_default(unsigned *value, unsigned ms)
{
	if (!*value)
		*value = ms;
}

static struct deadlines with_defaults(const struct deadlines *d)
{
	struct deadlines ret = *d;

	set_default(&ret.hello_ms, 60 * 1000);
	set_default(&ret.silence_ms, 120 * 1000);
	set_default(&ret.point_ms, 300 * 1000);
	set_default(&ret.boot_ms, 1200 * 1000);
	return ret;
}

/* --- sources of events --- */

static int watch_fd(const struct loop *l, int fd, uint64_t source)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = source };

	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
		return log_err_errno(errno, "cannot watch a machine");
	return 0;
}

static void machine_fds(const struct machine *m, int fds[NR_CH + 1])
{
	fds[CH_CONSOLE] = m->console_fd;
	fds[CH_STATUS] = m->status_fd;
	fds[CH_SAMPLES] = m->samples_fd;
	fds[CH_DIAG] = m->diag_fd;
	fds[SRC_PROCESS] = m->pidfd;
}

static int watch_boot(const struct loop *l, size_t slot)
{
	int fds[NR_CH + 1], r = 0;

	machine_fds(&l->slots[slot].watch.m, fds);
	for (int i = 0; i <= NR_CH && r == 0; i++)
		if (fds[i] >= 0)
			r = watch_fd(l, fds[i], (uint64_t)slot << SRC_BITS | i);
	return r;
}

/*
 * Closing is not enough: a child just forked holds copies, and until it execs,
 * epoll would still report the closed descriptors.
 */
static void unwatch_boot(const struct loop *l, size_t slot)
{
	int fds[NR_CH + 1];

	machine_fds(&l->slots[slot].watch.m, fds);
	for (int i = 0; i <= NR_CH; i++)
		if (fds[i] >= 0)
			epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, fds[i], NULL);
}

/* --- boots --- */

static struct tally *tally_of(const struct loop *l, const struct boot_job *job)
{
	return job->boot->kernel < l->nr_tallies
		       ? &l->tallies[job->boot->kernel]
		       : NULL;
}

static int start_job(struct loop *l, size_t slot, struct boot_job *job)
{
	struct boot_watch *w = &l->slots[slot].watch;
	int r;

	r = boot_watch_start(w, l->b->ops, l->b->machine_arg, job, &l->limits);
	if (r < 0)
		return r;
	job->boot->started = true;
	l->slots[slot].busy = true;
	l->nr_busy++;
	return watch_boot(l, slot);
}

static size_t free_slot(const struct loop *l)
{
	size_t i = 0;

	while (l->slots[i].busy)
		i++;
	return i;
}

static int start_jobs(struct loop *l)
{
	int r = 0;

	if (l->b->until_ns && now_ns() >= l->b->until_ns)
		l->next_job = l->b->nr_jobs;
	while (r == 0 && l->nr_busy < l->nr_slots &&
	       l->next_job < l->b->nr_jobs) {
		struct boot_job *job = &l->b->jobs[l->next_job++];
		const struct tally *t = tally_of(l, job);

		if (!t || !t->given_up)
			r = start_job(l, free_slot(l), job);
	}
	return r;
}

static const char *kernel_name(const struct loop *l, unsigned kernel)
{
	const struct run *run = l->b->run;

	return kernel < run->nr_kernels ? run->kernels[kernel].name : "?";
}

static unsigned count_ahead(const struct loop *l, unsigned kernel)
{
	unsigned nr = 0;

	for (size_t i = l->next_job; i < l->b->nr_jobs; i++)
		nr += l->b->jobs[i].boot->kernel == kernel;
	return nr;
}

static void count_result(struct loop *l, const struct boot_job *job,
			 unsigned nr_measured)
{
	struct tally *t = tally_of(l, job);
	unsigned ahead;

	if (!t)
		return;
	if (nr_measured)
		t->measured = true;
	t->failed = job->boot->ok ? 0 : t->failed + 1;
	if (t->measured || t->failed < GIVE_UP_AFTER || t->given_up)
		return;
	t->given_up = true;
	ahead = count_ahead(l, job->boot->kernel);
	if (ahead)
		log_err("kernel %s: %u boots in a row failed and nothing was"
			" measured; the other %u are not tried",
			kernel_name(l, job->boot->kernel), t->failed, ahead);
}

static int finish_job(struct loop *l, size_t slot)
{
	struct boot_watch *w = &l->slots[slot].watch;
	struct boot_job *job = w->job;
	unsigned nr_measured;
	int r;

	unwatch_boot(l, slot);
	r = boot_watch_finish(w, &nr_measured);
	l->slots[slot].busy = false;
	l->nr_busy--;
	if (r < 0)
		return r;
	r = run_save_raw(l->b->run, job->boot);
	if (r == 0)
		r = run_save_boot(l->b->run, job->boot);
	if (r < 0) {
		job->boot->finished = false;
		return r;
	}
	l->nr_done++;
	count_result(l, job, nr_measured);
	if (l->b->on_end)
		l->b->on_end(job, l->nr_done, l->b->nr_jobs, l->b->arg);
	return 0;
}

/* --- the loop --- */

static int handle_signal(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->signal_fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			l->interrupted = true;
	return l->interrupted ? -EINTR : 0;
}

static int handle_event(struct loop *l, uint64_t source)
{
	size_t slot = source >> SRC_BITS;
	unsigned kind = source & ((1 << SRC_BITS) - 1);
	struct boot_watch *w;
	int r;

	if (source == SRC_SIGNAL)
		return handle_signal(l);
	/* An earlier event of this round may have ended it. */
	if (!l->slots[slot].busy)
		return 0;
	if (kind == SRC_PROCESS)
		return finish_job(l, slot);
	w = &l->slots[slot].watch;
	r = boot_watch_read(w, kind);
	if (r == 0 && kind < CH_DIAG && w->ch[kind].eof)
		epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->ch[kind].in, NULL);
	return r;
}

/* Milliseconds until the next deadline; -1: none. */
static int next_timeout(const struct loop *l)
{
	uint64_t next = UINT64_MAX, now = now_ns();

	for (size_t i = 0; i < l->nr_slots; i++) {
		uint64_t at;

		if (!l->slots[i].busy)
			continue;
		at = boot_watch_next_deadline(&l->slots[i].watch);
		if (at < next)
			next = at;
	}
	if (next == UINT64_MAX)
		return -1;
	if (next <= now)
		return 0;
	next = (next - now) / MS + 1;
	return next < 60 * 1000 ? next : 60 * 1000;
}

static void tick(struct loop *l)
{
	uint64_t now = now_ns();

	for (size_t i = 0; i < l->nr_slots; i++)
		if (l->slots[i].busy)
			boot_watch_tick(&l->slots[i].watch, now);
}

static int run_round(struct loop *l)
{
	struct epoll_event events[32];
	int nr, r = 0;

	nr = epoll_wait(l->epoll_fd, events, ARRAY_SIZE(events),
			next_timeout(l));
	if (nr < 0)
		return errno == EINTR ? 0 : log_err_errno(errno, "epoll_wait");
	for (int i = 0; i < nr && r == 0; i++)
		r = handle_event(l, events[i].data.u64);
	if (r == 0)
		tick(l);
	return r;
}

static int run_loop(struct loop *l)
{
	int r = start_jobs(l);

	while (r == 0 && l->nr_busy) {
		r = run_round(l);
		if (r == 0)
			r = start_jobs(l);
	}
	return r;
}

static void abort_all(struct loop *l)
{
	for (size_t i = 0; i < l->nr_slots; i++) {
		if (!l->slots[i].busy)
			continue;
		unwatch_boot(l, i);
		boot_watch_abort(&l->slots[i].watch);
		l->slots[i].busy = false;
	}
}

/* --- set-up --- */

static void loop_release(struct loop *l)
{
	abort_all(l);
	free(l->slots);
	free(l->tallies);
	if (l->epoll_fd >= 0)
		close(l->epoll_fd);
	if (l->signal_fd >= 0)
		close(l->signal_fd);
}

static void caught_signals(sigset_t *set)
{
	interrupt_mask(set);
	sigaddset(set, SIGCHLD);
}

/* As many side by side as wanted, if machine and host have room for them. */
static size_t count_slots(const struct boots *b)
{
	unsigned max = b->ops->max_parallel;
	size_t nr = b->parallel ? b->parallel : 1, can;

	if (max && nr > max)
		nr = max;
	if (nr > b->nr_jobs && b->nr_jobs)
		nr = b->nr_jobs;
	can = descriptors_get(nr, SLOT_FDS);
	if (can >= nr)
		return nr;
	can = can ? can : 1;
	log_warn("%zu at a time instead of %zu boots: the limit of open files "
		 "is too low (ulimit -Hn)",
		 can, nr);
	return can;
}

static int loop_init(struct loop *l, struct boots *b)
{
	sigset_t set;

	*l = (struct loop){
		.b = b,
		.limits = with_defaults(&b->deadlines),
		.nr_slots = count_slots(b),
		.nr_tallies = b->run->nr_kernels,
	};
	l->slots = xcalloc(l->nr_slots, sizeof(*l->slots));
	l->tallies = xcalloc(l->nr_tallies, sizeof(*l->tallies));
	caught_signals(&set);
	l->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->signal_fd < 0 || l->epoll_fd < 0)
		return log_err_errno(errno, "cannot supervise");
	return watch_fd(l, l->signal_fd, SRC_SIGNAL);
}

static int supervise(struct boots *b)
{
	_cleanup_(loop_release) struct loop l;
	int r;

	r = loop_init(&l, b);
	if (r < 0)
		return r;
	r = run_loop(&l);
	abort_all(&l);
	/* A second ^C during the clean-up means the same as the first. */
	handle_signal(&l);
	return l.interrupted ? -EINTR : r;
}

int boots_run(struct boots *b)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old_action;
	sigset_t set, old_mask;
	int r;

	caught_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &old_mask);
	/* If it were ignored, children would vanish before they are reaped. */
	sigaction(SIGCHLD, &dfl, &old_action);
	tmpdir_remove_stale();
	r = supervise(b);
	sigaction(SIGCHLD, &old_action, NULL);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	return r;
}
