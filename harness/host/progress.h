/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shows the progress of a long step in one line on stderr.  A terminal gets it
 * redrawn in place, with the cursor at its start, so that log messages
 * overwrite it.  Elsewhere a plain line appears now and then.  Below LOG_INFO
 * (-q) nothing is shown.  Two that run at once share the line of the terminal.
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
	uint64_t step_ns;   /* start of the step */
	uint64_t shown_ns;  /* time of the last line; 0: none yet */
	uint64_t base_done; /* done at the first progress_set() */
	bool based;
	bool tty;
	bool quiet;
	size_t width;		       /* of the line on the terminal */
	uint64_t done, total;	       /* as set last */
	char name[32];		       /* in half a line */
	struct progress *left, *right; /* with which it shares the line */
};

/* Copies what, the prefix of every line. */
void progress_init(struct progress *p, const char *what);
/* Begins a step; the estimate of the time left starts here. */
void progress_step(struct progress *p, const char *step);
/* Of total parts of the step, done are finished; 0 <= done <= total. */
void progress_set(struct progress *p, uint64_t done, uint64_t total);
/* Clears the line on the terminal; another that shared it has it all. */
void progress_end(struct progress *p);
/* They share the line from now on, each under its name. */
void progress_join(struct progress *left, const char *left_name,
		   struct progress *right, const char *right_name);

/*
 * Formats "WHATSTEP DONE/TOTAL, MM:SS left".  The time appears once some parts
 * are finished; elapsed_ns is what done - base_done parts took.
 */
void progress_format(char *buf, size_t size, const struct progress *p,
		     uint64_t done, uint64_t total, uint64_t elapsed_ns);

/*
 * Formats "NAME: STEP DONE/TOTAL, MM:SS" for what was set last.  What does
 * not fit is cut from name and step, not from the numbers.
 */
void progress_format_half(char *buf, size_t size, const struct progress *p,
			  uint64_t elapsed_ns);

#endif
