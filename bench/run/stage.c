/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mark.h"
#include "stage.h"

/* How long a killed process may take to die. */
#define KILL_MS 10000

/* A callback that fails without a message still has its errno. */
static int said(struct bench_ctx *ctx, int r, const char *what)
{
	if (r < 0 && !*ctx->text)
		ctx_fail(ctx, r, "%s: %s", what, strerror(-r));
	return r;
}

static int measure_point(struct stage *st, struct measure *m)
{
	struct outcome *out = &st->shared->out;
	uint64_t idle_ms;
	int r = 0;

	measure_settle(st->phase_ns);
	out->phase = PHASE_WARM_UP;
	if (!m->nr_ops)
		r = measure_calibrate(m);
	if (r == 0)
		r = measure_warm_up(m);
	if (r)
		return said(m->ctx, r, "warm-up");
	out->nr_ops = m->nr_ops;
	out->phase = PHASE_SAMPLES;
	idle_ms = measure_idle_ms();
	r = measure_sample(m);
	out->idle_ms = measure_idle_ms() - idle_ms;
	return said(m->ctx, r, "operation");
}

/* Replaces measure_point() in a boot that counts. */
static int count_point(struct stage *st, struct measure *m)
{
	struct outcome *out = &st->shared->out;
	int r = 0;

	out->phase = PHASE_WARM_UP;
	if (!m->nr_ops)
		r = measure_calibrate(m);
	if (r)
		return said(m->ctx, r, "warm-up");
	out->nr_ops = m->nr_ops;
	out->phase = PHASE_SAMPLES;
	r = st->events.nr ? events_run(m, &st->events, st->counts) : 0;
	/* After the events, which would count the probes too. */
	for (unsigned i = 0; i < st->nr_latencies && r == 0; i++)
		r = latency_run(m, st->latencies[i], st->phase_ns,
				&st->times[i]);
	return said(m->ctx, r, "operation");
}

/* Touch the memory now, so that no sample pays for a page fault. */
static void clear_counts(struct stage *st, unsigned samples)
{
	for (unsigned i = 0; i < st->events.nr; i++) {
		st->counts[i].why[0] = '\0';
		memset(st->counts[i].values, 0, samples * sizeof(uint64_t));
	}
}

/* Tell the emulator's plugin; measure_settle(), which follows, absorbs it. */
static void announce(const struct plan_point *plan, uint64_t nr_ops)
{
	char text[REC_LINE_MAX];

	snprintf(text, sizeof(text), "%s\t%u\t%s\t%llu", plan->id.bench,
		 plan->id.version, plan->id.params, (unsigned long long)nr_ops);
	mark(MARK_POINT);
	mark_text(text);
}

static int point_steps(struct stage *st, const struct plan_point *plan)
{
	struct bench_ctx *ctx = &st->ctx;
	struct outcome *out = &st->shared->out;
	struct measure m = {
		.bench = ctx->bench,
		.ctx = ctx,
		.clock = st->clock,
		.samples = plan->samples,
		.warmup = plan->warmup,
		.nr_ops = plan->nr_ops,
		.values = st->shared->values,
	};
	int r;

	announce(plan, m.nr_ops ? m.nr_ops : bench_nr_ops(m.bench));
	out->phase = PHASE_START;
	ctx_set_params(ctx, plan->id.params);
	/* Touch the memory now, so that no sample pays for a page fault. */
	memset(m.values, 0, m.samples * sizeof(m.values[0]));
	clear_counts(st, m.samples);
	r = cg_attach(&ctx->point_leaf, 0);
	if (r < 0)
		return said(ctx, r, "join the point's cgroup");
	out->phase = PHASE_BEGIN;
	r = ctx->bench->begin ? ctx->bench->begin(ctx) : 0;
	if (r)
		return said(ctx, r, "begin");
	r = stage_counts(st) ? count_point(st, &m) : measure_point(st, &m);
	if (r)
		return r;
	out->phase = PHASE_CHECK;
	r = ctx->bench->check ? ctx->bench->check(ctx) : 0;
	if (r)
		return said(ctx, r, "check");
	out->phase = PHASE_DONE;
	return 0;
}

