/* SPDX-License-Identifier: GPL-2.0-only */
#include "boots.h"
#include "alloc.h"

#define KIB 1024

struct perturbation plan_perturbation(unsigned p, enum boot_role role)
{
	return (struct perturbation){
		.initrd_pad_bytes = (size_t)p * 12 * KIB +
				    (role == BOOT_NULL ? 68 * KIB : 0),
		.mem_mib = 512 + 4 * p,
		.phase_ns = (uint64_t)p * 137000,
	};
}

/* splitmix64: the next number of the stream that the seed determines. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void shuffle(unsigned *order, size_t nr, uint64_t *state)
{
	for (size_t i = nr; i > 1; i--) {
		size_t j = next_random(state) % i;
		unsigned tmp = order[j];

		order[j] = order[i - 1];
		order[i - 1] = tmp;
	}
}

static void reverse(unsigned *order, size_t nr)
{
	for (size_t i = 0; i < nr / 2; i++) {
		unsigned tmp = order[i];

		order[i] = order[nr - 1 - i];
		order[nr - 1 - i] = tmp;
	}
}

static void add_boot(struct run_boot *boots, size_t *nr,
		     const struct run_kernel *kernels, unsigned kernel,
		     unsigned p, enum boot_role role)
{
	static const char *const suffix[] = {
		[BOOT_MEASURE] = "",
		[BOOT_REPEAT] = "-repeat",
		[BOOT_NULL] = "-null",
		[BOOT_EVENTS] = "-events",
	};
	struct run_boot *b = &boots[(*nr)++];

	b->id = xasprintf("%s-p%u%s", kernels[kernel].name, p, suffix[role]);
	b->kernel = kernel;
	b->perturbation = p;
	b->role = role;
}

struct run_boot *plan_boots(const struct run_kernel *kernels, size_t nr_kernels,
			    const struct plan_boots *how, size_t *nr)
{
	_cleanup_free_ unsigned *order = xcalloc(nr_kernels, sizeof(*order));
	size_t max = (nr_kernels + 1) * how->perturbations +
		     nr_kernels * (1 + how->events);
	struct run_boot *boots = xcalloc(max, sizeof(*boots));
	unsigned nulls = PLAN_NULL_BOOTS;
	uint64_t state = how->seed;
	size_t n = 0;

	if (nulls > how->perturbations)
		nulls = how->perturbations;
	for (size_t k = 0; k < nr_kernels; k++)
		order[k] = k;
	for (unsigned p = 0; p < how->perturbations; p++) {
		if (how->shuffle && p % 2 == 0)
			shuffle(order, nr_kernels, &state);
		else if (how->shuffle)
			reverse(order, nr_kernels);
		for (size_t k = 0; k < nr_kernels; k++)
			add_boot(boots, &n, kernels, order[k], p, BOOT_MEASURE);
	}
	for (size_t k = 0; how->repeat && k < nr_kernels; k++)
		add_boot(boots, &n, kernels, k, 0, BOOT_REPEAT);
	for (unsigned p = 0; how->null && p < nulls; p++)
		add_boot(boots, &n, kernels, 0, p, BOOT_NULL);
	for (unsigned p = 0; p < how->events; p++)
		for (size_t k = 0; k < nr_kernels; k++)
			add_boot(boots, &n, kernels, k, p, BOOT_EVENTS);
	*nr = n;
	return boots;
}
