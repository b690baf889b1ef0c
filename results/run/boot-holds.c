/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of holds.tsv as samples of a boot: one value per point and metric. */
#include "alloc.h"
#include "boot-load.h"
#include "boot-sample.h"
#include "holds.h"

static void take_lock(struct run_boot *b, unsigned point, const struct held *l)
{
	char metric[REC_METRIC_MAX];

	if (l->why)
		return;
	if (strcmp(l->lock, HOLDS_IRQS_OFF) == 0) {
		boot_add_sample(b, point, HOLDS_METRIC_IRQS_OFF, l->most, 1);
		return;
	}
	snprintf(metric, sizeof(metric), HOLDS_METRIC_MAX "%s", l->lock);
	boot_add_sample(b, point, metric, l->most, 1);
	snprintf(metric, sizeof(metric), HOLDS_METRIC_MEAN "%s", l->lock);
	boot_add_sample(b, point, metric, l->total, l->holds ? l->holds : 1);
}

static void take_point(struct boot_load *l, unsigned i,
		       const struct held_point *p)
{
	struct run_boot *b = l->boot;

	if (p->error) {
		_cleanup_free_ char *why =
			xasprintf(HOLDS_FILE ": %s", p->error);

		boot_drop_samples(b, i);
		boot_set_status(b, i, POINT_ERROR, why);
		return;
	}
	for (size_t k = 0; k < p->nr; k++)
		take_lock(b, i, &p->list[k]);
}

void boot_take_holds(struct boot_load *l, const struct holds *h)
{
	struct run_boot *b = l->boot;

	for (unsigned i = 0; i < l->run->nr_points; i++) {
		const struct held_point *p =
			holds_find(h, &l->run->points[i].plan);

		if (p && boot_plans(b, i) && b->status[i] == POINT_DONE)
			take_point(l, i, p);
	}
	boot_sort_samples(b);
}
