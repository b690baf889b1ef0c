/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that work at the same time, round by round.  On one CPU they take
 * turns, and nobody waits for a lock: what is counted then is instructions, not
 * contention, and a note of the point says so.
 */
#ifndef CGMARK_WORKERS_H
#define CGMARK_WORKERS_H

#include "bench.h"

#define WORKERS_MAX 256

/*
 * In begin(): so many workers, and the note.  Each calls work() with its
 * number, from 0, once a round, in its own process; what that returns is 0 or
 * -errno, as is what this one does.
 */
int workers_start(struct bench_ctx *ctx, unsigned nr,
		  int (*work)(unsigned who));
/* In run(): a round begins; workers_end_round() waits until all are through. */
void workers_begin_round(void);
void workers_end_round(void);
/* In check(): each did all rounds, without error.  0 or -errno with reason. */
int workers_check(struct bench_ctx *ctx);

unsigned workers_rounds(void);
pid_t workers_pid(unsigned who);

#endif
