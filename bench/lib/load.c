/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "load-kind.h"
#include "load.h"
#include "params.h"

#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L
/* Deadline for the first round; a load that misses it is not running. */
#define START_MS 10000
/* Time for a paused load to get going again. */
#define RESUME_NS 1500000L
#define PROCESSES_MAX 2

static const struct load none = { .name = "none" };

static const struct load *const loads[] = {
	&load_attach,	    &load_listen, &load_agent,
	&load_agent_binary, &load_rebind, &load_forks,
};

static struct load_shared *shared; /* NULL: no load */
static pid_t pids[PROCESSES_MAX];
/* The load's cgroup.  A load that pauses shares the point's. */
static struct cg home = CG_NONE;

const struct load *load_find(const char *name, bool pauses)
{
	if (!strcmp(none.name, name))
		return &none;
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		if (!strcmp(loads[i]->name, name))
			return loads[i]->pauses == pauses ? loads[i] : NULL;
	return NULL;
}

int load_setup(struct bench_ctx *ctx, const struct load *load)
{
	int r;

	if (!load->round)
		return 0;
	r = cg_create(ctx_subtree(ctx), "load", &home);
	if (r == 0 && load->setup)
		r = load->setup(ctx);
	if (r < 0)
		return ctx_fail(ctx, r, "set up load '%s': %s", load->name,
				strerror(-r));
	return r;
}

static void add_ns(struct timespec *ts, long ns)
{
	ts->tv_nsec += ns;
	while (ts->tv_nsec >= NSEC_PER_SEC) {
		ts->tv_nsec -= NSEC_PER_SEC;
		ts->tv_sec++;
	}
}

static unsigned nr_processes(const struct load *load)
{
	return load->nr_processes ? load->nr_processes : 1;
}

static long futex(_Atomic unsigned *word, int op, unsigned value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void run_load(const struct load *load, pid_t parent)
{
	struct timespec at;
	int r = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (home.fd >= 0)
		r = cg_attach(&home, 0);
	if (r == 0 && load->begin)
		r = load->begin();
	clock_gettime(CLOCK_MONOTONIC, &at);
	while (r == 0) {
		while (load->pauses && !shared->on)
			futex(&shared->on, FUTEX_WAIT, 0);
		shared->running = true;
		r = load->round(shared);
		if (!load->period_ns)
			continue;
		add_ns(&at, load->period_ns);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
	}
	shared->error = r;
	_exit(1);
}

static int wait_running(struct bench_ctx *ctx, const struct load *load)
{
	const struct timespec ms = { .tv_nsec = NSEC_PER_MSEC };

	for (int i = 0; i < START_MS && !shared->running && !shared->error; i++)
		nanosleep(&ms, NULL);
	if (shared->error)
		return ctx_fail(ctx, shared->error, "load '%s': %s", load->name,
				strerror(-shared->error));
	if (!shared->running)
		return ctx_fail(ctx, -ETIMEDOUT, "load '%s' did not begin",
				load->name);
	return 0;
}

int load_start(struct bench_ctx *ctx, const struct load *load)
{
	pid_t self = getpid();

	if (!load->round)
		return 0;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	for (unsigned i = 0; i < nr_processes(load); i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			return -errno;
		if (pids[i] == 0)
			run_load(load, self);
	}
	if (!load->pauses)
		return wait_running(ctx, load);
	/* The figures include what the others execute. */
	ctx_may_idle(ctx);
	return 0;
}

void load_off(void)
{
	if (shared)
		shared->on = 0;
}

void load_on(void)
{
	const struct timespec ts = { .tv_nsec = RESUME_NS };

	if (!shared)
		return;
	shared->on = 1;
	futex(&shared->on, FUTEX_WAKE, INT_MAX);
	nanosleep(&ts, NULL);
}

static bool has_ended(const struct load *load)
{
	bool ended = shared->error;

	for (unsigned i = 0; i < nr_processes(load); i++)
		ended = waitpid(pids[i], NULL, WNOHANG) != 0 || ended;
	return ended;
}

int load_check(struct bench_ctx *ctx, const struct load *load)
{
	uint64_t done;

	if (!load->round)
		return 0;
	load_off();
	done = shared->done;
	if (has_ended(load))
		return ctx_fail(ctx, -EIO, "load '%s' ended: %s", load->name,
				strerror(-shared->error));
	/* Tasks of others may have had the processors: no fault of the kernel. */
	if (!done && ctx->polite)
		return ctx_skip(ctx, "load '%s' did not get to run",
				load->name);
	if (!done)
		return ctx_fail(ctx, -EIO, "load '%s' did nothing", load->name);
	if (load->unit)
		ctx_note(ctx, "load: %s, %llu %s, %llu lost", load->name,
			 (unsigned long long)done, load->unit,
			 (unsigned long long)shared->lost);
	return 0;
}
