/* SPDX-License-Identifier: GPL-2.0-only */
#include "boots.h"

#include "alloc.h"
#include "boot-cpus.h"
#include "boot-order.h"
#include "plan-limits.h"

#define KIB 1024

struct perturbation plan_perturbation(unsigned p, enum boot_role role)
{
	return (struct perturbation){
		.initrd_pad_bytes = (size_t)p * 12 * KIB +
				    (role == BOOT_NULL ? 68 * KIB : 0),
		.mem_mib = 512 + 4 * p,
		.holes = p,
		.phase_ns = (uint64_t)p * 137000,
	};
}

static void add_boot(struct run_boot *boots, size_t *nr,
		     const struct run_kernel *kernels, unsigned kernel,
		     unsigned p, enum boot_role role)
{
	static const char *const suffix[] = {
		[BOOT_MEASURE] = "",	   [BOOT_REPEAT] = "-repeat",
		[BOOT_NULL] = "-null",	   [BOOT_EVENTS] = "-events",
		[BOOT_SETTLE] = "-settle", [BOOT_CONFIRM] = "-confirm",
	};
	struct run_boot *b = &boots[(*nr)++];

	b->id = xasprintf("%s-p%u%s", kernels[kernel].name, p, suffix[role]);
	b->kernel = kernel;
	b->perturbation = p;
	b->role = role;
}

/* Of each perturbation; caller frees. */
static unsigned *kernel_order(size_t nr, const struct plan_boots *how)
{
	size_t cells = nr * how->perturbations;
	unsigned *order = xcalloc(cells + 1, sizeof(*order));

	if (how->shuffle) {
		boot_order(nr, how->perturbations, how->seed, order);
		return order;
	}
	for (size_t i = 0; i < cells; i++)
		order[i] = i % nr;
	return order;
}

static unsigned nth(const struct plan_boots *how, unsigned i)
{
	return how->first + (how->chosen ? how->chosen[i] : i);
}

/*
 * Of all boots, once for each kernel; caller frees.  Perturbations grow with
 * their number: in that order their effect would look like drift.
 */
static unsigned *perturbation_order(const struct plan_boots *how)
{
	unsigned *order = xcalloc(how->perturbations + 1, sizeof(*order));

	if (how->shuffle)
		boot_order(how->perturbations, 1, ~how->seed, order);
	for (unsigned p = 0; !how->shuffle && p < how->perturbations; p++)
		order[p] = p;
	for (unsigned i = 0; i < how->perturbations; i++)
		order[i] = nth(how, order[i]);
	return order;
}

struct run_boot *plan_boots(const struct run_kernel *kernels, size_t nr_kernels,
			    const struct plan_boots *how, size_t *nr)
{
	_cleanup_free_ unsigned *order = kernel_order(nr_kernels, how);
	_cleanup_free_ unsigned *turn = perturbation_order(how);
	size_t max = (nr_kernels + 1) * how->perturbations +
		     nr_kernels * (1 + how->events);
	struct run_boot *boots = xcalloc(max, sizeof(*boots));
	unsigned nulls = PLAN_NULL_BOOTS;
	size_t n = 0;

	if (how->all_null || nulls > how->perturbations)
		nulls = how->perturbations;
	for (unsigned i = 0; i < how->perturbations; i++)
		for (size_t k = 0; k < nr_kernels; k++)
			add_boot(boots, &n, kernels, order[i * nr_kernels + k],
				 turn[i], BOOT_MEASURE);
	for (size_t k = 0; how->repeat && k < nr_kernels; k++)
		add_boot(boots, &n, kernels, k, nth(how, 0), BOOT_REPEAT);
	for (unsigned p = 0; how->null && p < nulls; p++)
		add_boot(boots, &n, kernels, 0, nth(how, p), BOOT_NULL);
	for (unsigned p = 0; p < how->events; p++)
		for (size_t k = 0; k < nr_kernels; k++)
			add_boot(boots, &n, kernels, k, nth(how, p),
				 BOOT_EVENTS);
	*nr = n;
	return boots;
}

/* ---- boots for each number of CPUs ---- */

