/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signal every process of a v1 cgroup: the time until all have been sent the
 * signal.
 *
 *   way=new       one write to signal.send
 *   way=mainline  read cgroup.procs, kill(2) for each line, and read again: a
 *                 process may have forked before it got the signal, so only
 *                 a reading without new processes shows that all have it
 *
 * signal.send is already open.  cgroup.procs has to be opened for each reading:
 * if it stays open, it shows the processes of the first reading for up to a
 * second.
 *
 * With state=blocked the signal stays pending: the cost of sending alone.  With
 * state=asleep it wakes a handler, at the same cost both ways.  The sender has
 * real-time priority, so that no handler runs before it is through.  The
 * signals are real-time signals: none is lost and each is counted.  state=probe
 * sends signal 0, which only checks permission: what is left without the cost
 * of a signal.
 *
 * signal/kill sends SIGKILL instead, after which the next sample needs new
 * processes, and has a third way:
 *
 *   way=v2        one write to cgroup.kill of a cgroup on v2
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "idle-procs.h"

#define TASKS_MAX 8192
/* Asks those that have the signal blocked to take what is pending. */
#define SIG_DRAIN SIGUSR1
#define WAIT_MS 20000

static struct cg group = CG_NONE;
static uint64_t tasks;
static pid_t pids[TASKS_MAX];
static volatile unsigned *counts; /* shared: one per process */
static unsigned self_index;
static int sig, send_fd; /* sig 0: a probe */
static char sig_text[8];
static int (*send_all)(void);
static uint64_t sends;
static bool blocked;
static char lists[2][IDLE_PROCS_PROCS_BYTES];

static void on_signal(int nr)
{
	counts[self_index]++;
}

static void on_drain(int nr)
{
	const struct timespec none = { .tv_nsec = 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	while (sigtimedwait(&set, NULL, &none) == sig)
		counts[self_index]++;
}

static int spawn(unsigned i)
{
	self_index = i;
	/* The child inherits what it needs, so nobody finds it half set up. */
	pids[i] = idle_procs_spawn();
	return pids[i] < 0 ? pids[i] : 0;
}

static int prepare_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	sigset_t set;

	snprintf(sig_text, sizeof(sig_text), "%d", sig);
	if (!sig)
		return 0;
	if (setrlimit(RLIMIT_SIGPENDING, &limit) < 0 ||
	    sigaction(sig, &sa, NULL) < 0)
		return -errno;
	sa.sa_handler = on_drain;
	if (sigaction(SIG_DRAIN, &sa, NULL) < 0)
		return -errno;
	if (!blocked)
		return 0;
	sigemptyset(&set);
	sigaddset(&set, sig);
	return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

static int send_new(void)
{
	ssize_t n = strlen(sig_text);

	return write(send_fd, sig_text, n) == n ? 0 : -errno;
}

static ssize_t read_list(char *list)
{
	ssize_t n, len = 0;
	int fd = openat(group.fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while ((n = read(fd, list + len, IDLE_PROCS_PROCS_BYTES - len)) > 0)
		len += n;
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? n : len;
}

static int kill_list(const char *list, ssize_t len)
{
	pid_t pid = 0;

	for (ssize_t i = 0; i < len; i++) {
		if (list[i] != '\n') {
			pid = 10 * pid + (list[i] - '0');
			continue;
		}
		if (kill(pid, sig) < 0 && errno != ESRCH)
			return -errno;
		pid = 0;
	}
	return 0;
}

/* Nobody forks here, so the second reading equals the first. */
static int send_mainline(void)
{
	ssize_t len = read_list(lists[0]), again;
	int r = len < 0 ? (int)len : kill_list(lists[0], len);

	if (r)
		return r;
	again = read_list(lists[1]);
	if (again < 0)
		return (int)again;
	return again == len && !memcmp(lists[0], lists[1], len) ? 0 : -EAGAIN;
}

static int open_group(struct bench_ctx *ctx, bool dynmods)
{
	const char *way = ctx_param(ctx, "way");
	bool new_way = !strcmp(way, "new");
	char options[64];
	int r;

	if (!new_way && strcmp(way, "mainline"))
		return ctx_bad_param(ctx, "way");
	snprintf(options, sizeof(options), "%s,name=cgmark%s",
		 new_way ? "signal" : "none", dynmods ? ",favordynmods" : "");
	r = ctx_hierarchy(ctx, options, &group);
	send_all = new_way ? send_new : send_mainline;
	if (r || !new_way)
		return r;
	send_fd = cg_open_file(&group, "signal.send", O_WRONLY);
	if (send_fd == -ENOENT)
		return ctx_skip(ctx, "this kernel has no signal.send");
	return send_fd < 0 ? send_fd : 0;
}

static int take_tasks(struct bench_ctx *ctx)
{
	int r = ctx_param_u64(ctx, "tasks", &tasks);

	if (r == 0 && (tasks < 1 || tasks > TASKS_MAX))
		return ctx_bad_param(ctx, "tasks");
	return r;
}

static int signal_setup(struct bench_ctx *ctx)
{
	const char *how = ctx_param(ctx, "state");
	const char *dynmods = ctx_param(ctx, "favordynmods");
	int r = take_tasks(ctx);

	if (r)
		return r;
	if (strcmp(dynmods, "0") && strcmp(dynmods, "1"))
		return ctx_bad_param(ctx, "favordynmods");
	blocked = !strcmp(how, "blocked");
	sig = strcmp(how, "probe") ? SIGRTMIN : 0;
	if (sig && !blocked && strcmp(how, "asleep"))
		return ctx_bad_param(ctx, "state");
	counts = mmap(NULL, tasks * sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		return -errno;
	r = prepare_signals();
	if (r == 0)
		r = open_group(ctx, *dynmods == '1');
	for (unsigned i = 0; i < tasks && r == 0; i++) {
		r = spawn(i);
		if (r == 0)
			r = cg_attach(&group, pids[i]);
	}
	return r;
}

static int signal_begin(struct bench_ctx *ctx)
{
	const struct sched_param param = { .sched_priority = 1 };

	ctx_may_idle(ctx);
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0)
		return ctx_fail(ctx, -errno, "get real-time priority: %s",
				strerror(errno));
	return 0;
}

static unsigned not_yet(void)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < tasks; i++)
		nr += counts[i] < sends;
	return nr;
}

