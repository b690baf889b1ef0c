/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a run.  How it could go wrong: a boot that is in two parts, or in none; a
 * part without boots; two machines that do not agree on whose a boot is; where time is
 * measured, kernels of one perturbation on two machines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alloc.h"
#include "boots.h"
#include "shards.h"

#define PERTURBATIONS 8

static struct run *planned_run(bool exact, unsigned perturbations)
{
	static const char *const names[] = { "base", "v1", "v2" };
	const struct plan_boots how = {
		.perturbations = perturbations,
		.repeat = exact,
		.null = exact,
		.events = 1,
		.shuffle = !exact,
		.seed = 5,
	};
	struct run *run = run_new();

	run->perturbations = perturbations;
	run->nr_kernels = ARRAY_SIZE(names);
	run->kernels = xcalloc(run->nr_kernels, sizeof(*run->kernels));
	for (size_t i = 0; i < run->nr_kernels; i++)
		run->kernels[i].name = xstrdup(names[i]);
	run->nr_points = 1;
	run->points = xcalloc(1, sizeof(*run->points));
	plan_run_boots(run, &how);
	return run;
}

static void same_boot(const struct run_boot *a, const struct run_boot *b)
{
	assert_string_equal(a->id, b->id);
	assert_int_equal(a->kernel, b->kernel);
	assert_int_equal(a->perturbation, b->perturbation);
	assert_int_equal(a->role, b->role);
}

static size_t index_of(const struct run *all, const char *id)
{
	for (size_t i = 0; i < all->nr_boots; i++)
		if (!strcmp(all->boots[i].id, id))
			return i;
	fail_msg("boot %s was not planned", id);
	return 0;
}

/* Counts in *seen how often each boot of all is in that part. */
static void check_part(const struct run *all, unsigned *seen, bool exact,
		       unsigned number, unsigned of)
{
	struct run *run = planned_run(exact, all->perturbations);
	size_t last = 0;

	plan_shard(run, number, of);
	assert_true(run->nr_boots > 0);
	assert_int_equal(run->shard.number, number);
	assert_int_equal(run->shard.of, of);
	assert_int_equal(run->shard.nr_boots, all->nr_boots);
	for (size_t i = 0; i < all->nr_boots; i++)
		same_boot(&run->shard.boots[i], &all->boots[i]);
	for (size_t i = 0; i < run->nr_boots; i++) {
		size_t at = index_of(all, run->boots[i].id);

		same_boot(&run->boots[i], &all->boots[at]);
		assert_true(i == 0 || at > last);
		last = at;
		seen[at]++;
	}
	run_free(run);
}

static void check_parts(bool exact, unsigned perturbations, unsigned of)
{
	struct run *all = planned_run(exact, perturbations);
	_cleanup_free_ unsigned *seen = xcalloc(all->nr_boots, sizeof(*seen));

	for (unsigned i = 1; i <= of; i++)
		check_part(all, seen, exact, i, of);
	for (size_t i = 0; i < all->nr_boots; i++)
		assert_int_equal(seen[i], 1);
	run_free(all);
}

static void each_boot_is_in_one_part(void **state)
{
	for (int exact = 0; exact < 2; exact++) {
		struct run *run = planned_run(exact, PERTURBATIONS);
		unsigned max = plan_shards_max(run, exact);

		assert_int_equal(max, exact ? run->nr_boots : PERTURBATIONS);
		run_free(run);
		for (unsigned of = 1; of <= max; of++)
			check_parts(exact, PERTURBATIONS, of);
	}
	check_parts(false, 1, 1);
}

static void perturbations_stay_together(void **state)
{
	for (unsigned of = 1; of <= PERTURBATIONS; of++) {
		unsigned whose[PERTURBATIONS] = { 0 };

		for (unsigned i = 1; i <= of; i++) {
			struct run *run = planned_run(false, PERTURBATIONS);

			plan_shard(run, i, of);
			for (size_t b = 0; b < run->nr_boots; b++) {
				unsigned p = run->boots[b].perturbation;

				assert_true(!whose[p] || whose[p] == i);
				whose[p] = i;
			}
			run_free(run);
		}
	}
}

/* What a boot of few points has is its own, also in the plan. */
static void points_come_along(void **state)
{
	struct run *run = planned_run(true, 2);

	run->boots[3].planned = xcalloc(2, sizeof(bool));
	plan_shard(run, 1, 1);
	assert_ptr_not_equal(run->boots[3].planned,
			     run->shard.boots[3].planned);
	assert_false(boot_plans(&run->shard.boots[3], 0));
	assert_true(boot_plans(&run->shard.boots[2], 0));
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_boot_is_in_one_part),
		cmocka_unit_test(perturbations_stay_together),
		cmocka_unit_test(points_come_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
