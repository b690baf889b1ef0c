/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The groups of a process on the running kernel, and how all of them are found and
 * removed again, by whoever comes first after any ending.  They are known by their
 * names: in the root of v2 those that begin with LOCAL_GROUP; of v1, those in
 * hierarchies whose name begins with "cgmark".  Others are not touched.
 *
 * All of this mounts and unmounts, so it belongs into a mount namespace of its own
 * (local_private_mounts()).
 */
#ifndef CGMARK_LOCAL_GROUPS_H
#define CGMARK_LOCAL_GROUPS_H

#include "strbuf.h"

#define LOCAL_GROUP "cgmark-local"
/* Of the programs; those that they make have a process id and a number instead. */
#define LOCAL_GROUP_RUN LOCAL_GROUP "-run"
/* In all kernels that have control groups, with nothing of its own below. */
#define LOCAL_MOUNT "/sys/fs/cgroup"

/* From now on nothing that this process mounts is seen elsewhere.  -errno. */
int local_private_mounts(struct strbuf *why);

/* Make LOCAL_GROUP and LOCAL_GROUP_RUN.  -errno with the reason in *why. */
int local_groups_make(struct strbuf *why);
/* Move a process into LOCAL_GROUP, in v2 alone. */
int local_groups_join(int pid);
/* Controllers that v2 has, and those that are turned on in its root. */
int local_groups_controllers(struct strbuf *has, struct strbuf *on);

struct local_cleaned {
	unsigned groups; /* removed; in v2 and v1 */
	unsigned hierarchies;
	unsigned settings; /* put back; local-steady.h */
};

/*
 * Kill what runs in the groups and remove them, and the hierarchies that only
 * they held.  keep_on: controllers that stay turned on in the root of v2, by
 * blanks; NULL: nothing is turned off.  Goes on after an error and returns the
 * first one, with the reason in *why.
 */
int local_groups_clean(const char *keep_on, struct local_cleaned *ret,
		       struct strbuf *why);

#endif
