/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain-sharing.h"

#include "alloc.h"
#include "compare.h"
#include "log.h"
#include "number.h"
#include "objdump.h"
#include "shared-text.h"

struct list {
	struct shared_diff **diffs;
	size_t nr;
	size_t nr_equal; /* left out */
};

/* The verdict on the moves of a point, or NULL. */
static const struct effect *verdict_of(const struct comparison *c,
				       unsigned point)
{
	for (size_t i = 0; c && i < c->nr_effects; i++)
		if (c->effects[i].point == point &&
		    strcmp(c->effects[i].metric, SHARING_MOVES) == 0)
			return &c->effects[i];
	return NULL;
}

static int compare_diffs(const void *pa, const void *pb)
{
	const struct shared_diff *a = *(struct shared_diff *const *)pa;
	const struct shared_diff *b = *(struct shared_diff *const *)pb;
	unsigned x = a->effect ? verdict_rank(a->effect->verdict) : ~0u;
	unsigned y = b->effect ? verdict_rank(b->effect->verdict) : ~0u;
	double da = a->moves[EX_CONT] - a->moves[EX_BASE];
	double db = b->moves[EX_CONT] - b->moves[EX_BASE];

	if (x != y)
		return x < y ? -1 : 1;
	da = da < 0 ? -da : da;
	db = db < 0 ? -db : db;
	return (da < db) - (da > db);
}

static void collect(const struct explain_sharing *how,
		    const struct shared_kernel k[EX_BOTH],
		    const struct comparison *c, struct list *ret)
{
	const struct run *run = how->run;

	ret->diffs = xcalloc(run->nr_points + 1, sizeof(struct shared_diff *));
	for (unsigned i = 0; i < run->nr_points; i++) {
		struct shared_diff *d =
			how->wanted[i]
				? shared_diff_new(&run->points[i].plan, k)
				: NULL;

		if (!d)
			continue;
		d->effect = verdict_of(c, i);
		if (c && !how->named &&
		    (!d->effect || !verdict_changed(d->effect->verdict))) {
			ret->nr_equal++;
			shared_diff_free(d);
			continue;
		}
		ret->diffs[ret->nr++] = d;
	}
	/* Of one kernel in the order of the run. */
	if (c && ret->nr)
		qsort(ret->diffs, ret->nr, sizeof(*ret->diffs), compare_diffs);
}

static void print_all(const struct shared_view *v, const struct list *l)
{
	for (size_t i = 0; i < l->nr; i++) {
		if (i)
			putchar('\n');
		shared_print_text(stdout, v, l->diffs[i]);
	}
	if (l->nr_equal)
		printf("%s%zu point%s no changed verdict on moves; BENCH '*' "
		       "shows all points.\n",
		       l->nr ? "\n" : "", l->nr_equal,
		       l->nr_equal == 1 ? " has" : "s have");
	putchar('\n');
	print_wrapped(stdout, "", shared_limits);
}

/* The caller closes them in any case. */
static enum exit_status open_fields(const struct explain_sharing *how,
				    const struct shared_kernel k[EX_BOTH],
				    struct fields *ret[EX_BOTH])
{
	for (unsigned i = 0; i < EX_BOTH; i++) {
		const struct run_kernel *kernel =
			&how->run->kernels[k[i].index];
		enum exit_status st = vmlinux_check(kernel);
		int r = st == ST_OK ? fields_open(kernel->image, &ret[i]) : 0;

		if (r == -ENODATA)
			log_err("kernel %s: %s has no debug information and so "
				"no fields; the config fragment debug-info "
				"makes it",
				kernel->name, kernel->image);
		if (st != ST_OK || r < 0)
			return st != ST_OK     ? st
			       : r == -ENODATA ? ST_USAGE
					       : ST_HOST;
	}
	return ST_OK;
}

static enum exit_status show(const struct explain_sharing *how,
			     const struct shared_kernel k[EX_BOTH])
{
	_cleanup_(compare_freep) struct comparison *c = NULL;
	struct fields *fields[EX_BOTH] = { NULL };
	const struct shared_view v = {
		.run = how->run, .kernels = k, .top = how->top, .fields = fields
	};
	enum exit_status r = ST_OK;
	struct list l = { NULL };

	if (k[EX_BASE].index != k[EX_CONT].index)
		c = compare_run(how->run, k[EX_BASE].index, &k[EX_CONT].index,
				1);
	collect(how, k, c, &l);
	if (how->source)
		r = open_fields(how, k, fields);
	if (r != ST_OK) {
		/* It was logged. */
	} else if (l.nr + l.nr_equal == 0) {
		log_err("nothing to explain: no such point has workers on "
			"several CPUs (twin/*)");
		r = ST_USAGE;
	} else if (!how->json) {
		print_all(&v, &l);
	} else if (shared_print_json(stdout, &v, l.diffs, l.nr) < 0) {
		log_err("cannot print");
		r = ST_HOST;
	}
	for (size_t i = 0; i < l.nr; i++)
		shared_diff_free(l.diffs[i]);
	free(l.diffs);
	for (unsigned i = 0; i < EX_BOTH; i++)
		fields_close(fields[i]);
	return r;
}

enum exit_status explain_sharing(const struct explain_sharing *how)
{
	struct shared_kernel k[EX_BOTH] = { 0 };
	enum exit_status r = ST_OK;

	for (unsigned i = 0; i < EX_BOTH && r == ST_OK; i++)
		r = shared_load(how->run, how->kernels[i], &k[i]);
	if (r == ST_OK)
		r = show(how, k);
	for (unsigned i = 0; i < EX_BOTH; i++)
		sharing_release(&k[i].sharing);
	return r;
}
