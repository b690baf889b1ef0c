/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of subcommands that work through run directories. */
#ifndef CGMARK_RUN_DIRS_H
#define CGMARK_RUN_DIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"

struct run_dirs {
	bool quiet;
	char **v; /* those named, of argv */
	int nr;
};

/*
 * "[-q] [RUN_DIR...]"; doc as struct argp has it.  With -q, the log has only
 * warnings and errors from now on.  ST_USAGE: argp said why.
 */
enum exit_status run_dirs_parse(int argc, char **argv, const char *doc,
				struct run_dirs *ret);

/*
 * The paths of all runs in a folder, by name, so oldest first; none if there is no
 * folder.  Without run.json it is none: stray, or killed before it began (the next
 * run tidies up).  The caller frees each and the list.  -errno is logged.
 */
int run_dirs_list(const char *runs_dir, char ***ret, size_t *nr_ret);

#endif
