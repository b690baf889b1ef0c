/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that work concurrently, round by round.  On one CPU they take turns
 * and none waits for a lock; then the count shows instructions, not contention,
 * and a note of the point says so.
 */
#ifndef CGMARK_WORKERS_H
#define CGMARK_WORKERS_H

#include "bench.h"

#define WORKERS_MAX 256

/*
 * In begin(): start the workers and write the note.  Once a round each calls
 * work() in its own process, with its number from 0.  Both return 0 or -errno.
 */
int workers_start(struct bench_ctx *ctx, unsigned nr,
		  int (*work)(unsigned who));
/* In run(): begin a round; workers_end_round() waits until all are through. */
void workers_begin_round(void);
void workers_end_round(void);
/* In check(): each did all rounds without error.  0 or -errno with reason. */
int workers_check(struct bench_ctx *ctx);

unsigned workers_rounds(void);
pid_t workers_pid(unsigned who);

#endif
