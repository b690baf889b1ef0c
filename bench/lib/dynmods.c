/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "dynmods.h"

/*
 * All hierarchies share the rwsem: it stays ready for writers while any
 * hierarchy is mounted this way.  Undoing this one leaves nothing behind.
 */
int dynmods_setup(struct bench_ctx *ctx)
{
	const char *on = ctx_param(ctx, "favordynmods");
	struct cg cg;
	int r;

	if (!strcmp(on, "0"))
		return 0;
	if (strcmp(on, "1"))
		return ctx_bad_param(ctx, "favordynmods");
	r = ctx_hierarchy(ctx, "none,name=cgmark-dynmods,favordynmods", &cg);
	if (r == 0)
		cg_close(&cg);
	return r;
}
