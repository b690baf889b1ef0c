/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs boots side by side under one epoll loop: copies each channel into the
 * boot's directory, watches deadlines, looks for splats, escalates to SIGKILL,
 * and says how each boot ended and whose fault it was.
 */
#ifndef CGMARK_SUPERVISE_H
#define CGMARK_SUPERVISE_H

#include "boot-job.h"

struct boots {
	const struct machine_ops *ops;
	const char *machine_arg;
	const struct run *run; /* for run_save_boot() */
	struct boot_job *jobs;
	size_t nr_jobs;
	unsigned parallel; /* >= 1 */
	struct deadlines deadlines;
	uint64_t until_ns; /* no job is started after that; 0: all are */
	/* After each boot, in the order in which they end; may be NULL. */
	void (*on_end)(const struct boot_job *job, size_t done, size_t nr,
		       void *arg);
	void *arg;
};

/*
 * Carries out all jobs.  A boot that fails does not stop the others, but a
 * kernel is given up when two of its boots in a row fail before any point was
 * measured.
 * Returns 0 when all boots were tried (see each boot->ok), -EINTR after SIGINT
 * or SIGTERM (all machines destroyed, finished boots kept), -errno when the
 * host failed (-ENOSPC: disk full; logged).
 * Blocks SIGINT/SIGTERM/SIGCHLD while it runs (signalfd), restores after.
 */
int boots_run(struct boots *b);

#endif
