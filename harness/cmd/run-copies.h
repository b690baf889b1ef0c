/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directories of one run: a copy, or one that was moved.  The index has each id
 * once, so that of these only one is imported.
 */
#ifndef CGMARK_RUN_COPIES_H
#define CGMARK_RUN_COPIES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Which of the directories to leave out, as another one has their run: one that
 * has fewer damaged files, or else the name of the run, or else comes first.
 * Each is logged.  Caller frees.
 */
bool *run_copies_find(char *const *dirs, size_t nr);

#endif
