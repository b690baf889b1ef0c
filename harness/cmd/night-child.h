/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that a night starts, one after the other; most of them are cgmark. */
#ifndef CGMARK_NIGHT_CHILD_H
#define CGMARK_NIGHT_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "opt-values.h"

struct night_log {
	int fd; /* of RESULTS/nightly/NIGHT/log */
};

/* Logs to stderr, and with the time to the night's log. */
void night_say(const struct night_log *log, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * From now on ^C, SIGTERM and SIGHUP end the child that runs, with that signal, and no
 * other is started.  Children do not share the terminal's process group.
 */
int night_catch_signals(void);
/* Has there been such a signal? */
bool night_interrupted(void);

/*
 * Runs argv, whose last word is NULL, to its end.  What it says goes to the log, what
 * it prints to the file out (NULL: to the log).  After until_s, in seconds since 1970
 * (0: never), it gets SIGTERM, and a minute later SIGKILL.  Its exit code, 128 + the
 * signal that ended it, or ST_HOST if it could not be started (logged);
 * ST_INTERRUPTED after a signal.  Of a child that failed the last words are logged.
 */
int night_child(const struct night_log *log, const char *const *argv,
		const char *out, long long until_s);

#endif
