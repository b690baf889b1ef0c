/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the benchmark programs in the order of the plan, and forwards what they
 * write.  Whatever goes wrong ends in system_bail_out().
 */
#ifndef CGMARK_STINTS_H
#define CGMARK_STINTS_H

/* Where and how programs run. */
struct stints_how {
	/* Kills all that a program left running when it ended. */
	void (*kill_rest)(void);
	/* In the child, before the program is executed; may be NULL. */
	void (*prepare)(void);
	char *const *env; /* more of it, NULL at its end; may be NULL */
};

#define STINTS_ENV_MAX 4

/* Opens the channels, reads the plan and begins the streams. */
void stints_begin(void);
/* The plan's option "holes". */
unsigned stints_holes(void);
void stints_run(const struct stints_how *how);
/* Ends the streams. */
void stints_end(void);

#endif
