/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One boot under supervision: its machine, the files its channels go to, its
 * deadlines, and its end.  supervise.c has the loop that calls these.
 */
#ifndef CGMARK_BOOT_WATCH_H
#define CGMARK_BOOT_WATCH_H

#include "boot-job.h"
#include "boot-read.h"
#include "strbuf.h"

struct channel {
	const char *file; /* name in the boot's directory */
	int in;		  /* the machine's, not owned */
	int out;
	uint64_t bytes;
	uint64_t max_bytes;
	uint32_t crc;
	bool eof;
};

struct boot_watch {
	struct machine m;
	struct boot_job *job;
	struct deadlines limits;
	struct channel ch[CH_DIAG];
	struct boot_read read;
	struct strbuf diag;

	uint64_t started_ns;
	uint64_t last_byte_ns;
	uint64_t stop_ns; /* ask the machine to end then; 0: no */
	uint64_t kill_ns; /* asked; kill it then; 0: not asked */

	enum blame stop_blame; /* why it was asked to end */
	char *stop_reason;
};

/* -errno, logged: the host could not start it; nothing is left behind. */
int boot_watch_start(struct boot_watch *w, const struct machine_ops *ops,
		     const char *arg, struct boot_job *job,
		     const struct deadlines *limits);
/*
 * Copy what there is on a channel (CH_DIAG too).  0, or -errno (logged) when
 * the host could not store it.
 */
int boot_watch_read(struct boot_watch *w, enum machine_channel channel);
/* CLOCK_MONOTONIC of the next thing to do without any input. */
uint64_t boot_watch_next_deadline(const struct boot_watch *w);
/* Do what is due: ask the machine to end, or kill it. */
void boot_watch_tick(struct boot_watch *w, uint64_t now);
/*
 * The process has ended: reap it, read the rest, decide, fill job->boot, clean
 * up.  0 and the number of points measured, or -errno (logged) when the host
 * could not store it; job->boot is then untouched.
 */
int boot_watch_finish(struct boot_watch *w, unsigned *nr_measured);
/* Kill and clean up; job->boot is untouched. */
void boot_watch_abort(struct boot_watch *w);

#endif
