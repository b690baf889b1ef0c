/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A job of the queue: the words behind "cgmark run", and where they were said.  The
 * file has a head of two lines, then "KEY=VALUE" with a NUL behind each:
 *
 *   cgmark-job 1
 *   crc HEX8         CRC-32 of all bytes behind this line
 *   added=SECONDS    since 1970
 *   cancelled=SECONDS  0: it is not
 *   cwd=DIR          absolute
 *   program=PATH     the cgmark that it was given to; absolute
 *   env=NAME=VALUE   any number of them; queue_job_takes_variable()
 *   word=WORD        any number of them
 *
 * in this order.  A file that differs in any way is none, and nobody runs it.  Words
 * may have any bytes but NUL.
 */
#ifndef CGMARK_QUEUE_JOB_H
#define CGMARK_QUEUE_JOB_H

#include <stdbool.h>

#include "strbuf.h"

#define QUEUE_JOB_BYTES_MAX (256 * 1024)
#define QUEUE_JOB_STRINGS_MAX 4096

struct queue_strings {
	char **v;
	size_t nr;
};

struct queue_job {
	uint64_t added_s;
	uint64_t cancelled_s;
	char *cwd;
	char *program;
	struct queue_strings env;
	struct queue_strings words;
};

/* Appends a copy. */
void queue_strings_add(struct queue_strings *s, const char *text);
void queue_job_release(struct queue_job *j);
void queue_job_format(const struct queue_job *j, struct strbuf *ret);
/* 0 or -EBADMSG with the reason; release *ret in both cases. */
int queue_job_parse(const char *data, size_t len, struct queue_job *ret,
		    const char **why);

/* "NAME=VALUE" of an environment: does it go along with a job? */
bool queue_job_takes_variable(const char *pair);
/* "cgmark run ...", as it would be typed, on one line for a terminal. */
char *queue_job_text(const struct queue_job *j);

#endif
