/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run at a time measures the running kernel: two would measure each other, and
 * one would remove the groups of the other.
 */
#ifndef CGMARK_LOCAL_LOCK_H
#define CGMARK_LOCAL_LOCK_H

#include "strbuf.h"

/* Also remembers what has to be put back, for whoever comes after a kill -9. */
#define LOCAL_LOCK_FILE "/run/cgmark-local.lock"

/*
 * Takes the lock at path for as long as this process, and those that it hands the
 * descriptor to, live; once it is held it is not taken again.  Waits only if the
 * holder was killed and its last process cleans up.  0 and *fd; -EBUSY, with who
 * holds it in *why; or another -errno with the reason there.
 */
int local_lock(const char *path, int *fd, struct strbuf *why);
/* Give it back before the process ends: for tests. */
void local_unlock(void);

/*
 * Controllers that the root of v2 had turned on when the first boot of a run
 * began, by blanks; -ENOENT: nothing is recorded.
 */
int local_lock_recall(const char *path, struct strbuf *controllers);
int local_lock_remember(int fd, const char *controllers);

#endif
