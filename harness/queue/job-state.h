/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a job of the queue came, as its worker wrote it: a file of lines "KEY
 * VALUE", the last of them "crc HEX8" over the others.  A job without one waits.
 */
#ifndef CGMARK_QUEUE_JOB_STATE_H
#define CGMARK_QUEUE_JOB_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "strbuf.h"

#define JOB_STATE_BYTES_MAX 1024
#define JOB_BOOT_ID 37 /* text of a UUID and its NUL */

enum job_step {
	JOB_RUNNING, /* or its worker was killed while it did */
	JOB_STOPPED, /* its worker was told to end: it goes on with the next */
	JOB_DONE,    /* it ended by itself */
	JOB_CANCELLED, /* by its owner, or by root */
	JOB_CUT,       /* it cannot go on */
};

struct job_state {
	enum job_step step;
	unsigned uid;	    /* whose job it is */
	unsigned starts;    /* so far */
	unsigned status;    /* of the last one that ended */
	int pid;	    /* of the last start */
	uint64_t pid_since; /* when that process began, in ticks of the boot */
	char boot[JOB_BOOT_ID]; /* in which that was */
	uint64_t began_s, ended_s;
};

void job_state_format(const struct job_state *s, struct strbuf *ret);
/* 0 or -EBADMSG. */
int job_state_parse(const char *text, size_t len, struct job_state *ret);

static inline bool job_step_ended(enum job_step step)
{
	return step >= JOB_DONE;
}

/* Sets pid, pid_since and boot to those of a process that runs now. */
int job_state_set_process(struct job_state *s, pid_t pid);
/* Does the process of the last start still run? */
bool job_state_is_alive(const struct job_state *s);

#endif