/* A probe leaves no trace, but it finds the processes and does no harm. */
static int expect_probe(struct bench_ctx *ctx)
{
	int r = send_all();

	if (r)
		return ctx_fail(ctx, r, "a probe failed: %s", strerror(-r));
	for (unsigned i = 0; i < tasks; i++)
		if (kill(pids[i], 0) < 0)
			return ctx_fail(ctx, -errno, "process %u is gone", i);
	return 0;
}

/* Each process got each signal exactly once. */
static int expect_counts(struct bench_ctx *ctx)
{
	if (!sig)
		return expect_probe(ctx);
	for (unsigned i = 0; blocked && i < tasks; i++)
		if (kill(pids[i], SIG_DRAIN) < 0)
			return -errno;
	for (unsigned ms = 0; not_yet() && ms < WAIT_MS; ms += 10)
		usleep(10000);
	/* Give one too many time to arrive. */
	usleep(100000);
	for (unsigned i = 0; i < tasks; i++)
		if (counts[i] != sends)
			return ctx_fail(ctx, -EIO,
					"process %u got %u signals, not %llu",
					i, counts[i],
					(unsigned long long)sends);
	return 0;
}

static int signal_between(struct bench_ctx *ctx)
{
	return expect_counts(ctx);
}

static int signal_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++) {
		r = send_all();
		sends++;
	}
	return r;
}

static int signal_check(struct bench_ctx *ctx)
{
	return expect_counts(ctx);
}

BENCH_DEFINE(signal_all) = {
	.name = "signal/all",
	.summary = "send a signal to every process of a cgroup",
	.version = 3,
	.kconfig = "CGROUPS",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.params = PARAMS(PARAM("way", "mainline,new"),
			 PARAM_MORE_AT("favordynmods", "0", "1",
				       "state=blocked"),
			 PARAM("state", "blocked,asleep,probe"),
			 PARAM_MORE_AT("tasks", "1,16,128,1024", "4096",
				       "state=blocked")),
	.setup = signal_setup,
	.begin = signal_begin,
	.run = signal_run,
	.between = signal_between,
	.check = signal_check,
};

/* --- signal/kill --- */

static bool killed;

static int send_v2(void)
{
	return write(send_fd, "1", 1) == 1 ? 0 : -errno;
}

static int open_v2(struct bench_ctx *ctx)
{
	int r = cg_create(ctx_subtree(ctx), "group", &group);

	if (r)
		return r;
	send_all = send_v2;
	send_fd = cg_open_file(&group, "cgroup.kill", O_WRONLY);
	if (send_fd == -ENOENT)
		return ctx_skip(ctx, "this kernel has no cgroup.kill");
	return send_fd < 0 ? send_fd : 0;
}

static int kill_setup(struct bench_ctx *ctx)
{
	int r = take_tasks(ctx);

	if (r)
		return r;
	sig = SIGKILL;
	snprintf(sig_text, sizeof(sig_text), "%d", sig);
	return strcmp(ctx_param(ctx, "way"), "v2") ? open_group(ctx, false)
						   : open_v2(ctx);
}

/* Each was killed, and by that signal. */
static int bury(struct bench_ctx *ctx)
{
	int status;

	for (unsigned i = 0; i < tasks; i++) {
		if (waitpid(pids[i], &status, 0) != pids[i])
			return -errno;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			return ctx_fail(ctx, -EIO, "process %u was not killed",
					i);
	}
	return 0;
}

static int kill_between(struct bench_ctx *ctx)
{
	int r = killed ? bury(ctx) : 0;

	for (unsigned i = 0; i < tasks && r == 0; i++) {
		pids[i] = idle_procs_spawn();
		r = pids[i] < 0 ? pids[i] : cg_attach(&group, pids[i]);
	}
	/* Until they sleep, and the kernel has freed what ended before. */
	usleep(100000);
	return r;
}

static int kill_run(struct bench_ctx *ctx, uint64_t nr)
{
	killed = true;
	return nr == 1 ? send_all() : -EINVAL;
}

static int kill_check(struct bench_ctx *ctx)
{
	return killed ? bury(ctx) : -EIO;
}

BENCH_DEFINE(signal_kill) = {
	.name = "signal/kill",
	.summary = "send SIGKILL to every process of a cgroup",
	.version = 1,
	.kconfig = "CGROUPS",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.once = true,
	.params = PARAMS(PARAM("way", "mainline,new,v2"),
			 PARAM("tasks", "1,16,128,1024")),
	.setup = kill_setup,
	.begin = signal_begin,
	.run = kill_run,
	.between = kill_between,
	.check = kill_check,
};
