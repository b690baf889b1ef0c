/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starts programs.  Each runs in a process group of its own and dies with
 * cgmark, even when that is killed; it gets default signals, no core dump, and
 * no descriptors but stdin, stdout, stderr and those it is given.
 */
#ifndef CGMARK_PROCESS_H
#define CGMARK_PROCESS_H

#include <sched.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "strbuf.h"

#define PROCESS_MAX_KEEP 8
#define PROCESS_INIT .in_fd = -1, .out_fd = -1, .err_fd = -1

/* { PROCESS_INIT, .argv = ... }; what is left out takes the default. */
struct process {
	char *const *argv;    /* argv[0]: a path, or a name to find in $PATH */
	int (*fn)(void *arg); /* without argv: runs in the child */
	void *arg;
	int in_fd;	  /* -1: /dev/null */
	int out_fd;	  /* -1: cgmark's own */
	int err_fd;	  /* -1: cgmark's own */
	const int *keep;  /* inherited under the same numbers, all above 2 */
	size_t nr_keep;	  /* at most PROCESS_MAX_KEEP */
	int death_signal; /* sent when cgmark dies; 0: SIGKILL */
	/*
	 * Run on these CPUs only, and the first thread with precedence over
	 * ordinary ones.  Without the privilege it runs as usual.
	 */
	const cpu_set_t *cpus;

	/* What follows is for process_run() alone. */
	const void *input; /* bytes for stdin, instead of in_fd */
	size_t input_len;
	struct strbuf *out;  /* collects stdout, instead of out_fd */
	struct strbuf *err;  /* collects stderr, instead of err_fd */
	size_t max_bytes;    /* to collect of each; 0: no limit */
	unsigned timeout_ms; /* then it is killed; 0: no deadline */
};

/*
 * Returns 0 once the program runs, with a pid to reap and a pidfd to close, or
 * -errno (not logged), also when the program could not be executed.
 */
int process_start(const struct process *p, pid_t *pid, int *pidfd);

/*
 * Waits for the end of a process, kills what is left of its group, and reaps
 * it.  Status and usage are those of wait4() and may be NULL.  0 or -errno.
 */
int process_reap(pid_t pid, int *wait_status, struct rusage *usage);

/* One number for a status of wait(): 0..255, or 128 + signal. */
int process_exit_code(int wait_status);

/*
 * Runs a program to its end and collects what it printed.  Returns its exit
 * code, or -ETIMEDOUT, -EFBIG (it printed too much), or -errno where it could
 * not be run.  The process and its group are gone in every case.
 */
int process_run(const struct process *p);

/* A pipe, closed on exec; only the read end is non-blocking.  0 or -errno. */
int process_pipe(int *reader, int *writer);

#endif
