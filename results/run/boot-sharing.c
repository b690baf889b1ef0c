/* SPDX-License-Identifier: GPL-2.0-only */
/* The moves of sharing.tsv as samples of a boot: one value per point. */
#include "alloc.h"
#include "boot-load.h"
#include "sharing.h"

static void add_sample(struct run_boot *b, unsigned point, const char *metric,
		       uint64_t value, uint64_t nr_ops)
{
	struct run_sample *s;

	b->samples = xreallocarray(b->samples, b->nr_samples + 1,
				   sizeof(*b->samples));
	s = &b->samples[b->nr_samples++];
	*s = (struct run_sample){
		.point = point,
		.value = value,
		.nr_ops = nr_ops,
	};
	strcpy(s->metric, metric);
}

static void drop_samples(struct run_boot *b, unsigned point)
{
	size_t nr = 0;

	for (size_t i = 0; i < b->nr_samples; i++)
		if (b->samples[i].point != point)
			b->samples[nr++] = b->samples[i];
	b->nr_samples = nr;
}

static void take_point(struct boot_load *l, unsigned i,
		       const struct shared_point *p)
{
	struct run_boot *b = l->boot;

	if (p->error) {
		_cleanup_free_ char *why =
			xasprintf(SHARING_FILE ": %s", p->error);

		drop_samples(b, i);
		boot_set_status(b, i, POINT_ERROR, why);
		return;
	}
	/* No worker marked an operation: the benchmark has none to share. */
	if (!p->nr_ops)
		return;
	add_sample(b, i, SHARING_MOVES, shared_moves(p), p->nr_ops);
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
	if (b->nr_samples)
		qsort(b->samples, b->nr_samples, sizeof(*b->samples),
		      run_sample_cmp);
}
