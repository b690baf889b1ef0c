/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the worker of the queue, which run a job is: the file with the descriptor
 * CGMARK_RUN_FD is empty before the run has a directory, and has its path then.
 * Whoever starts the same job again, with the same file, has it go on.
 */
#ifndef CGMARK_RUN_TOLD_H
#define CGMARK_RUN_TOLD_H

#include "exit-status.h"

/*
 * Sets *ret to the directory of the run to go on with, which the caller frees; NULL:
 * it begins.  ST_USAGE, logged: that run is gone.
 */
enum exit_status run_told(char **ret);
/* Writes it down; nobody may ask for it, and then nothing happens. */
void run_tell(const char *dir);

#endif
