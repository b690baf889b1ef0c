/* SPDX-License-Identifier: GPL-2.0-only */
/* The worker of the queue: one job after another. */
#ifndef CGMARK_QUEUE_RUN_H
#define CGMARK_QUEUE_RUN_H

#include <stdbool.h>

#include "exit-status.h"

/*
 * drain: ends when nothing waits any more.  Otherwise it waits for more jobs, until
 * it is told to end; one under way then goes on with the next worker.
 */
enum exit_status queue_run(const char *dir, bool drain);

#endif
