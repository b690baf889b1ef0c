/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>

#include "alloc.h"
#include "exit-status.h"
#include "explain.h"
#include "file.h"
#include "log.h"

const char *explain_event_name(unsigned event)
{
	return event == EXPLAIN_CYCLES ? "cycles" : profile_event_name(event);
}

unsigned explain_find_event(const char *name)
{
	unsigned i = 0;

	while (i < NR_EXPLAIN_EVENTS && strcmp(explain_event_name(i), name))
		i++;
	return i;
}

static uint64_t event_of(const uint64_t *count, unsigned event)
{
	return event == EXPLAIN_CYCLES ? profile_cycles(count) : count[event];
}

/* --- reading --- */

static enum exit_status check_boot(const struct run *run,
				   const struct run_kernel *k, int boot)
{
	const struct run_boot *b;

	if (boot < 0) {
		log_err("run %s has no profile: kernel %s has no repeat boot; "
			"make one with: cgmark run --profile",
			run->id, k->name);
		return ST_USAGE;
	}
	b = &run->boots[boot];
	switch (boot_trust(b)) {
	case TRUST_GOOD:
		return ST_OK;
	case TRUST_FAILED:
		log_err("boot %s of run %s failed: %s", b->id, run->id,
			b->reason);
		return ST_SUBJECT;
	default:
		log_err("boot %s of run %s did not finish or is damaged", b->id,
			run->id);
		return ST_HOST;
	}
}

static enum exit_status read_profile(const struct run *run,
				     const struct run_boot *b,
				     struct profile *ret)
{
	_cleanup_free_ char *path = run_boot_path(run, b, PROFILE_FILE);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct rec_error err;
	int r = read_regular(path, RUN_FILE_BYTES_MAX, &text);

	if (r == -ENOENT) {
		log_err("run %s has no profile (%s is missing); make one with: "
			"cgmark run --profile",
			run->id, path);
		return ST_USAGE;
	}
	if (r < 0) {
		log_err("cannot read %s: %s", path, read_error(-r));
		return ST_HOST;
	}
	r = profile_parse(text.buf ? text.buf : "", text.len, ret, &err);
	if (r == 0)
		return ST_OK;
	log_err("%s: %s%s", path, r == -ENODATA ? "truncated: " : "", err.text);
	return ST_HOST;
}

/* Points that cannot share a boot have repeat boots of their own. */
static enum exit_status read_others(const struct run *run,
				    struct explain_kernel *k)
{
	for (unsigned i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];
		struct profile more = { 0 };
		enum exit_status r;

		if (b->kernel != k->index || b->role != BOOT_REPEAT ||
		    i == k->boot || !b->planned)
			continue;
		r = check_boot(run, &run->kernels[k->index], (int)i);
		if (r == ST_OK)
			r = read_profile(run, b, &more);
		if (r == ST_OK)
			profile_append(&k->profile, &more);
		profile_release(&more);
		if (r != ST_OK)
			return r;
	}
	return ST_OK;
}

enum exit_status explain_load(const struct run *run, unsigned kernel,
			      struct explain_kernel *ret)
{
	int boot = run_find_boot(run, kernel, 0, BOOT_REPEAT);
	enum exit_status r;

	*ret = (struct explain_kernel){ .index = kernel };
	r = check_boot(run, &run->kernels[kernel], boot);
	if (r != ST_OK)
		return r;
	ret->boot = boot;
	r = read_profile(run, &run->boots[boot], &ret->profile);
	return r == ST_OK ? read_others(run, ret) : r;
}

bool explain_is_profiled(const struct run *run, unsigned kernel)
{
	int boot = run_find_boot(run, kernel, 0, BOOT_REPEAT);
	_cleanup_free_ char *path = NULL;

	/* Of several runs, each boot knows its own. */
	if (boot < 0 || (!run->dir && !run->boots[boot].dir) ||
	    boot_trust(&run->boots[boot]) != TRUST_GOOD)
		return false;
	path = run_boot_path(run, &run->boots[boot], PROFILE_FILE);
	return access(path, F_OK) == 0;
}

void explain_kernel_release(struct explain_kernel *k)
{
	renames_release(&k->renames);
	profile_release(&k->profile);
}

void explain_match(struct explain_kernel kernels[EX_BOTH])
{
	renames_find(&kernels[EX_BASE].profile, &kernels[EX_CONT].profile,
		     &kernels[EX_CONT].renames);
}

/* --- merging two trees --- */

/* By the baseline's name, for which it may have another. */
static unsigned function_of(struct explanation *e, const char *name)
{
	unsigned *at = key_index_at(&e->by_name, name, 0, 0, &e->steps);
	size_t i = e->nr_functions;

	if (*at)
		return *at - 1;
	if (i == e->alloc_functions) {
		e->alloc_functions = 2 * e->alloc_functions + 64;
		e->functions = xreallocarray(e->functions, e->alloc_functions,
					     sizeof(*e->functions));
	}
	e->functions[e->nr_functions++] =
		(struct explain_function){ .name = name, .number = i };
	*at = i + 1;
	return i;
}

