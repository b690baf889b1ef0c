/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run in progress: its directory, its boots, and how it ended.  Call
 * interrupt_block() first: a session checks for signals between steps, and
 * boots_run() takes them during boots.
 */
#ifndef CGMARK_SESSION_H
#define CGMARK_SESSION_H

#include "boot-jobs.h"
#include "exit-status.h"
#include "guest-files.h"
#include "machine.h"
#include "run.h"

struct session {
	const struct machine_ops *ops;
	const char *machine_arg;
	const char *bench_dir;
	const struct guest_files *files; /* that travel beside the programs */
	struct run *run; /* kernels, points and boots are planned */
	unsigned parallel;
	bool setup_only; /* find out what the points need; none is run */
	struct deadlines deadlines;
	const char *boots_dir; /* where boots are kept; NULL: nowhere */
	bool fresh;	       /* take none that is kept */
	bool unchecked;	       /* boot none of those again, others do */
	/* Count by function in the repeat boots with this plugin; or NULL. */
	const char *tcg_plugin;
	bool profile_model;
	bool profile_sharing; /* in its place, in all boots: what CPUs share */
	bool profile_locks;   /* likewise: how long locks are held */

	/* Limits of session_boot_more(), as long as it is not 0. */
	size_t max_boots; /* that are not kept ones */
	/* None is started after that, by now_ns(); of session_boot(), too. */
	uint64_t until_ns;

	int lock_fd;	 /* of the run directory until then; 0: none */
	char *initramfs; /* RUN/initramfs.cpio; there until it is released */
	bool unsaved;	 /* run.json does not have the status */
	bool unended;	 /* it will be taken up again: its files stay */
	struct boot_jobs jobs;
	unsigned *turns;  /* of a run that goes on, while boots are sorted */
	size_t nr_booted; /* boots that were not kept ones */
};

/*
 * Makes PARENT/RUN-ID with the initramfs and the plan of each boot, proves the
 * machine, and writes run.json with everything that is planned.  Errors were
 * logged, and nothing is left behind then.
 */
enum exit_status session_prepare(struct session *s, const char *parent);

/*
 * The same in the directory of an earlier run, which this one goes on with: only
 * boots that it lacks are to be carried out.  ST_USAGE if it had another plan.
 * The earlier run is only good for run_free() after that; what is on the disk of it
 * stays whatever happens.
 */
enum exit_status session_resume(struct session *s, struct run *earlier);

/*
 * Takes up a run whose process is gone, in run->dir as it was loaded: what it still
 * has to boot is ahead.  Errors were logged.
 */
enum exit_status session_take_up(struct session *s);

/*
 * Carries the boots out and writes run.json anew with the run's status.
 * Returns ST_OK when every boot was tried (which says nothing about how they
 * ended), ST_INTERRUPTED, or ST_HOST; messages were logged.
 */
enum exit_status session_boot(struct session *s);

/*
 * Appends boots to those of the run, and carries them out in the same way, as far
 * as the limits allow; what was not started is in the run no more.  Takes what is
 * in the array, which stays the caller's.
 */
enum exit_status session_boot_more(struct session *s, struct run_boot *boots,
				   size_t nr);

/*
 * Frees what the session holds, but not the run; removes the initramfs, or leaves
 * an empty one for run_leftovers_tidy() if run.json could not be written.
 */
void session_release(struct session *s);

/* Exit status by how boots and points of a loaded run ended; logs a summary. */
enum exit_status session_status(const struct run *loaded);

#endif
