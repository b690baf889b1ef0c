/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGINT, SIGTERM and SIGHUP as requests that are looked for between steps.
 * Those that cgmark was started with ignored (nohup, a script's background)
 * stay ignored.
 */
#ifndef CGMARK_INTERRUPT_H
#define CGMARK_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* The signals that count. */
void interrupt_mask(sigset_t *ret);
/* Block them from here on; old (may be NULL) is the mask before. */
void interrupt_block(sigset_t *old);
/* True if one is pending; takes it. */
bool interrupt_pending(void);

#endif
