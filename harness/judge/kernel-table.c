/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel-table.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "stats.h"

/*
 * Effects by point: those of point p are order[first[p]..first[p + 1]).  One a
 * point, metric and contender: those on the p99 of time are not among them.
 */
struct effect_index {
	const struct comparison *c;
	size_t *first;
	const struct effect **order;
};

static void index_effects(const struct comparison *c, struct effect_index *ix)
{
	size_t nr_points = c->run->nr_points;
	_cleanup_free_ size_t *next = xcalloc(nr_points + 1, sizeof(*next));

	ix->c = c;
	ix->first = xcalloc(nr_points + 1, sizeof(*ix->first));
	ix->order = xcalloc(c->nr_effects + 1, sizeof(*ix->order));
	for (size_t i = 0; i < c->nr_effects; i++)
		ix->first[c->effects[i].point + 1] += !c->effects[i].p99;
	for (size_t p = 0; p < nr_points; p++)
		ix->first[p + 1] += ix->first[p];
	memcpy(next, ix->first, (nr_points + 1) * sizeof(*next));
	for (size_t i = 0; i < c->nr_effects; i++)
		if (!c->effects[i].p99)
			ix->order[next[c->effects[i].point]++] = &c->effects[i];
}

static void index_release(struct effect_index *ix)
{
	free(ix->first);
	free(ix->order);
}

/* ---- one cell ---- */

static const struct effect *find_effect(const struct effect_index *ix,
					unsigned kernel,
					const struct kernel_row *row)
{
	const struct effect *unmeasured = NULL;

	for (size_t i = ix->first[row->point]; i < ix->first[row->point + 1];
	     i++) {
		const struct effect *e = ix->order[i];

		if (e->contender != kernel)
			continue;
		if (strcmp(e->metric, row->metric) == 0)
			return e;
		if (!*e->metric)
			unmeasured = e;
	}
	return unmeasured;
}

/* The status of a point in one boot; a splat fails all of its points. */
static enum point_status boot_status(const struct run_boot *b, unsigned point,
				     const char **why)
{
	*why = "";
	switch (boot_trust(b)) {
	case TRUST_GOOD:
		*why = boot_point_text(b, point);
		return boot_point_status(b, point);
	case TRUST_FAILED:
		*why = b->splat && *b->splat ? b->splat
		       : b->reason	     ? b->reason
					     : "";
		return b->blame == BLAME_SUBJECT ? POINT_FAIL : POINT_MISSING;
	case TRUST_DAMAGED:
		*why = "the samples of a boot are damaged";
		return POINT_MISSING;
	case TRUST_MISSING:
		*why = b->finished && b->reason ? b->reason : "";
	}
	return POINT_MISSING;
}

/* Of the boots that compare_run() goes by. */
static void find_status(const struct run *run, unsigned kernel, unsigned point,
			struct kernel_cell *cell)
{
	unsigned good = 0, skipped = 0;
	const char *skip_why = "";

	cell->status = POINT_SKIP;
	cell->why = "";
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];
		enum point_status st;
		const char *why;

		if (b->kernel != kernel || b->role == BOOT_NULL ||
		    b->role == BOOT_EVENTS || !boot_plans(b, point))
			continue;
		st = boot_status(b, point, &why);
		good += boot_trust(b) == TRUST_GOOD;
		if (st == POINT_SKIP) {
			skipped++;
			skip_why = why;
		}
		if (st < cell->status) {
			cell->status = st;
			cell->why = why;
		}
		if (b->role != BOOT_MEASURE)
			continue;
		cell->nr_planned++;
		cell->nr_failed += st < POINT_DONE;
	}
	if (skipped == 0 && cell->status == POINT_SKIP)
		cell->status = POINT_MISSING;
	if (skipped > 0 && skipped == good) {
		cell->status = POINT_SKIP;
		cell->why = skip_why;
	}
}

static void find_values(const struct comparison *c, unsigned kernel,
			const struct kernel_row *row, struct kernel_cell *cell)
{
	const struct run *run = c->run;

	cell->boots = xcalloc(run->nr_boots + 1, sizeof(*cell->boots));
	for (unsigned b = 0; b < run->nr_boots; b++) {
		double v;

		if (cell->status == POINT_SKIP ||
		    run->boots[b].kernel != kernel ||
		    run->boots[b].role != BOOT_MEASURE ||
		    boot_trust(&run->boots[b]) != TRUST_GOOD)
			continue;
		v = values_centre(c->values, b, row->point, row->metric);
		if (!isnan(v))
			cell->boots[cell->nr_boots++] = v;
	}
	cell->value = stats_median(cell->boots, cell->nr_boots);
}

