/* SPDX-License-Identifier: GPL-2.0-only */
/* One job of a night: the run, and what is made of it. */
#ifndef CGMARK_NIGHT_JOB_H
#define CGMARK_NIGHT_JOB_H

#include "cmd.h"
#include "night-child.h"
#include "night-ini.h"
#include "night-state.h"

/* What all jobs of a night share. */
struct night {
	const struct env *env;
	const struct night_ini *ini;
	const char *self;     /* this program */
	const char *folder;   /* RESULTS/nightly */
	const char *dir;      /* RESULTS/nightly/NIGHT */
	const char *name;     /* "2026-12-31" */
	char *const *options; /* for cgmark run, of the command line */
	size_t nr_options;
	struct night_log log;
	struct night_state *state;
	long long until_s; /* seconds since 1970; 0: no limit */
};

/*
 * Measures, unless that was done; then JOB.txt, JOB.junit.xml and JOB.kcidb.json are
 * in the night's folder.  The status of the run.
 */
enum exit_status night_job_run(const struct night *n,
			       const struct night_job *j);

/*
 * Where a time of the last night was unusual, measures the first kernel of the job
 * against the last once more.  NAME-ab.txt then has it.
 */
enum exit_status night_job_ab(const struct night *n, const struct night_job *j);

/* From now on, today's kernel is the last good one. */
void night_job_good(const struct night *n, const struct night_job *j);

/*
 * The newest run of that night and job that has ended, RESULTS/runs/ID, or NULL;
 * complete: nothing else will do.  Caller frees.
 */
char *night_find_run(const struct env *env, const char *night, const char *job,
		     bool complete);

#endif
