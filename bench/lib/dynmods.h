/* SPDX-License-Identifier: GPL-2.0-only */
/* The param favordynmods: is the threadgroup rwsem kept ready for writers? */
#ifndef CGMARK_DYNMODS_H
#define CGMARK_DYNMODS_H

#include "bench.h"

/* In setup().  Results as for ctx_hierarchy(). */
int dynmods_setup(struct bench_ctx *ctx);

#endif