static void take_values(struct kernel_cell *cell, const struct effect *e,
			const double *boots, double value)
{
	cell->boots = xcalloc(e->nr_boots, sizeof(*cell->boots));
	memcpy(cell->boots, boots, e->nr_boots * sizeof(*boots));
	cell->nr_boots = e->nr_boots;
	cell->value = value;
}

/* Values that a verdict rests on, or else those of all boots. */
static void fill_values(const struct kernel_table *t, struct kernel_row *row)
{
	struct kernel_cell *base = &row->cells[0];

	for (size_t k = 1; k < t->nr_kernels; k++) {
		struct kernel_cell *cell = &row->cells[k];
		const struct effect *e = cell->effect;

		row->changed |= e && effect_changed(e);
		/* Boots of time are in no pairs. */
		if (!e || e->nr_boots == 0 || !e->cont) {
			find_values(t->comparison, t->kernels[k], row, cell);
			continue;
		}
		take_values(cell, e, e->cont, e->cont_median);
		if (!base->boots)
			take_values(base, e, e->base, e->base_median);
	}
	if (!base->boots)
		find_values(t->comparison, t->kernels[0], row, base);
}

/* ---- rows ---- */

static bool has_row(const struct kernel_table *t, unsigned point,
		    const char *metric)
{
	for (size_t i = 0; i < t->nr; i++) {
		if (t->rows[i].point == point &&
		    strcmp(t->rows[i].metric, metric) == 0)
			return true;
	}
	return false;
}

static void add_row(struct kernel_table *t, const struct effect_index *ix,
		    unsigned point, const char *metric)
{
	const struct comparison *c = t->comparison;
	const struct plan_point *plan = &c->run->points[point].plan;
	struct kernel_row *row;

	t->rows = xreallocarray(t->rows, t->nr + 1, sizeof(*t->rows));
	row = &t->rows[t->nr++];
	*row = (struct kernel_row){
		.point = point,
		.bench = plan->id.bench,
		.version = plan->id.version,
		.params = plan->id.params,
		.metric = metric,
		.cells = xcalloc(t->nr_kernels, sizeof(*row->cells)),
	};
	for (size_t k = 0; k < t->nr_kernels; k++) {
		struct kernel_cell *cell = &row->cells[k];

		find_status(c->run, t->kernels[k], point, cell);
		if (k > 0)
			cell->effect = find_effect(ix, t->kernels[k], row);
	}
	fill_values(t, row);
}

/* The metric of a point that no contender could be compared at, or "". */
static const char *any_metric(const struct kernel_table *t, unsigned point)
{
	for (size_t k = 0; k < t->nr_kernels; k++) {
		const char *name = values_metric(t->comparison->values,
						 t->kernels[k], point, 0);

		if (name)
			return name;
	}
	return "";
}

static bool point_has_metric(const struct effect_index *ix, unsigned point)
{
	for (size_t i = ix->first[point]; i < ix->first[point + 1]; i++) {
		if (*ix->order[i]->metric)
			return true;
	}
	return false;
}

static void add_rows(struct kernel_table *t, const struct effect_index *ix)
{
	const struct comparison *c = t->comparison;

	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];

		/* One contender measured nothing where others did. */
		if (!*e->metric && point_has_metric(ix, e->point))
			continue;
		if (!has_row(t, e->point, e->metric))
			add_row(t, ix, e->point, e->metric);
	}
	for (unsigned p = 0; p < c->run->nr_points; p++) {
		if (ix->first[p] == ix->first[p + 1])
			add_row(t, ix, p, any_metric(t, p));
	}
}

struct kernel_table *kernel_table_new(const struct comparison *c)
{
	struct kernel_table *t = xcalloc(1, sizeof(*t));
	_cleanup_(index_release) struct effect_index ix;

	t->comparison = c;
	t->nr_kernels = c->nr_contenders + 1;
	t->kernels = xcalloc(t->nr_kernels, sizeof(*t->kernels));
	t->kernels[0] = c->base;
	for (size_t i = 0; i < c->nr_contenders; i++)
		t->kernels[i + 1] = c->contenders[i];
	index_effects(c, &ix);
	add_rows(t, &ix);
	return t;
}

void kernel_table_free(struct kernel_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nr; i++) {
		for (size_t k = 0; k < t->nr_kernels; k++)
			free(t->rows[i].cells[k].boots);
		free(t->rows[i].cells);
	}
	free(t->rows);
	free(t->kernels);
	free(t);
}
