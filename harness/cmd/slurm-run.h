/* SPDX-License-Identifier: GPL-2.0-only */
/* cgmark run --slurm: the boots of a run as a job array of its shards. */
#ifndef CGMARK_SLURM_RUN_H
#define CGMARK_SLURM_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"

struct slurm_run {
	const char *partition;
	unsigned shards;
	unsigned cpus; /* of each */
	bool exclusive;
	size_t nr_boots;	  /* of all */
	const char *words;	  /* options of the run, quoted for a shell */
	const char *folder;	  /* of the shards of all runs */
	const char *parent;	  /* of the run directory */
	const char *command_line; /* that the run shall have */
};

/*
 * Submits the array, waits for its end and merges what is there.  *ret is the run
 * directory, which the caller frees, or NULL.  ST_OK: it has all boots; otherwise
 * messages were logged.  An interrupt cancels the array, and what was measured is
 * merged all the same.
 */
enum exit_status slurm_run(const struct slurm_run *how, char **ret);

#endif
