/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of a few kernels, for commands that decide themselves what to measure. */
#ifndef CGMARK_MEASURE_H
#define CGMARK_MEASURE_H

#include "cmd.h"
#include "guest-files.h"
#include "machine.h"

/* The same for all runs of a command. */
struct measure {
	const struct env *env;
	const struct machine_ops *ops; /* an exact machine */
	const char *machine;	       /* as it was named */
	const char *machine_arg;
	const char *command_line;
	const struct guest_files *files;
	unsigned parallel;
	bool fresh; /* boot what the cache has, too */
};

struct measure_what {
	struct run_kernel *kernels; /* built; emptied */
	size_t nr_kernels;
	const struct run_point *points;
	size_t nr_points;
	unsigned perturbations;
	const unsigned *chosen; /* which; NULL: the first */
	const char *suite;	/* what the run calls the points; NULL: none */
	bool full;		/* repeats, layout null, and on sim a profile */
	bool all_null;		/* of each perturbation */
};

/*
 * Boots, measures and stores, in PARENT/RUN-ID.  Returns ST_OK when all went
 * well, ST_SUBJECT when a kernel failed, or how it ended; errors are logged.
 * *ret is the run as read back from disk, unless nothing was booted: NULL.
 */
enum exit_status measure_run(const struct measure *m,
			     const struct measure_what *what,
			     const char *parent, struct run **ret);

#endif
