/* SPDX-License-Identifier: GPL-2.0-only */
#include "calls.h"

#include <errno.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "profile.h"
#include "values.h"

/* What pays; the node of a profile above it is the place. */
#define PAYS "cgmark_cost_pay"

/*
 * Calls of the function in all: how often its first instruction ran.  The ranges
 * of a function are in ascending order.
 */
static uint64_t calls_in_all(const struct profile_point *p)
{
	for (size_t i = 0; i < p->nr_ranges; i++)
		if (!strcmp(p->ranges[i].function, PAYS))
			return p->ranges[i].count;
	return 0;
}

/* With no cost, each call executes the same: a part of it is one of the calls. */
static void read_point(const struct profile_point *p, struct calls *ret,
		       size_t point)
{
	uint64_t all = 0;
	/* An operation makes so many. */
	double calls = (double)calls_in_all(p) /
		       ((double)p->nr_ops * (double)p->samples);

	for (size_t i = 0; i < p->nr_nodes; i++)
		if (!strcmp(p->nodes[i].function, PAYS))
			all += p->nodes[i].count[PROFILE_INSNS];
	for (size_t i = 0; all > 0 && i < p->nr_nodes; i++) {
		const struct profile_node *n = &p->nodes[i];

		if (strcmp(n->function, PAYS) != 0 || n->parent == 0)
			continue;
		for (unsigned k = 0; k < NR_COST_PLACES; k++)
			if (!strcmp(p->nodes[n->parent - 1].function,
				    cost_places[k].function))
				ret->per_op[k * ret->nr_points + point] +=
					calls *
					(double)n->count[PROFILE_INSNS] /
					(double)all;
	}
}

static int find_profiled(const struct run *run)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].role == BOOT_REPEAT &&
		    run->boots[i].kernel == 0 &&
		    boot_trust(&run->boots[i]) == TRUST_GOOD)
			return (int)i;
	return -1;
}

static int read_profile(const struct run *run, const struct run_boot *b,
			struct profile *ret)
{
	_cleanup_free_ char *path = run_boot_path(run, b, PROFILE_FILE);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct rec_error err;
	int r = read_regular(path, RUN_FILE_BYTES_MAX, &text);

	if (r < 0) {
		log_err("cannot read %s: %s", path, read_error(-r));
		return r;
	}
	r = profile_parse(text.buf ? text.buf : "", text.len, ret, &err);
	if (r < 0)
		log_err("%s:%u: %s", path, err.line, err.text);
	return r;
}

int calls_read(const struct run *run, struct calls *ret)
{
	int boot = find_profiled(run);
	struct profile profile = { .nr_points = 0 };
	int r;

	ret->nr_points = run->nr_points;
	ret->per_op = xcalloc(NR_COST_PLACES * run->nr_points + 1,
			      sizeof(*ret->per_op));
	if (boot < 0) {
		log_err("run %s has no profile that can be trusted", run->id);
		return -ENODATA;
	}
	r = read_profile(run, &run->boots[boot], &profile);
	for (size_t i = 0; r == 0 && i < run->nr_points; i++) {
		const struct profile_point *p =
			profile_find(&profile, &run->points[i].plan);

		if (p && p->nr_ops > 0 && p->samples > 0)
			read_point(p, ret, i);
	}
	profile_release(&profile);
	return r;
}

void calls_release(struct calls *c)
{
	free(c->per_op);
	c->per_op = NULL;
}
