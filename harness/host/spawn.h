/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starts the process behind a machine: in a process group of its own, dying
 * with cgmark (also when that is killed), with default signals, /dev/null as
 * stdin, no core dump, and no descriptor but those it is given.
 */
#ifndef CGMARK_SPAWN_H
#define CGMARK_SPAWN_H

#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

struct spawn {
	char *const *argv;    /* program to execute; argv[0] is a path */
	int (*fn)(void *arg); /* or, without argv: runs in the child */
	void *arg;
	int out_fd;	 /* stdout and stderr */
	const int *keep; /* descriptors that it inherits, same numbers */
	size_t nr_keep;	 /* at most SPAWN_MAX_KEEP */
	/*
	 * Not NULL: run on these CPUs only, the first thread at once whenever
	 * it has work (where that privilege is given), the others as usual.
	 */
	const cpu_set_t *cpus;
};

#define SPAWN_MAX_KEEP 8

/*
 * Returns 0 once the program runs, with a pid to reap and a pidfd to close, or
 * -errno (not logged) also when the program could not be executed.
 */
int spawn_start(const struct spawn *s, pid_t *pid, int *pidfd);

#endif
