/* SPDX-License-Identifier: GPL-2.0-only */
#include "choose-points.h"

#include "catalog.h"
#include "macro.h"

static bool is_planned(const struct run_point *points, size_t nr,
		       const struct bench_info *b)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(points[i].plan.id.bench, b->name) == 0)
			return true;
	return false;
}

/*
 * Adds only programs that the points run: a larger image changes the layout of
 * memory.
 */
static enum exit_status find_programs(const struct catalog *c,
				      const struct run_point *points, size_t nr,
				      struct guest_files *files)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < c->nr; i++) {
		const struct bench_info *b = &c->benches[i];

		if (b->nr_programs == 0 || !is_planned(points, nr, b))
			continue;
		for (size_t j = 0; j < b->nr_programs && r == ST_OK; j++)
			r = guest_files_add(files, b->programs[j], b->name);
	}
	return r;
}

enum exit_status choose_points(const char *bench_dir,
			       const struct plan_wish *wish,
			       struct run_point **ret, size_t *nr,
			       struct guest_files *files)
{
	_cleanup_(catalog_release) struct catalog c = { NULL, 0 };
	enum exit_status r = catalog_load(bench_dir, &c);

	if (r == ST_OK)
		r = plan_points(&c, wish, ret, nr);
	return r == ST_OK ? find_programs(&c, *ret, *nr, files) : r;
}
