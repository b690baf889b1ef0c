/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes on beside a point (param load): "none", or "forks": about 2000
 * forks a second, each child ending at once, while the load is on.
 */
#ifndef CGMARK_FORKS_H
#define CGMARK_FORKS_H

#include "bench.h"

/* The param of it, a variant; _at: what others have with a load. */
#define FORKS_PARAM(_at) PARAM_VARIANT_AXIS_AT("load", "none", "forks", _at)

/* In begin(): as the param says, and off.  May idle from then on. */
int forks_start(struct bench_ctx *ctx);
/*
 * In between(): off while nothing is measured, so that a long pace costs
 * nothing, and on, with time to get going.
 */
void forks_off(void);
void forks_on(void);
/* In check(): it did its work. */
int forks_check(struct bench_ctx *ctx);

#endif
