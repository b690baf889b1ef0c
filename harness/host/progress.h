/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line on stderr that says how far a long step is.  On a terminal it is
 * drawn over and over, and the cursor is left at its start so that a message
 * logged meanwhile overwrites it.  Elsewhere it is a plain line now and then.
 * Nothing is shown below LOG_INFO (-q).
 */
#ifndef CGMARK_PROGRESS_H
#define CGMARK_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"

struct progress {
	char what[64];	    /* "kernel baseline: " or "" */
	char step[80];	    /* "compile" */
	uint64_t step_ns;   /* when the step started */
	uint64_t shown_ns;  /* when a line was last shown; 0: never */
	uint64_t base_done; /* done when the step was first heard of */
	bool based;
	bool tty;
	bool quiet;
	size_t width; /* of the line on the terminal */
};

/* what is copied; it stands before every line ("" for nothing). */
void progress_init(struct progress *p, const char *what);
/* A new step begins: time left is estimated from here on. */
void progress_step(struct progress *p, const char *step);
/* done of total parts of the step are done; 0 <= done <= total. */
void progress_set(struct progress *p, uint64_t done, uint64_t total);
/* Takes the line off the terminal.  Idempotent. */
void progress_end(struct progress *p);

/*
 * "WHATSTEP DONE/TOTAL, MM:SS left" into buf.  The time is left out until one
 * part took some time: elapsed_ns is that of done - base parts.
 */
void progress_format(char *buf, size_t size, const struct progress *p,
		     uint64_t done, uint64_t total, uint64_t elapsed_ns);

#endif
