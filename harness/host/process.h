/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starts programs.  Each runs in its own process group and dies with cgmark,
 * even if that is killed.  It gets default signal handling, no core dumps, and
 * no descriptors except stdin, stdout, stderr and those in keep.
 */
#ifndef CGMARK_PROCESS_H
#define CGMARK_PROCESS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "strbuf.h"

#define PROCESS_MAX_KEEP 8
#define PROCESS_INIT .in_fd = -1, .out_fd = -1, .err_fd = -1

/* { PROCESS_INIT, .argv = ... }; other members default to 0. */
struct process {
	char *const *argv;    /* argv[0]: a path, or a name in $PATH */
	int (*fn)(void *arg); /* runs in the child if argv is NULL */
	void *arg;
	int in_fd;	  /* -1: /dev/null */
	int out_fd;	  /* -1: cgmark's own */
	int err_fd;	  /* -1: cgmark's own */
	const int *keep;  /* inherited, same numbers, all above 2 */
	size_t nr_keep;	  /* at most PROCESS_MAX_KEEP */
	int death_signal; /* sent when cgmark dies; 0: SIGKILL */
	/*
	 * Restricts it to these CPUs, and gives its first thread precedence
	 * over ordinary ones.  Without the privilege it runs as usual.
	 */
	const cpu_set_t *cpus;

	/* For process_run() only. */
	const void *input; /* bytes for stdin, instead of in_fd */
	size_t input_len;
	struct strbuf *out;  /* collects stdout, instead of out_fd */
	struct strbuf *err;  /* collects stderr, instead of err_fd */
	size_t max_bytes;    /* limit of each; 0: none */
	unsigned timeout_ms; /* kills it then; 0: no deadline */
};

/*
 * Returns 0 once the program runs; the caller reaps *pid and closes *pidfd.
 * Otherwise -errno (not logged), also if the program cannot be executed.
 */
int process_start(const struct process *p, pid_t *pid, int *pidfd);

/*
 * Waits until a process ends, kills the rest of its group, and reaps it.
 * Status and usage are as of wait4() and may be NULL.  Returns 0 or -errno.
 */
int process_reap(pid_t pid, int *wait_status, struct rusage *usage);

/* A wait status as one number: the exit code, or 128 + signal. */
int process_exit_code(int wait_status);

/*
 * Runs a program to completion and collects its output.  Returns its exit code,
 * -ETIMEDOUT, -EFBIG (too much output), or -errno if it could not be run.  In
 * every case the process and its group are gone.
 */
int process_run(const struct process *p);

/* Whether a signal such as SIGSTOP, or a debugger, keeps it from running. */
bool process_is_stopped(pid_t pid);

/* A close-on-exec pipe with a non-blocking read end.  0 or -errno. */
int process_pipe(int *reader, int *writer);

#endif
