/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets to which taskstats reports every exit in the system.  No library: a
 * fork copies the memory of the parent, so the less there is, the better.
 */
#ifndef CGMARK_EXIT_LISTENER_H
#define CGMARK_EXIT_LISTENER_H

#include "bench.h"
#include "cgstats.h"

struct exit_listener {
	struct cgstats socket;
	uint64_t heard; /* exits */
	uint64_t ours;	/* of these, exits of the caller's children */
	uint64_t lost;	/* how often the kernel reported a loss */
};

/* Listen on all CPUs.  0, -ENOENT (no taskstats) or -errno. */
int exit_listener_open(struct exit_listener *ret);
/* The same, in setup() or begin(): 0, BENCH_SKIP (no taskstats) or -errno. */
int exit_listener_open_or_skip(struct bench_ctx *ctx,
			       struct exit_listener *ret);
void exit_listener_close(struct exit_listener *l);
/* Set the size of the message buffer; 1 gives the smallest there is. */
int exit_listener_set_buffer(struct exit_listener *l, int bytes);
/* Count what has arrived, without waiting.  0 or -errno. */
int exit_listener_drain(struct exit_listener *l);
/* Wait for one message and count it, or a loss.  0 or -errno. */
int exit_listener_wait(struct exit_listener *l);

#endif