static unsigned add_node(struct explanation *e, unsigned parent,
			 unsigned function)
{
	unsigned i = e->nr_nodes++;

	if (i == e->alloc_nodes) {
		e->alloc_nodes = 2 * e->alloc_nodes + 64;
		e->nodes = xreallocarray(e->nodes, e->alloc_nodes,
					 sizeof(*e->nodes));
	}
	e->nodes[i] =
		(struct explain_node){ .parent = parent, .function = function };
	if (i) {
		e->nodes[i].next = e->nodes[parent].first;
		e->nodes[parent].first = i;
	}
	return i;
}

static unsigned child_of(struct explanation *e, unsigned parent,
			 unsigned function)
{
	unsigned *at =
		key_index_at(&e->callees, NULL, parent, function, &e->steps);

	if (!*at)
		*at = add_node(e, parent, function);
	return *at;
}

static unsigned renamed_function(struct explanation *e,
				 const struct explain_kernel *k,
				 const char *name)
{
	const char *was = renames_base(&k->renames, name, &e->steps);
	unsigned i = function_of(e, was ? was : name);

	if (was && !e->functions[i].was) {
		e->functions[i].was = was;
		e->functions[i].name = name;
	}
	return i;
}

static void merge(struct explanation *e, const struct explain_kernel *k,
		  const struct profile_point *p, unsigned side)
{
	_cleanup_free_ unsigned *at = xcalloc(p->nr_nodes + 1, sizeof(*at));

	for (size_t i = 0; i < p->nr_nodes; i++) {
		const struct profile_node *n = &p->nodes[i];
		unsigned function = renamed_function(e, k, n->function);

		at[i + 1] = child_of(e, at[n->parent], function);
		e->nodes[at[i + 1]].self[side] += event_of(n->count, e->event);
		e->functions[function].seen[side] = true;
	}
}

/* A function that calls itself has what it called the first time once. */
static void add_functions(struct explanation *e, unsigned side)
{
	_cleanup_free_ unsigned *entered =
		xcalloc(e->nr_functions + 1, sizeof(*entered));
	unsigned i = e->nodes[0].first;

	while (i) {
		const struct explain_node *n = &e->nodes[i];
		struct explain_function *f = &e->functions[n->function];

		e->steps++;
		f->self[side] += n->self[side];
		if (entered[n->function]++ == 0)
			f->below[side] += n->below[side];
		if (n->first) {
			i = n->first;
			continue;
		}
		/* Up to the next that is not done. */
		while (i && !e->nodes[i].next) {
			entered[e->nodes[i].function]--;
			i = e->nodes[i].parent;
		}
		if (i) {
			entered[e->nodes[i].function]--;
			i = e->nodes[i].next;
		}
	}
}

static void add_up(struct explanation *e, unsigned side)
{
	/* Children have higher indices than their parents. */
	for (size_t i = e->nr_nodes - 1; i > 0; i--) {
		struct explain_node *n = &e->nodes[i];

		n->below[side] += n->self[side];
		e->nodes[n->parent].below[side] += n->below[side];
	}
	add_functions(e, side);
}

static double per_op(const struct explanation *e, const uint64_t v[EX_BOTH],
		     unsigned side)
{
	return (double)v[side] / e->ops[side];
}

double explain_diff_of(const struct explanation *e, const uint64_t v[EX_BOTH])
{
	/* Avoids rounding. */
	if (e->ops[EX_BASE] == e->ops[EX_CONT])
		return (double)((int64_t)v[EX_CONT] - (int64_t)v[EX_BASE]) /
		       e->ops[EX_BASE];
	return per_op(e, v, EX_CONT) - per_op(e, v, EX_BASE);
}

/* Descends from the root while one callee has nearly all of it. */
static unsigned find_main(const struct explanation *e)
{
	double all = explain_diff_of(e, e->nodes[0].below);
	unsigned node = 0, i;

	if (all == 0)
		return 0;
	do {
		for (i = e->nodes[node].first; i; i = e->nodes[i].next)
			if (explain_diff_of(e, e->nodes[i].below) / all >=
			    EXPLAIN_MAIN_SHARE)
				break;
		if (i)
			node = i;
	} while (i);
	return node;
}

