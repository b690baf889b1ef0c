/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * On a kernel that others use as well, controllers stay where they have them.
 * In a guest everything is ours, and none of this says no.
 */
#ifndef CGMARK_POLITE_H
#define CGMARK_POLITE_H

#include "params.h"

/*
 * May a controller of v2 be turned on for all groups of its root?  0, or
 * BENCH_SKIP with the reason.
 */
int polite_enable(struct bench_ctx *ctx, const char *name);
/* May a v1 hierarchy have the controllers in its options?  Likewise. */
int polite_hierarchy(struct bench_ctx *ctx, const char *options);

#endif
