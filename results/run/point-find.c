/* SPDX-License-Identifier: GPL-2.0-only */
#include "point-find.h"

#include <string.h>

/* name is not NUL-terminated. */
static bool has_name(const struct plan_point *p, const char *name, size_t len)
{
	size_t bench = strlen(p->id.bench), params = strlen(p->id.params);

	if (len < bench || memcmp(name, p->id.bench, bench))
		return false;
	if (!params)
		return len == bench;
	return len == bench + 1 + params && name[bench] == ' ' &&
	       !memcmp(name + bench + 1, p->id.params, params);
}

size_t point_find(struct point_find *f, const struct point_id *id)
{
	for (size_t n = 0; n < f->nr_points; n++) {
		size_t i = (f->hint + n) % f->nr_points;

		if (!point_same(&f->points[i].plan.id, id))
			continue;
		f->hint = i;
		return i;
	}
	return NO_POINT;
}

size_t point_find_name(struct point_find *f, const char *name, size_t len)
{
	for (size_t n = 0; n < f->nr_points; n++) {
		size_t i = (f->hint + n) % f->nr_points;

		if (!has_name(&f->points[i].plan, name, len))
			continue;
		f->hint = i;
		return i;
	}
	return NO_POINT;
}
