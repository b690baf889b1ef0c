/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel lacks of what the benchmarks need. */
#ifndef CGMARK_NEEDS_H
#define CGMARK_NEEDS_H

#include "cmd.h"
#include "exit-status.h"

/*
 * Boots a kernel once on machine sim, has every benchmark set up, though not
 * run, with each value of its params (but large sizes), and prints those that
 * this kernel would skip: one line a benchmark and reason.  Blocks the signals
 * that end a run.  Errors were logged, and nothing is left behind.
 */
enum exit_status needs_list(const struct env *env, const char *kernel);

#endif
