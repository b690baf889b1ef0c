/* SPDX-License-Identifier: GPL-2.0-only */
/* What cgmark run does when all boots have ended. */
#ifndef CGMARK_RUN_EVALUATE_H
#define CGMARK_RUN_EVALUATE_H

#include "cmd.h"
#include "run-opts.h"

/*
 * Reads the run in dir, compares its kernels, prints and indexes; boots is how the
 * session ended.  Everything comes from the directory, nothing from memory.
 */
enum exit_status run_evaluate(const struct env *env,
			      const struct run_opts *opts, const char *dir,
			      enum exit_status boots);

#endif
