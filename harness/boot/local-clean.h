/* SPDX-License-Identifier: GPL-2.0-only */
/* Removes what a run on the running kernel left behind. */
#ifndef CGMARK_LOCAL_CLEAN_H
#define CGMARK_LOCAL_CLEAN_H

#include "local-groups.h"

/*
 * In a process of its own, for a caller that holds the lock (local-lock.h).  try:
 * also make groups as a run would, and remove them.  0, or -errno with the reason
 * in *why.
 */
int local_clean(int lock_fd, bool try, struct local_cleaned *ret,
		struct strbuf *why);

#endif
