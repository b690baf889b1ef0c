/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process of a job: "cgmark run" as its owner, in its folder, with its variables.
 * It does nothing before it is told to, so that whoever starts it can write down
 * first which process that is.  It gets SIGTERM if the worker is killed.
 */
#ifndef CGMARK_QUEUE_CHILD_H
#define CGMARK_QUEUE_CHILD_H

#include <sys/types.h>

#include "job.h"

/* A file that has the run's directory, or will have it: see harness/cmd/run-told.h. */
#define QUEUE_RUN_FD "CGMARK_RUN_FD"

struct queue_start {
	const struct queue_job *job;
	unsigned uid;
	int log_fd; /* for both outputs */
	int run_fd;
};

struct queue_child {
	pid_t pid;
	int pidfd;
	int go_fd;
};

/* Reap *ret with queue_child_end() if this returns 0; else -errno. */
int queue_child_start(const struct queue_start *how, struct queue_child *ret);
/* Sends it on its way; without that it ends when it is reaped. */
void queue_child_go(struct queue_child *c);
/* Waits for its end; the exit code, or 128 + signal. */
int queue_child_end(struct queue_child *c);

#endif
