/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workers.h"

struct worker {
	pid_t pid;
	unsigned done; /* rounds */
	int error;     /* the last */
};

struct shared {
	_Atomic unsigned round; /* workers wait for the next */
	_Atomic unsigned at_work;
	struct worker workers[WORKERS_MAX];
};

static struct shared *shared;
static unsigned nr_workers;

static long futex(_Atomic unsigned *word, int op, unsigned value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void worker_main(unsigned who, int (*work)(unsigned who))
{
	struct worker *w = &shared->workers[who];

	for (unsigned seen = 0;; seen++) {
		int r;

		while (shared->round == seen)
			futex(&shared->round, FUTEX_WAIT, seen);
		r = work(who);
		if (r < 0)
			w->error = -r;
		else
			w->done++;
		if (--shared->at_work == 0)
			futex(&shared->at_work, FUTEX_WAKE, 1);
	}
}

int workers_start(struct bench_ctx *ctx, unsigned nr, int (*work)(unsigned who))
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (nr > WORKERS_MAX)
		return -E2BIG;
	ctx_note(ctx, "on %ld CPU%s%s", cpus, cpus == 1 ? "" : "s",
		 cpus == 1 ? ": the cost of the instructions, not of contention"
			   : "");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	for (nr_workers = 0; nr_workers < nr; nr_workers++) {
		pid_t pid = fork();

		if (pid == 0)
			worker_main(nr_workers, work);
		if (pid < 0)
			return -errno;
		shared->workers[nr_workers].pid = pid;
	}
	return 0;
}

void workers_begin_round(void)
{
	shared->at_work = nr_workers;
	shared->round++;
	futex(&shared->round, FUTEX_WAKE, INT_MAX);
}

void workers_end_round(void)
{
	unsigned left;

	while ((left = shared->at_work))
		futex(&shared->at_work, FUTEX_WAIT, left);
}

int workers_check(struct bench_ctx *ctx)
{
	for (unsigned i = 0; i < nr_workers; i++) {
		const struct worker *w = &shared->workers[i];

		if (w->error || w->done != shared->round)
			return ctx_fail(ctx, -EIO,
					"worker %u did %u of %u rounds: %s", i,
					w->done, (unsigned)shared->round,
					strerror(w->error));
	}
	return 0;
}

unsigned workers_rounds(void)
{
	return shared->round;
}

pid_t workers_pid(unsigned who)
{
	return shared->workers[who].pid;
}
