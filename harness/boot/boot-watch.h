/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One boot under supervision: its channels and their files, what was understood
 * of them so far, its deadlines, and how it ended.  The loop is supervise.c's.
 */
#ifndef CGMARK_GUEST_H
#define CGMARK_GUEST_H

#include "oops.h"
#include "strbuf.h"
#include "supervise.h"

#define GUEST_LINE_MAX 1024
#define GUEST_TAIL 10

struct channel {
	const char *file; /* name in the boot's directory */
	int in;		  /* the machine's, not owned */
	int out;
	uint64_t bytes;
	uint64_t max_bytes;
	uint32_t crc;
	bool eof;
	size_t line_len;
	char line[GUEST_LINE_MAX]; /* without LF, cut when longer */
};

struct guest {
	struct machine m;
	struct boot_job *job;
	struct deadlines limits;
	struct channel ch[CH_DIAG];
	struct strbuf diag;

	uint64_t started_ns;
	uint64_t last_byte_ns;
	uint64_t point_ns; /* a point runs since then; 0: none */
	uint64_t stop_ns;  /* ask the machine to end then; 0: no */
	uint64_t kill_ns;  /* asked; kill it then; 0: not asked */
	char point[GUEST_LINE_MAX];

	bool hello;
	bool status_end;
	bool samples_end;
	unsigned nr_measured;
	unsigned nr_skipped;
	unsigned nr_bad; /* failed or in error */
	char *bad_line;	 /* the first of these */
	char *bail_line;
	char *panic_line;
	char *splat_line;	/* the first */
	char *tail[GUEST_TAIL]; /* last console lines, a ring */
	unsigned tail_nr;
	unsigned report_nr; /* lines behind splat_line */

	enum blame stop_blame; /* why it was asked to end */
	char *stop_reason;
};

/* -errno, logged: the host could not start it; nothing is left behind. */
int guest_start(struct guest *g, const struct machine_ops *ops, const char *arg,
		struct boot_job *job, const struct deadlines *limits);
/*
 * Copy what there is on a channel (CH_DIAG too).  0, or -errno (logged) when
 * the host could not store it.
 */
int guest_read(struct guest *g, enum machine_channel channel);
/* CLOCK_MONOTONIC of the next thing to do without any input. */
uint64_t guest_next_deadline(const struct guest *g);
/* Do what is due: ask the machine to end, or kill it. */
void guest_tick(struct guest *g, uint64_t now);
/*
 * The process has ended: reap it, read the rest, decide, fill job->boot, clean
 * up.  0 and the number of points measured, or -errno (logged) when the host
 * could not store it; job->boot is then untouched.
 */
int guest_finish(struct guest *g, unsigned *nr_measured);
/* Kill and clean up; job->boot is untouched. */
void guest_abort(struct guest *g);

#endif
