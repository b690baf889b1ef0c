/* SPDX-License-Identifier: GPL-2.0-only */
/* What those do to the queue who use it, and who have to be trusted with nothing. */
#ifndef CGMARK_QUEUE_SPOOL_ADD_H
#define CGMARK_QUEUE_SPOOL_ADD_H

#include "spool.h"

/*
 * Adds a job behind all others.  It is on the disk, whole, when it can be seen.  0
 * or -errno with the reason.
 */
int spool_add(const char *dir, const struct queue_job *job, unsigned *number,
	      struct strbuf *why);
/*
 * Cancels a job that was loaded: its worker sees to the rest, and without one it is
 * cancelled all the same.  -EPERM: it is of somebody else.  0 or -errno with the
 * reason.
 */
int spool_cancel(const char *dir, struct spool_entry *e, struct strbuf *why);
/* Forgets those that ended first, until keep are left; and what killed adders left. */
void spool_tidy(const char *dir, size_t keep);

#endif
