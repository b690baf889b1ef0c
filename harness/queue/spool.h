/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The folder of the queue:
 *
 *   lock           of the worker, who alone writes below state/
 *   jobs/N         a job (job.h), by whoever added it: everybody may add, and as in
 *                  /tmp only the owner of a file takes it away.  Whose file it is
 *                  says whose job it is
 *   state/N        how far it came (job-state.h)
 *   state/N.run    the directory of its run, once there is one
 *   state/N.log    what it said
 *   state/N.cancel root wants it to end
 *
 * N is 1 for the first job, and grows.  Numbers of jobs that were forgotten do not
 * come again, as the latest ones never are.
 */
#ifndef CGMARK_QUEUE_SPOOL_H
#define CGMARK_QUEUE_SPOOL_H

#include "job-state.h"
#include "job.h"

#define SPOOL_NUMBER_MAX 999999999U

/* $CGMARK_QUEUE_DIR, or /var/lib/cgmark/queue. */
const char *spool_dir(void);
/* Makes what is not there yet.  0 or -errno with the reason. */
int spool_make(const char *dir, struct strbuf *why);
/* For a worker: might somebody else have written its state? */
int spool_check(const char *dir, struct strbuf *why);

/* All that is known of one job. */
struct spool_entry {
	unsigned number;
	bool has_job; /* job and uid are set */
	struct queue_job job;
	unsigned uid; /* who owns the file */
	bool has_state;
	struct job_state state;
	bool root_cancels;
	char *fault; /* why nobody runs it; NULL: it is as it should be */
};

void spool_entry_release(struct spool_entry *e);
/* What is not there or not as it should be is told in *ret. */
void spool_load(const char *dir, unsigned number, struct spool_entry *ret);
/* Only the state; has_job stays false. */
void spool_load_state(const char *dir, unsigned number,
		      struct spool_entry *ret);
/* Has its owner or root cancelled it? */
bool spool_is_cancelled(const struct spool_entry *e);

/*
 * The numbers of all jobs, in order; caller frees.  Names in jobs/ that are none
 * come one a line in *strays, clean; NULL: nobody wants them.  -errno.
 */
int spool_numbers(const char *dir, unsigned **ret, size_t *nr,
		  struct strbuf *strays);

/* state/N.SUFFIX, or state/N without; caller frees. */
char *spool_state_path(const char *dir, unsigned number, const char *suffix);
/* On the disk when this returns.  0 or -errno. */
int spool_save_state(const char *dir, unsigned number,
		     const struct job_state *s);

#endif