static void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static int run_point(struct stage *st, const struct plan_point *plan)
{
	struct stage_shared *sh = st->shared;
	pid_t self = getpid(), pid;
	int status;

	pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		die_with_parent(self);
		st->ctx.text = sh->out.text;
		sh->out.r = point_steps(st, plan);
		sh->out.may_idle = st->ctx.may_idle;
		sh->out.bad_param = st->ctx.bad_param;
		_exit(0);
	}
	sh->point_pid = pid;
	if (waitpid(pid, &status, 0) != pid)
		status = -1;
	sh->point_pid = 0;
	return status;
}

static int run_setup(struct stage *st)
{
	struct bench_ctx *ctx = &st->ctx;
	int r;

	r = cg_attach(&ctx->setup_leaf, 0);
	if (r < 0)
		return said(ctx, r, "join the set-up's cgroup");
	r = ctx->bench->setup ? ctx->bench->setup(ctx) : 0;
	st->shared->setup_bad_param = ctx->bad_param;
	return said(ctx, r, "set-up");
}

static void stage_main(struct stage *st, int orders, int replies)
{
	struct stage_order order;
	int reply;

	while (read(orders, &order, sizeof(order)) == sizeof(order)) {
		reply = order.plan ? run_point(st, order.plan) : run_setup(st);
		if (write(replies, &reply, sizeof(reply)) != sizeof(reply))
			break;
	}
}

