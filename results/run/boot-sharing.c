/* SPDX-License-Identifier: GPL-2.0-only */
/* The moves of sharing.tsv as samples of a boot: one value per point. */
#include "alloc.h"
#include "boot-load.h"
#include "boot-sample.h"
#include "sharing.h"

static void take_point(struct boot_load *l, unsigned i,
		       const struct shared_point *p)
{
	struct run_boot *b = l->boot;

	if (p->error) {
		_cleanup_free_ char *why =
			xasprintf(SHARING_FILE ": %s", p->error);

		boot_drop_samples(b, i);
		boot_set_status(b, i, POINT_ERROR, why);
		return;
	}
	/* No worker marked an operation: the benchmark has none to share. */
	if (!p->nr_ops)
		return;
	boot_add_sample(b, i, SHARING_MOVES, shared_moves(p), p->nr_ops);
}

void boot_take_sharing(struct boot_load *l, const struct sharing *s)
{
	struct run_boot *b = l->boot;

	for (unsigned i = 0; i < l->run->nr_points; i++) {
		const struct shared_point *p =
			sharing_find(s, &l->run->points[i].plan);

		if (p && boot_plans(b, i) && b->status[i] == POINT_DONE)
			take_point(l, i, p);
	}
	boot_sort_samples(b);
}
