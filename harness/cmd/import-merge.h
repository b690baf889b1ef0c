/* SPDX-License-Identifier: GPL-2.0-only */
/* cgmark import --merge: shards become one run. */
#ifndef CGMARK_IMPORT_MERGE_H
#define CGMARK_IMPORT_MERGE_H

#include <stddef.h>

#include "cmd.h"
#include "import-opts.h"

/* What to merge, and into what. */
struct merge_job {
	char *const *dirs; /* shards, or folders with some */
	size_t nr_dirs;
	const char *parent;	  /* of the run directory */
	const char *command_line; /* that the run shall have */
};

/*
 * Merges, into the run that has some of these shards already if there is one; the
 * index is left alone.  *ret is the run directory, which the caller frees; NULL:
 * there is none.  ST_OK, ST_USAGE if they are not shards of one run, or ST_HOST:
 * something is missing, damaged or cannot be written, and the messages say what.
 */
enum exit_status merge_shards(const struct merge_job *job, char **ret);

enum exit_status import_merge(const struct env *env,
			      const struct import_opts *opts);

#endif
