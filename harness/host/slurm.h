/* SPDX-License-Identifier: GPL-2.0-only */
/* Job arrays of Slurm, by its programs sbatch, squeue and scancel. */
#ifndef CGMARK_SLURM_H
#define CGMARK_SLURM_H

#include <stdbool.h>

struct slurm_array {
	const char *name;
	const char *partition;
	unsigned nr;	/* tasks, 1..nr */
	unsigned cpus;	/* of each */
	bool exclusive; /* a node has nothing else meanwhile */
	const char *script;
	const char *log; /* of a task; %a is its number */
};

/* Are the programs here?  -ENOENT: it was logged which package has them. */
int slurm_check(void);

/*
 * Submits the script; *job is its number.  No task is started again by Slurm, so that
 * one whose node is lost is known at once.  -EINVAL: there is no such partition;
 * another -errno; what sbatch said was logged.
 */
int slurm_submit(const struct slurm_array *array, unsigned *job);

/*
 * Which tasks wait or run, alive[i] for task i + 1.  -errno, logged if *told is not
 * set yet, if that cannot be found out now; it may be later.
 */
int slurm_alive(unsigned job, unsigned nr, bool *alive, bool *told);

void slurm_cancel(unsigned job);

#endif
