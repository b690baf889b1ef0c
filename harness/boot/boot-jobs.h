/* SPDX-License-Identifier: GPL-2.0-only */
/* A job for planned boots of a run, with its folder and its plan. */
#ifndef CGMARK_BOOT_JOBS_H
#define CGMARK_BOOT_JOBS_H

#include "boot-job.h"
#include "strbuf.h"

struct boot_jobs {
	struct boot_job *list; /* in the order of the run's boots from .first */
	size_t first, nr;
	char **dirs;	 /* per boot */
	char **profiles; /* per boot, paths; NULL: not profiled */

	struct strbuf *plans;	    /* per perturbation, of all points */
	struct strbuf *event_plans; /* likewise, for boots that count events */
	unsigned nr_plans;
	struct strbuf *own_plans; /* per boot, of those that lack points */
};

/* Strings stay owned by the caller, and have to outlive the jobs. */
struct boot_jobs_how {
	struct run *run; /* its directory exists; boots hold the results */
	size_t first;	 /* boots before it have had their jobs */
	const char *initramfs;
	bool exact;	 /* as the machine says */
	bool shared;	 /* likewise */
	bool setup_only; /* find out what the points need; none is run */
	/* Count by function in the repeat boots with this plugin; or NULL. */
	const char *tcg_plugin;
	bool profile_model;
	bool profile_sharing; /* in its place, in all boots: what CPUs share */
	bool profile_locks;   /* likewise: how long locks are held */
};

/*
 * Makes RUN/boots/ID with plan.tsv for each boot.  0, or -errno, not logged;
 * the caller releases *ret in both cases.
 */
int boot_jobs_make(const struct boot_jobs_how *how, struct boot_jobs *ret);
void boot_jobs_release(struct boot_jobs *jobs);

#endif
