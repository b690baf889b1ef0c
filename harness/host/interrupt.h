/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGINT, SIGTERM and SIGHUP, blocked and polled between steps.  A signal that
 * was ignored when cgmark started (nohup, background of a script) stays
 * ignored.
 */
#ifndef CGMARK_INTERRUPT_H
#define CGMARK_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* The signals that interrupt a run. */
void interrupt_mask(sigset_t *ret);
/* Blocks them; *old (unless NULL) becomes the previous mask. */
void interrupt_block(sigset_t *old);
/* True if one was pending; consumes it. */
bool interrupt_pending(void);

#endif
