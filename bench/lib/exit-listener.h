/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets that taskstats tells of every exit in the system.  No library: who
 * forks has its memory copied, and the less that is the better.
 */
#ifndef CGMARK_EXIT_LISTENER_H
#define CGMARK_EXIT_LISTENER_H

#include "bench.h"
#include "cgstats.h"

struct exit_listener {
	struct cgstats socket;
	uint64_t heard; /* exits */
	uint64_t ours;	/* of these, of children of the caller */
	uint64_t lost;	/* times that the kernel said that some were lost */
};

/* Of all CPUs.  0, -ENOENT (no taskstats) or -errno. */
int exit_listener_open(struct exit_listener *ret);
/* The same in setup() or begin(): 0, BENCH_SKIP (no taskstats) or -errno. */
int exit_listener_open_or_skip(struct bench_ctx *ctx,
			       struct exit_listener *ret);
void exit_listener_close(struct exit_listener *l);
/* Room for so many bytes of messages; 1 gives the least there is. */
int exit_listener_set_buffer(struct exit_listener *l, int bytes);
/* Count what has arrived, without waiting for more.  0 or -errno. */
int exit_listener_drain(struct exit_listener *l);
/* Wait for one message and count it, or a loss.  0 or -errno. */
int exit_listener_wait(struct exit_listener *l);

#endif
