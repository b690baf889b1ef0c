/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "load-kind.h"

/* 2000 forks a second.  On sim, a full CPU of them would take minutes. */
#define FORKERS 2
#define REST_NS 1000000L

static int forks_round(struct load_shared *shared)
{
	const struct timespec rest = { .tv_nsec = REST_NS };
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	if (pid > 0 && waitpid(pid, NULL, 0) == pid)
		shared->done++;
	nanosleep(&rest, NULL);
	return 0;
}

const struct load load_forks = {
	.name = "forks",
	.nr_processes = FORKERS,
	.pauses = true,
	.round = forks_round,
};