static bool *copy_planned(const struct run *run, const bool *planned)
{
	bool *ret = xcalloc(run->nr_points + 1, sizeof(*ret));

	memcpy(ret, planned, run->nr_points * sizeof(*ret));
	return ret;
}

/* Boots of the points with that value; how->first goes on for the next one. */
static void add_boots_with(struct run *run, struct plan_boots *how,
			   unsigned cpus)
{
	size_t nr, nr_points;
	_cleanup_free_ bool *planned = boot_cpus_points(run, cpus, &nr_points);
	_cleanup_free_ struct run_boot *boots = NULL;
	bool all = nr_points == run->nr_points;

	/* A run without points is one as well. */
	if (!all && nr_points == 0)
		return;
	boots = plan_boots(run->kernels, run->nr_kernels, how, &nr);
	for (size_t i = 0; i < nr && !all; i++)
		boots[i].planned = copy_planned(run, planned);
	run->boots = xreallocarray(run->boots, run->nr_boots + nr + 1,
				   sizeof(*run->boots));
	memcpy(run->boots + run->nr_boots, boots, nr * sizeof(*boots));
	run->nr_boots += nr;
	how->first += how->perturbations;
}

void plan_run_boots(struct run *run, const struct plan_boots *how)
{
	struct plan_boots some = *how;
	unsigned cpus = 0;

	run->boots = NULL;
	run->nr_boots = 0;
	do
		add_boots_with(run, &some, cpus);
	while (boot_cpus_next(run, cpus, &cpus));
}

/* ---- further boots ---- */

unsigned plan_fresh_perturbation(const struct run *run)
{
	unsigned next = run->perturbations;

	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].perturbation >= next)
			next = run->boots[i].perturbation + 1;
	return next;
}

/*
 * Those with so many CPUs that need more than i perturbations; NULL: none does.
 * Caller frees.
 */
static bool *points_of(const struct run *run, const unsigned *need,
		       unsigned cpus, unsigned i)
{
	bool *planned = xcalloc(run->nr_points + 1, sizeof(*planned));
	bool any = false;

	for (size_t p = 0; p < run->nr_points; p++) {
		planned[p] = need[p] > i &&
			     boot_cpus_of_point(&run->points[p]) == cpus;
		any |= planned[p];
	}
	if (any)
		return planned;
	free(planned);
	return NULL;
}

struct more {
	const struct run *run;
	const struct plan_more *how;
	const unsigned *order; /* of the kernels, under each perturbation */
	unsigned used;	       /* perturbations */
	struct run_boot *boots;
	size_t nr;
};

/* One boot of each kernel that takes part, under the next perturbation. */
static void add_more(struct more *m, const bool *planned)
{
	size_t nr = m->run->nr_kernels;

	m->boots = xreallocarray(m->boots, m->nr + nr, sizeof(*m->boots));
	for (size_t i = 0; i < nr; i++) {
		unsigned k = m->order[m->used * nr + i];
		struct run_boot *b = &m->boots[m->nr];

		if (!m->how->kernels[k])
			continue;
		memset(b, 0, sizeof(*b));
		add_boot(m->boots, &m->nr, m->run->kernels, k,
			 m->how->first + m->used, m->how->role);
		b->planned = copy_planned(m->run, planned);
	}
	m->used++;
}

size_t plan_more_boots(const struct run *run, const struct plan_more *how,
		       struct run_boot **ret)
{
	const struct plan_boots order_how = {
		.perturbations = PLAN_PERTURBATIONS_MAX,
		.shuffle = how->shuffle,
		.seed = how->seed + how->first,
	};
	_cleanup_free_ unsigned *order =
		kernel_order(run->nr_kernels, &order_how);
	struct more m = { .run = run, .how = how, .order = order };
	unsigned cpus = 0;

	do {
		for (unsigned i = 0;
		     how->first + m.used < PLAN_PERTURBATIONS_MAX; i++) {
			_cleanup_free_ bool *planned =
				points_of(run, how->need, cpus, i);

			if (!planned)
				break;
			add_more(&m, planned);
		}
	} while (boot_cpus_next(run, cpus, &cpus));
	*ret = m.boots;
	return m.nr;
}
