/* SPDX-License-Identifier: GPL-2.0-only */
#include "findings.h"

#include "alloc.h"

static void add_events(struct findings *f, int contender)
{
	const struct comparison *c = f->comparison;

	f->events[f->nr_events++] =
		event_table_new(c->values, c->run, c->base, contender);
}

static void add_ways(struct findings *f, unsigned kernel)
{
	const struct comparison *c = f->comparison;

	f->ways[f->nr_ways++] = way_table_new(c->values, c->run, kernel);
}

struct findings *findings_new(const struct run *run, unsigned base,
			      const unsigned *contenders, size_t nr)
{
	struct findings *f = xcalloc(1, sizeof(*f));
	struct comparison *c = compare_run(run, base, contenders, nr);

	f->comparison = c;
	f->table = kernel_table_new(c);
	f->rows = xcalloc(nr + 1, sizeof(*f->rows));
	f->events = xcalloc(nr + 1, sizeof(*f->events));
	f->ways = xcalloc(nr + 1, sizeof(*f->ways));
	add_ways(f, base);
	for (size_t i = 0; i < nr; i++) {
		f->rows[i] = row_list_new(c->values, run, base, contenders[i]);
		add_events(f, (int)contenders[i]);
		add_ways(f, contenders[i]);
	}
	if (nr == 0)
		add_events(f, -1);
	return f;
}

void findings_free(struct findings *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->comparison->nr_contenders; i++)
		row_list_free(f->rows[i]);
	for (size_t i = 0; i < f->nr_events; i++)
		event_table_free(f->events[i]);
	for (size_t i = 0; i < f->nr_ways; i++)
		way_table_free(f->ways[i]);
	free(f->ways);
	calibration_free(f->calibration);
	free(f->rows);
	free(f->events);
	kernel_table_free(f->table);
	compare_free(f->comparison);
	free(f);
}
