/* SPDX-License-Identifier: GPL-2.0-only */
/* The order in which points are explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "synth.h"
#include "verdict-order.h"

static const struct synth_point points[] = {
	{ "a", "-", "insns" }, { "b", "-", "insns" }, { "c", "-", "insns" },
	{ "d", "-", "insns" }, { "e", "-", "insns" },
};

#define NR_POINTS ARRAY_SIZE(points)

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	const double *factor = arg;

	return kernel ? 10000 * factor[point] : 10000;
}

static struct run *make_run(double *factor, size_t nr, unsigned perturbations)
{
	static const char *const kernels[] = { "base", "v1" };
	const struct synth s = {
		.kernels = kernels,
		.nr_kernels = 2,
		.points = points,
		.nr_points = nr,
		.perturbations = perturbations,
		.fn = cost,
		.arg = factor,
	};

	return synth_run(&s);
}

static void check_order(double *factor, size_t nr, unsigned boots,
			const char *want)
{
	static const unsigned contender = 1;
	struct run *run = make_run(factor, nr, boots);
	struct comparison *c = compare_run(run, 0, &contender, 1);
	_cleanup_free_ struct judged_point *list = verdict_order(c);
	char got[NR_POINTS + 1] = "";

	for (size_t i = 0; i < nr; i++)
		got[i] = *points[list[i].point].bench;
	assert_string_equal(got, want);
	compare_free(c);
	run_free(run);
}

static void test_order(void **state)
{
	double mixed[NR_POINTS] = { 1, 0.5, 1.05, 1.2, 0.9 };
	double same[NR_POINTS] = { 1, 1, 1, 1, 1 };

	check_order(mixed, NR_POINTS, 8, "dcbea");
	check_order(same, NR_POINTS, 8, "abcde");
	/* Nothing is decided by one boot: doubts by size. */
	check_order(mixed, NR_POINTS, 1, "bdeca");
	check_order(same, 0, 8, "");
}

static void test_classes(void **state)
{
	static const unsigned contender = 1;
	double mixed[NR_POINTS] = { 1, 0.5, 1.05, 1.2, 0.9 };
	struct run *run = make_run(mixed, NR_POINTS, 8);
	struct comparison *c = compare_run(run, 0, &contender, 1);
	_cleanup_free_ struct judged_point *list = verdict_order(c);
	size_t nr = c->nr_effects;

	for (size_t i = 0; i < NR_POINTS; i++) {
		assert_int_equal(judged_changed(&list[i]), i < 4);
		assert_int_equal(judged_unchanged(&list[i]), i == 4);
	}
	/* What was not compared is neither. */
	c->nr_effects = 0;
	free(list);
	list = verdict_order(c);
	assert_null(list[0].effect);
	assert_false(judged_changed(&list[0]));
	assert_false(judged_unchanged(&list[0]));
	c->nr_effects = nr;
	compare_free(c);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests_name("verdict-order", tests, NULL, NULL);
}
