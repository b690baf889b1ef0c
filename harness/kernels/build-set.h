/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The builds under way, at most two.  SIGINT, SIGTERM and SIGHUP stop all of them;
 * these signals are blocked from build_set_begin() to build_set_end().
 */
#ifndef CGMARK_BUILD_SET_H
#define CGMARK_BUILD_SET_H

#include <signal.h>
#include <stdint.h>

#include "build-script.h"

#define BUILD_SET_MAX 2

struct build_set {
	struct build *v[BUILD_SET_MAX]; /* in the order of their start */
	size_t nr;
	bool interrupted;
	int signal_fd;
	uint64_t kill_ns; /* when patience ends with those that were stopped */
	sigset_t old_mask;
};

/* 0 or -errno, not logged. */
int build_set_begin(struct build_set *s);
void build_set_end(struct build_set *s);

/* The set has room.  If it cannot be run, it has ended. */
void build_set_start(struct build_set *s, struct build *b, const char *command,
		     unsigned jobs);
/*
 * Waits until something happens.  Returns a build that ended, which is reaped and
 * no more in the set, or NULL.
 */
struct build *build_set_wait(struct build_set *s);
/* Stops those that there are, because of another. */
void build_set_stop(struct build_set *s, const char *why);
/* Was there a signal?  Consumes it; for when nothing is under way. */
bool build_set_interrupted(struct build_set *s);

#endif
