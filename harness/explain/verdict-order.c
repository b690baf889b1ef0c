/* SPDX-License-Identifier: GPL-2.0-only */
#include "verdict-order.h"

#include <math.h>

#include "alloc.h"

static unsigned class_of(const struct judged_point *p)
{
	if (!p->effect)
		return 3;
	switch (p->effect->verdict) {
	case V_REGRESSION:
		return 0;
	case V_IMPROVEMENT:
		return 1;
	case V_NO_CHANGE:
		return 4;
	default:
		return 2;
	}
}

/* What has no ratio comes last of its class. */
static double size_of(const struct judged_point *p)
{
	double l = p->effect ? log(p->effect->ratio) : NAN;

	return isnan(l) ? -1 : fabs(l);
}

static int compare_points(const void *pa, const void *pb)
{
	const struct judged_point *a = pa, *b = pb;
	double sa = size_of(a), sb = size_of(b);

	if (class_of(a) != class_of(b))
		return class_of(a) < class_of(b) ? -1 : 1;
	if (sa != sb)
		return sa > sb ? -1 : 1;
	return a->point < b->point ? -1 : a->point > b->point;
}

struct judged_point *verdict_order(const struct comparison *c)
{
	size_t nr = c->run->nr_points;
	struct judged_point *list = xcalloc(nr + 1, sizeof(*list));

	for (size_t i = 0; i < nr; i++)
		list[i].point = i;
	/* The most severe comes first. */
	for (size_t i = 0; i < c->nr_effects; i++) {
		struct judged_point *p = &list[c->effects[i].point];

		if (!p->effect)
			p->effect = &c->effects[i];
	}
	if (nr)
		qsort(list, nr, sizeof(*list), compare_points);
	return list;
}
