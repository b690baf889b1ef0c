/* SPDX-License-Identifier: GPL-2.0-only */
/* Helper programs of the host: started in a process group of their own. */
#ifndef CGMARK_CHILD_H
#define CGMARK_CHILD_H

#include <sys/types.h>

#include "strbuf.h"

/*
 * Starts argv[0] (a path) with /dev/null as stdin and a pipe as stdout, whose
 * non-blocking read end the caller owns.  Signals are at their defaults and
 * unblocked in the child.  Returns 0 or -errno (not logged).
 */
int child_start(char *const argv[], pid_t *pid, int *out_fd);

/*
 * Kills what is left of the child's process group, reaps the child and returns
 * its exit status: 0..255, or 128 + signal.
 */
int child_reap(pid_t pid);

/*
 * Runs argv and collects its stdout.  Returns the exit status as child_reap()
 * does, -ETIMEDOUT after timeout_ms, -EFBIG beyond max_bytes, or -errno where
 * it could not be started; the child is gone in every case.
 */
int child_capture(char *const argv[], unsigned timeout_ms, size_t max_bytes,
		  struct strbuf *out);

#endif
