/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cgroups that were removed and live on, because pages are charged to them: a
 * page each of one memfd.  They need the memory controller.  No heap.
 */
#ifndef CGMARK_DYING_H
#define CGMARK_DYING_H

#include "bench.h"

#define DYING_MAX 4096
/* Values of a param dying, beside the default "0". */
#define DYING_MORE "16,64,256"

struct dying {
	int pages; /* memfd */
	uint64_t nr;
	long others; /* cgroups of the v1 hierarchy with memory, before */
};

/* The param dying. */
int dying_param(struct bench_ctx *ctx, uint64_t *ret);
/*
 * Make `nr` of them below parent and add them to d, which begins as zeroes.
 * They are used by the caller, who then goes back to another cgroup.
 */
int dying_add(struct dying *d, const struct cg *parent, const struct cg *back,
	      uint64_t nr);
/* Map and unmap the page of each: their counters change. */
int dying_map(const struct dying *d);
/*
 * In check(): does the kernel still have all of them, below top?  On v1: if no
 * other cgroup was made since the first.
 */
int dying_check(struct bench_ctx *ctx, const struct dying *d,
		const struct cg *top);

#endif
