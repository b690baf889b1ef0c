/* SPDX-License-Identifier: GPL-2.0-only */
#include "boots.h"
#include "alloc.h"
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
	return how->chosen ? how->chosen[i] : i;
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
	for (unsigned p = 0; p < how->perturbations; p++)
		order[p] = nth(how, order[p]);
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

unsigned plan_fresh_perturbation(const struct run *run)
{
	unsigned next = run->perturbations;

	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].perturbation >= next)
			next = run->boots[i].perturbation + 1;
	return next;
}

/* Those that need more than i perturbations; NULL: none does.  Caller frees. */
static bool *points_of(const struct run *run, const unsigned *need, unsigned i)
{
	bool *planned = xcalloc(run->nr_points + 1, sizeof(*planned));
	bool any = false;

	for (size_t p = 0; p < run->nr_points; p++) {
		planned[p] = need[p] > i;
		any |= planned[p];
	}
	if (any)
		return planned;
	free(planned);
	return NULL;
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
	struct run_boot *boots = NULL;
	size_t nr = 0;

	for (unsigned i = 0; how->first + i < PLAN_PERTURBATIONS_MAX; i++) {
		_cleanup_free_ bool *planned = points_of(run, how->need, i);

		if (!planned)
			break;
		boots = xreallocarray(boots, nr + run->nr_kernels,
				      sizeof(*boots));
		for (size_t j = 0; j < run->nr_kernels; j++) {
			unsigned k = order[i * run->nr_kernels + j];
			struct run_boot *b = &boots[nr];

			if (!how->kernels[k])
				continue;
			memset(b, 0, sizeof(*b));
			add_boot(boots, &nr, run->kernels, k, how->first + i,
				 how->role);
			b->planned =
				xcalloc(run->nr_points + 1, sizeof(*planned));
			memcpy(b->planned, planned,
			       run->nr_points * sizeof(*planned));
		}
	}
	*ret = boots;
	return nr;
}
