/* SPDX-License-Identifier: GPL-2.0-only */
#include "shards.h"

#include "alloc.h"

/* Of each boot: how many other perturbations came before its own. */
static unsigned *rank_perturbations(const struct run *run, unsigned *nr)
{
	unsigned *rank = xcalloc(run->nr_boots + 1, sizeof(*rank));

	*nr = 0;
	for (size_t i = 0; i < run->nr_boots; i++) {
		size_t j = 0;

		while (run->boots[j].perturbation != run->boots[i].perturbation)
			j++;
		rank[i] = j < i ? rank[j] : (*nr)++;
	}
	return rank;
}

unsigned plan_shards_max(const struct run *run, bool exact)
{
	unsigned nr;
	_cleanup_free_ unsigned *rank = rank_perturbations(run, &nr);

	return exact ? (unsigned)run->nr_boots : nr;
}

/* Keeps those boots of which whose[] is the number. */
static void keep_boots(struct run *run, const unsigned *whose, unsigned number)
{
	size_t nr = 0;

	for (size_t i = 0; i < run->nr_boots; i++) {
		if (whose[i] == number)
			run->boots[nr++] = run->boots[i];
		else
			run_boot_release(&run->boots[i], run->nr_points);
	}
	run->nr_boots = nr;
}

void plan_shard(struct run *run, unsigned number, unsigned of)
{
	unsigned nr;
	_cleanup_free_ unsigned *whose = rank_perturbations(run, &nr);
	struct run_shard *s = &run->shard;

	*s = (struct run_shard){
		.number = number,
		.of = of,
		.boots = xcalloc(run->nr_boots + 1, sizeof(*s->boots)),
		.nr_boots = run->nr_boots,
	};
	for (size_t i = 0; i < run->nr_boots; i++) {
		/* A shard that is lost takes along as few perturbations as can be. */
		unsigned part = of <= nr ? whose[i] : (unsigned)i;

		whose[i] = part % of + 1;
		run_boot_copy_plan(&s->boots[i], &run->boots[i],
				   run->nr_points);
	}
	keep_boots(run, whose, number);
}
