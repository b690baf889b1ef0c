/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that work at the same time, round by round.  On one CPU they take
 * turns, and nobody waits for a lock: what is counted then is instructions, not
 * contention, and a note of the point says so.
 */
#ifndef CGMARK_CREW_H
#define CGMARK_CREW_H

#include "bench.h"

#define CREW_MAX 256

/*
 * In begin(): so many workers, and the note.  Each calls work() with its
 * number, from 0, once a round, in its own process; what that returns is 0 or
 * -errno, as is what this one does.
 */
int crew_start(struct bench_ctx *ctx, unsigned nr, int (*work)(unsigned who));
/* In run(): a round begins; crew_end_round() waits until all are through. */
void crew_begin_round(void);
void crew_end_round(void);
/* In check(): each did all rounds, without error.  0 or -errno with reason. */
int crew_check(struct bench_ctx *ctx);

unsigned crew_rounds(void);
pid_t crew_pid(unsigned who);

#endif