static int compare_functions(const void *pa, const void *pb)
{
	const struct explain_function *a = pa, *b = pb;
	double da = fabs(a->self_diff), db = fabs(b->self_diff);

	if (da != db)
		return da > db ? -1 : 1;
	da = fabs(a->below_diff);
	db = fabs(b->below_diff);
	if (da != db)
		return da > db ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void rank(struct explanation *e)
{
	_cleanup_free_ unsigned *place =
		xcalloc(e->nr_functions + 1, sizeof(*place));
	unsigned node = find_main(e);
	unsigned main_number = e->nodes[node].function;

	for (size_t i = 0; i < e->nr_functions; i++) {
		struct explain_function *f = &e->functions[i];

		f->self_diff = explain_diff_of(e, f->self);
		f->below_diff = explain_diff_of(e, f->below);
	}
	if (e->nr_functions)
		qsort(e->functions, e->nr_functions, sizeof(*e->functions),
		      compare_functions);
	for (size_t i = 0; i < e->nr_functions; i++)
		place[e->functions[i].number] = i;
	if (node)
		e->main = &e->functions[place[main_number]];
	for (size_t i = 1; i < e->nr_nodes; i++)
		e->nodes[i].function = place[e->nodes[i].function];
}

/* The profiled boot that has the point. */
static const struct run_boot *
boot_of(const struct run *run, const struct explain_kernel *k, unsigned point)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].kernel == k->index &&
		    run->boots[i].role == BOOT_REPEAT &&
		    boot_plans(&run->boots[i], point))
			return &run->boots[i];
	return &run->boots[k->boot];
}

/* --- totals --- */

/* Of the profiled boot; false without samples. */
static bool total_of_samples(const struct run_boot *b, unsigned point,
			     double *ret, const char **metric)
{
	uint64_t value = 0, ops = 0;

	for (size_t i = 0; i < b->nr_samples; i++) {
		const struct run_sample *s = &b->samples[i];

		if (s->point != point)
			continue;
		value += s->value;
		ops += s->nr_ops;
		*metric = s->metric;
	}
	if (ops)
		*ret = (double)value / ops;
	return ops > 0;
}

static void fill_totals(struct explanation *e)
{
	for (unsigned side = 0; side < EX_BOTH; side++) {
		e->sum[side] = per_op(e, e->nodes[0].below, side);
		/* Samples count instructions only. */
		if (e->event != PROFILE_INSNS)
			e->total[side] = e->sum[side];
	}
	e->remainder = explain_diff(e) - (e->sum[EX_CONT] - e->sum[EX_BASE]);
	/* Less than a millionth of an instruction is rounding. */
	if (fabs(e->remainder) < 1e-6)
		e->remainder = 0;
}

static bool repeats(const struct values *v, const struct run *run,
		    const struct explain_kernel *k, unsigned point)
{
	const struct run_boot *b = boot_of(run, k, point);
	int of = run_find_boot(run, k->index, b->perturbation, BOOT_MEASURE);

	return of >= 0 && values_identical(v, (unsigned)of,
					   (unsigned)(b - run->boots), point);
}

static bool add_side(struct explanation *e, const struct run *run,
		     const struct explain_kernel *k, unsigned point,
		     unsigned side)
{
	const struct run_boot *b = boot_of(run, k, point);
	const struct profile_point *p = profile_find(&k->profile, e->point);

	if (!p || !total_of_samples(b, point, &e->total[side], &e->metric))
		return false;
	e->ops[side] = p->nr_ops * p->samples;
	merge(e, k, p, side);
	add_up(e, side);
	return true;
}

bool explain_has_point(const struct run *run,
		       const struct explain_kernel kernels[EX_BOTH],
		       unsigned point)
{
	const struct plan_point *plan = &run->points[point].plan;
	const char *metric;
	double total;

	for (unsigned i = 0; i < EX_BOTH; i++)
		if (!profile_find(&kernels[i].profile, plan) ||
		    !total_of_samples(boot_of(run, &kernels[i], point), point,
				      &total, &metric))
			return false;
	return true;
}

struct explanation *explain_point(const struct values *v, const struct run *run,
				  const struct explain_kernel kernels[EX_BOTH],
				  unsigned point, unsigned event)
{
	struct explanation *e = xcalloc(1, sizeof(*e));

	e->point = &run->points[point].plan;
	e->event = event;
	e->identical = true;
	add_node(e, 0, 0);
	for (unsigned side = 0; side < EX_BOTH; side++) {
		const struct explain_kernel *k = &kernels[side];

		if (!add_side(e, run, k, point, side)) {
			log_warn("%s %s was not measured on %s (%s)",
				 e->point->id.bench, e->point->id.params,
				 run->kernels[k->index].name,
				 point_status_str(boot_point_status(
					 boot_of(run, k, point), point)));
			explanation_free(e);
			return NULL;
		}
		e->identical = e->identical && repeats(v, run, k, point);
	}
	fill_totals(e);
	rank(e);
	return e;
}

void explanation_free(struct explanation *e)
{
	if (!e)
		return;
	key_index_release(&e->by_name);
	key_index_release(&e->callees);
	free(e->nodes);
	free(e->functions);
	free(e);
}

bool explain_in_doubt(const struct explanation *e)
{
	/* Idle time belongs to no function. */
	if (e->metric && strcmp(e->metric, "insns"))
		return !e->identical;
	return !e->identical ||
	       fabs(e->remainder) >
		       EXPLAIN_REMAINDER_MAX * fabs(explain_diff(e));
}
