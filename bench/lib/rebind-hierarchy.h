/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A v1 hierarchy that userspace builds and tears down, with cgroups numbered as
 * in idle-procs.h.
 */
#ifndef CGMARK_REBIND_HIERARCHY_H
#define CGMARK_REBIND_HIERARCHY_H

#include "bench.h"

struct rebind_hierarchy {
	char options[64]; /* with its name */
	const char *path;
	struct cg root, top; /* the groups are below top */
};

/* All return 0 or -errno. */

/*
 * Points open what they need again: a directory left open in the set-up's
 * process would keep its hierarchy mounted.
 */
int rebind_open(struct bench_ctx *ctx, struct rebind_hierarchy *h);
void rebind_close(struct rebind_hierarchy *h);

/* Mount it and make the groups; leaves it open. */
int rebind_build(struct bench_ctx *ctx, struct rebind_hierarchy *h,
		 const char *options, unsigned groups);
/* Move the processes to the root, remove the groups, unmount it. */
int rebind_tear_down(struct bench_ctx *ctx, struct rebind_hierarchy *h,
		     unsigned groups);
/*
 * Wait until the controllers of an unmounted hierarchy can be mounted
 * elsewhere.  name is "name=N".
 */
int rebind_wait_gone(struct rebind_hierarchy *h, const char *name);

int rebind_pause(unsigned ms);

#endif
