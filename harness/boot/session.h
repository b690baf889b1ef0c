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

	char *initramfs; /* RUN/initramfs.cpio while boots run */
	struct boot_jobs jobs;
};

/*
 * Makes PARENT/RUN-ID with the initramfs and the plan of each boot, proves the
 * machine, and writes run.json with everything that is planned.  Errors were
 * logged, and nothing is left behind then.
 */
enum exit_status session_prepare(struct session *s, const char *parent);

/*
 * Carries the boots out and writes run.json anew with the run's status.
 * Returns ST_OK when every boot was tried (which says nothing about how they
 * ended), ST_INTERRUPTED, or ST_HOST; messages were logged.
 */
enum exit_status session_boot(struct session *s);

/* Frees what the session holds, but not the run. */
void session_release(struct session *s);

/* Exit status by how boots and points of a loaded run ended; logs a summary. */
enum exit_status session_status(const struct run *loaded);

#endif
