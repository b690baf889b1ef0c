/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The locks of control groups, and what else fork and exit take: where they are in
 * a kernel, and whether they are held, by what is in memory there.
 *
 *   css_set_lock, cgroup_rstat_lock, rstat_base_lock (from 6.16 on)
 *   cgroup_rstat_cpu_lock           of the CPU that runs
 *   cgroup_mutex
 *   cgroup_threadgroup_rwsem        by a writer, who keeps readers out
 *   cgroup_threadgroup_rwsem:read   by any reader on the CPU that runs
 *   tasklist_lock, tasklist_lock:read
 */
#ifndef CGMARK_TCG_LOCKS_H
#define CGMARK_TCG_LOCKS_H

#include "hold.h"
#include "objects.h"

#define NR_LOCKS 9

struct lock {
	const char *name;
	const char *why; /* it is not watched; NULL: it is */
	uint64_t at;	 /* its word */
	unsigned bytes;	 /* of it */
	uint64_t mask;	 /* the lock is held if any of these bits is set */
	bool held;
	struct hold hold;
};

/*
 * Looks for all of them, on CPU 0, without holds; memory of o was found.  As they
 * are in kernels without debugging of locks and without PREEMPT_RT: one of another
 * size is not watched.
 */
void locks_find(struct lock list[NR_LOCKS], const struct objects *o);
/* That whose word has the byte, or NULL. */
struct lock *locks_at(struct lock list[NR_LOCKS], uint64_t at);
/* As it is in memory. */
bool lock_is_held(const struct lock *l, const struct guest_memory *m);

#endif
