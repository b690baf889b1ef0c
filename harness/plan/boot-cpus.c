/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-cpus.h"

#include "alloc.h"
#include "record.h"
#include "text.h"

/* 0 for "real", which is implied, and without the param; -1: no number of CPUs. */
static int value_of(const struct run_point *p)
{
	char text[REC_PARAMS_MAX];
	uint64_t cpus;

	if (rec_param_get(p->plan.id.params, BOOT_CPUS_PARAM, text,
			  sizeof(text)) < 0 ||
	    strcmp(text, "real") == 0)
		return 0;
	if (text_u64(text, BOOT_CPUS_MAX, &cpus) < 0 || cpus == 0)
		return -1;
	return (int)cpus;
}

unsigned boot_cpus_of_point(const struct run_point *p)
{
	int cpus = value_of(p);

	return cpus < 0 ? 0 : (unsigned)cpus;
}

const struct run_point *boot_cpus_bad(const struct run *run)
{
	for (size_t i = 0; i < run->nr_points; i++)
		if (value_of(&run->points[i]) < 0)
			return &run->points[i];
	return NULL;
}

unsigned boot_cpus_of(const struct run *run, const struct run_boot *b)
{
	for (size_t i = 0; i < run->nr_points; i++)
		if (boot_plans(b, i))
			return boot_cpus_of_point(&run->points[i]);
	return 0;
}

bool boot_cpus_next(const struct run *run, unsigned above, unsigned *ret)
{
	bool found = false;

	for (size_t i = 0; i < run->nr_points; i++) {
		unsigned cpus = boot_cpus_of_point(&run->points[i]);

		if (cpus <= above || (found && cpus >= *ret))
			continue;
		*ret = cpus;
		found = true;
	}
	return found;
}

size_t boot_cpus_nr(const struct run *run)
{
	unsigned cpus = 0;
	bool none = false;
	size_t nr = 0;

	for (size_t i = 0; i < run->nr_points; i++)
		none = none || boot_cpus_of_point(&run->points[i]) == 0;
	while (boot_cpus_next(run, cpus, &cpus))
		nr++;
	return nr == 0 || none ? nr + 1 : nr;
}

bool *boot_cpus_points(const struct run *run, unsigned cpus, size_t *nr)
{
	bool *planned = xcalloc(run->nr_points + 1, sizeof(*planned));

	*nr = 0;
	for (size_t i = 0; i < run->nr_points; i++) {
		planned[i] = boot_cpus_of_point(&run->points[i]) == cpus;
		*nr += planned[i];
	}
	return planned;
}
