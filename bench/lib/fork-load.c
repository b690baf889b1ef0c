/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fork-load.h"

/* 2000 forks a second: a full CPU of them would take sim minutes. */
#define FORKERS 2
#define PERIOD_NS 1000000L
#define START_NS 1500000L

struct shared {
	_Atomic unsigned on;
	_Atomic unsigned forks;
};

static struct shared *shared; /* NULL: no load */

static long futex(_Atomic unsigned *word, int op, unsigned value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void fork_one(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	if (pid > 0 && waitpid(pid, NULL, 0) == pid)
		shared->forks++;
}

static void forker_main(void)
{
	const struct timespec ts = { .tv_nsec = PERIOD_NS };

	for (;;) {
		while (!shared->on)
			futex(&shared->on, FUTEX_WAIT, 0);
		fork_one();
		nanosleep(&ts, NULL);
	}
}

int forks_start(struct bench_ctx *ctx)
{
	const char *which = ctx_param(ctx, "load");
	pid_t pid;

	if (!strcmp(which, "none"))
		return 0;
	if (strcmp(which, "forks"))
		return ctx_bad_param(ctx, "load");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	for (int i = 0; i < FORKERS; i++) {
		pid = fork();
		if (pid == 0)
			forker_main();
		if (pid < 0)
			return -errno;
	}
	/* What the others execute is in the figures. */
	ctx_may_idle(ctx);
	return 0;
}

void forks_off(void)
{
	if (shared)
		shared->on = 0;
}

void forks_on(void)
{
	const struct timespec ts = { .tv_nsec = START_NS };

	if (!shared)
		return;
	shared->on = 1;
	futex(&shared->on, FUTEX_WAKE, INT_MAX);
	nanosleep(&ts, NULL);
}

int forks_check(struct bench_ctx *ctx)
{
	forks_off();
	if (shared && !shared->forks)
		return ctx_fail(ctx, -EIO, "the load did not fork");
	return 0;
}