static int fork_stage(struct stage *st)
{
	int orders[2], replies[2];
	pid_t self = getpid();

	if (pipe2(orders, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(replies, O_CLOEXEC) < 0) {
		close(orders[0]);
		close(orders[1]);
		return -ENFILE;
	}
	st->pid = fork();
	if (st->pid == 0) {
		die_with_parent(self);
		signal(SIGPIPE, SIG_DFL);
		close(orders[1]);
		close(replies[0]);
		stage_main(st, orders[0], replies[1]);
		_exit(0);
	}
	close(orders[0]);
	close(replies[1]);
	st->order_fd = orders[1];
	st->reply_fd = replies[0];
	if (st->pid < 0)
		return -EAGAIN;
	st->pidfd = syscall(SYS_pidfd_open, st->pid, 0);
	return st->pidfd < 0 ? -errno : 0;
}

/* Room for the values of all events and for the times.  0 or -errno. */
static int map_counts(struct stage *st, unsigned max_samples)
{
	unsigned nr = st->events.nr;
	uint64_t *values;

	if (!stage_counts(st))
		return 0;
	st->counts_bytes =
		nr * (sizeof(*st->counts) + max_samples * sizeof(*values)) +
		st->nr_latencies * sizeof(*st->times);
	st->counts = mmap(NULL, st->counts_bytes, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (st->counts == MAP_FAILED) {
		st->counts = NULL;
		return -errno;
	}
	values = (uint64_t *)(st->counts + nr);
	for (unsigned i = 0; i < nr; i++)
		st->counts[i].values = values + (size_t)i * max_samples;
	st->times = (struct latency *)(values + (size_t)nr * max_samples);
	return 0;
}

int stage_start(struct stage *st, unsigned max_samples)
{
	int r;

	st->pid = -1;
	st->pidfd = st->order_fd = st->reply_fd = -1;
	st->ctx.subtree.fd = -1;
	st->ctx.setup_leaf.fd = -1;
	st->ctx.point_leaf.fd = -1;
	st->shared_bytes = sizeof(*st->shared) + max_samples * sizeof(uint64_t);
	st->shared = mmap(NULL, st->shared_bytes, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (st->shared == MAP_FAILED) {
		st->shared = NULL;
		return -ENOMEM;
	}
	st->ctx.traces = &st->shared->traces;
	st->ctx.text = st->shared->setup_text;
	r = map_counts(st, max_samples);
	if (r == 0)
		r = ctx_make_subtree(&st->ctx);
	if (r == 0)
		r = fork_stage(st);
	return said(&st->ctx, r, "start");
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int wait_reply(struct stage *st, unsigned timeout_ms, int *ret)
{
	struct pollfd fds[2] = {
		{ .fd = st->reply_fd, .events = POLLIN },
		{ .fd = st->pidfd, .events = POLLIN },
	};
	int64_t end = now_ms() + timeout_ms, left;
	int n;

	do {
		left = end - now_ms();
		n = poll(fds, 2, left > 0 ? left : 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return -ETIMEDOUT;
	/* The stage may have died after it replied. */
	if ((fds[0].revents & POLLIN) &&
	    read(st->reply_fd, ret, sizeof(*ret)) == sizeof(*ret))
		return 0;
	if (waitpid(st->pid, ret, 0) != st->pid)
		*ret = -1;
	st->pid = -1;
	return -ECHILD;
}

int stage_order(struct stage *st, const struct plan_point *plan,
		unsigned timeout_ms, int *ret)
{
	const struct stage_order order = { .plan = plan };

	if (st->pid < 0)
		return -ECHILD;
	memset(&st->shared->out, 0, sizeof(st->shared->out));
	/* If it died before reading this, the wait notices. */
	if (write(st->order_fd, &order, sizeof(order)) < 0 && errno != EPIPE)
		return -errno;
	return wait_reply(st, timeout_ms, ret);
}

int stage_kill_point(struct stage *st, int *ret)
{
	pid_t pid = st->shared->point_pid;

	if (pid > 0)
		kill(pid, SIGKILL);
	return wait_reply(st, KILL_MS, ret);
}

/* The runner is a subreaper and gets the orphans of points. */
static void reap(struct stage *st)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		if (pid == st->pid)
			st->pid = -1;
}

int stage_kill_leftovers(struct stage *st)
{
	int r;

	ctx_thaw(&st->ctx);
	r = cg_kill(&st->ctx.subtree, CTX_SETUP_LEAF);
	reap(st);
	return r;
}

static void kill_stage(struct stage *st)
{
	struct pollfd fd = { .fd = st->pidfd, .events = POLLIN };

	if (st->pid <= 0)
		return;
	kill(st->pid, SIGKILL);
	/* Ready once its last thread is gone. */
	poll(&fd, 1, KILL_MS);
}

/*
 * A zombie still pins its cgroups and thus the hierarchies.  A killed task
 * leaves its cgroup a little before it can be waited for.
 */
static void reap_all(struct stage *st)
{
	const struct timespec pause_ts = { .tv_nsec = 1000000 };

	for (int ms = 0; ms < KILL_MS; ms++) {
		reap(st);
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		nanosleep(&pause_ts, NULL);
	}
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int stage_end(struct stage *st, char *why, size_t size)
{
	int r;

	if (!st->shared)
		return 0;
	ctx_thaw(&st->ctx);
	kill_stage(st);
	close_fd(&st->order_fd);
	close_fd(&st->reply_fd);
	st->shared->setup_text[0] = '\0';
	st->ctx.text = st->shared->setup_text;
	if (st->ctx.subtree.fd >= 0 && cg_kill(&st->ctx.subtree, NULL) == 0)
		reap_all(st);
	r = ctx_undo(&st->ctx);
	if (r < 0)
		snprintf(why, size, "%s", st->shared->setup_text);
	close_fd(&st->pidfd);
	if (st->counts)
		munmap(st->counts, st->counts_bytes);
	munmap(st->shared, st->shared_bytes);
	st->counts = NULL;
	st->shared = NULL;
	return r;
}
