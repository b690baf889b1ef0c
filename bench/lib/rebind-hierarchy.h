/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A v1 hierarchy with a number of cgroups, numbered as in idle-procs.h, that
 * userspace builds and tears down.
 */
#ifndef CGMARK_REBIND_HIERARCHY_H
#define CGMARK_REBIND_HIERARCHY_H

#include "bench.h"

struct rebind_hierarchy {
	char options[64]; /* its name among them */
	const char *path;
	struct cg root, top; /* the groups are below top */
};

/* All return 0 or -errno. */

/*
 * Points open again what they need: a directory that is open in the set-up's
 * process would keep its hierarchy from being unmounted.
 */
int rebind_open(struct bench_ctx *ctx, struct rebind_hierarchy *h);
void rebind_close(struct rebind_hierarchy *h);

/* Mount it and make the groups; it is open then. */
int rebind_build(struct bench_ctx *ctx, struct rebind_hierarchy *h,
		 const char *options, unsigned groups);
/* Move the processes to the root, remove the groups, unmount it. */
int rebind_tear_down(struct bench_ctx *ctx, struct rebind_hierarchy *h,
		     unsigned groups);
/*
 * Wait until the controllers of an unmounted hierarchy can be mounted elsewhere.
 * name: "name=N".
 */
int rebind_wait_gone(struct rebind_hierarchy *h, const char *name);

int rebind_pause(unsigned ms);

#endif
