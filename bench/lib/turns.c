/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mark.h"
#include "turns.h"

#define LINE_BYTES 64
#define NSEC_PER_SEC 1000000000ULL
#define SETTLE_NS 40000000ULL

enum what { OPERATION, REWIND };

struct worker {
	_Alignas(LINE_BYTES) unsigned done; /* operations */
	int error;			    /* the last */
};

static struct shared {
	_Alignas(LINE_BYTES) _Atomic unsigned turn;  /* whose: modulo workers */
	_Alignas(LINE_BYTES) _Atomic unsigned until; /* the round ends there */
	_Alignas(LINE_BYTES) _Atomic unsigned begun;
	enum what what;
	struct worker workers[TURNS_MAX];
} * shared;

static const struct turns_work *work;
static unsigned nr_workers;
static uint64_t spin, wanted;

static long futex(_Atomic unsigned *word, int op, unsigned value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static inline void relax(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#endif
}

/* --- operations --- */

static inline void mark_operation(unsigned who)
{
	switch (who) {
	case 0:
		mark(MARK_OPERATION_0);
		break;
	case 1:
		mark(MARK_OPERATION_1);
		break;
	case 2:
		mark(MARK_OPERATION_2);
		break;
	case 3:
		mark(MARK_OPERATION_3);
		break;
	}
}

static void operate(unsigned who)
{
	struct worker *w = &shared->workers[who];
	int r;

	if (shared->what == REWIND) {
		r = work->rewind(who);
	} else {
		mark_operation(who);
		r = work->operation(who);
		mark(MARK_OPERATION_END);
		w->done += r == 0;
	}
	if (r < 0)
		w->error = -r;
}

/* --- turns --- */

static void wait_for(unsigned who)
{
	for (uint64_t i = 1; shared->turn % nr_workers != who; i++)
		if (i % spin == 0)
			relax();
}

/* The turn of another one may be the last of the round. */
static void wait_for_end(unsigned end)
{
	/* It is later than that if the next round has begun. */
	for (uint64_t i = 1; (int)(shared->turn - end) < 0; i++)
		if (i % spin == 0)
			relax();
}

/* All turns of a worker in a round. */
static void take_turns(unsigned who, unsigned begin, unsigned end)
{
	for (unsigned turn = begin; turn != end; turn += nr_workers) {
		wait_for(who);
		operate(who);
		shared->turn++;
	}
	wait_for_end(end);
}

static int bind_to(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}

static int begin_worker(unsigned who)
{
	int r = bind_to(who);

	if (r == 0 && work->begin)
		r = work->begin(who);
	if (r < 0)
		shared->workers[who].error = -r;
	shared->begun++;
	return r;
}

static void worker_main(unsigned who)
{
	begin_worker(who);
	for (unsigned begin = 0, end;; begin = end) {
		while ((end = shared->until) == begin)
			futex(&shared->until, FUTEX_WAIT, begin);
		take_turns(who, begin, end);
	}
}

static int round_of(enum what what, uint64_t nr)
{
	unsigned begin = shared->until, end = begin + nr * nr_workers;

	shared->what = what;
	shared->until = end;
	if (nr_workers > 1)
		futex(&shared->until, FUTEX_WAKE, INT_MAX);
	take_turns(0, begin, end);
	for (unsigned i = 0; i < nr_workers; i++)
		if (shared->workers[i].error)
			return -shared->workers[i].error;
	return 0;
}

int turns_run(uint64_t nr)
{
	wanted += nr;
	return round_of(OPERATION, nr);
}

/*
 * The kernel frees much of what operations leave behind after a grace period.  So
 * that no operation has to do with that of others, all rounds begin when it is
 * done, and at the same distance from a tick of the clock.
 */
static void settle(void)
{
	struct timespec ts;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ns = ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec + SETTLE_NS;
	ns += SETTLE_NS - ns % SETTLE_NS;
	ts.tv_sec = ns / NSEC_PER_SEC;
	ts.tv_nsec = ns % NSEC_PER_SEC;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	       EINTR)
		;
}

int turns_rewind(void)
{
	int r = work->rewind ? round_of(REWIND, 1) : 0;

	settle();
	return r;
}

/* --- start and end --- */

static int read_params(struct bench_ctx *ctx)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t parallel;
	int r = ctx_param_u64(ctx, "parallel", &parallel);

	if (r == 0)
		r = ctx_param_u64(ctx, "spin", &spin);
	if (r)
		return r;
	if (parallel < 1 || parallel > TURNS_MAX)
		return ctx_bad_param(ctx, "parallel");
	if (!spin)
		return ctx_bad_param(ctx, "spin");
	if ((long)parallel > cpus)
		return ctx_skip(
			ctx, "parallel=%u needs as many CPUs; there %s %ld",
			(unsigned)parallel, cpus == 1 ? "is" : "are", cpus);
	nr_workers = parallel;
	return 0;
}

static int wait_until_begun(struct bench_ctx *ctx)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	while (shared->begun < nr_workers)
		nanosleep(&moment, NULL);
	for (unsigned i = 0; i < nr_workers; i++)
		if (shared->workers[i].error)
			return ctx_fail(ctx, -shared->workers[i].error,
					"start worker %u: %s", i,
					strerror(shared->workers[i].error));
	return 0;
}

int turns_start(struct bench_ctx *ctx, const struct turns_work *of)
{
	int r = read_params(ctx);

	if (r)
		return r;
	/* It sleeps between samples, but the runner cannot tell. */
	ctx_may_idle(ctx);
	work = of;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	for (unsigned i = 1; i < nr_workers; i++) {
		pid_t pid = fork();

		if (pid == 0)
			worker_main(i);
		if (pid < 0)
			return -errno;
	}
	begin_worker(0);
	return wait_until_begun(ctx);
}

int turns_check(struct bench_ctx *ctx)
{
	for (unsigned i = 0; i < nr_workers; i++)
		if (shared->workers[i].done != (unsigned)wanted)
			return ctx_fail(
				ctx, -EIO, "worker %u did %u of %u operations",
				i, shared->workers[i].done, (unsigned)wanted);
	return 0;
}

unsigned turns_nr(void)
{
	return nr_workers;
}
