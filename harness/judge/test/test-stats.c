/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "macro.h"
#include "stats.h"

#define assert_close(a, b) assert_float_equal((a), (b), 1e-9)

static void test_quantile_known(void **state)
{
	const double v[] = { 7, 1, 3, 10 };
	const double odd[] = { 5, 2, 9 };

	assert_close(stats_median(v, 4), 5);
	assert_close(stats_median(odd, 3), 5);
	assert_close(stats_quantile(v, 4, 0), 1);
	assert_close(stats_quantile(v, 4, 1), 10);
	/* R: quantile(c(1, 3, 7, 10), c(.25, .75, .9)) */
	assert_close(stats_quantile(v, 4, 0.25), 2.5);
	assert_close(stats_quantile(v, 4, 0.75), 7.75);
	assert_close(stats_quantile(v, 4, 0.9), 9.1);
	/* Deviations from 5: 4, 2, 2, 5. */
	assert_close(stats_mad(v, 4, 5), 1.4826 * 3);
	assert_true(isnan(stats_median(v, 0)));
	assert_close(stats_median(v, 1), 7);
}

static void test_quantile_infinite(void **state)
{
	const double up[] = { 1, INFINITY, INFINITY, INFINITY };
	const double half[] = { 1, 2, INFINITY, INFINITY };
	const double both[] = { -INFINITY, INFINITY };

	assert_true(isinf(stats_median(up, 4)));
	assert_close(stats_median(half, 4), 2);
	assert_close(stats_median(both, 2), 0);
	assert_close(stats_mad(up + 1, 3, stats_median(up + 1, 3)), 0);
}

/* Ranks and coverages from binomial tables. */
static void test_median_interval_known(void **state)
{
	const double v[] = { 8, 7, 6, 5, 4, 3, 2, 1 };
	struct interval i = stats_median_interval(v, 8, 0.90);

	assert_close(i.lo, 2);
	assert_close(i.hi, 7);
	assert_close(i.level, 1 - 2 * 9 / 256.0);
	i = stats_median_interval(v, 8, 0.95);
	assert_close(i.lo, 1);
	assert_close(i.hi, 8);
	assert_close(i.level, 1 - 2 / 256.0);
	i = stats_median_interval(v, 4, 0.90); /* the widest there is */
	assert_close(i.lo, 5);
	assert_close(i.hi, 8);
	assert_close(i.level, 0.875);
	i = stats_median_interval(v, 1, 0.90);
	assert_close(i.lo, 8);
	assert_close(i.level, 0);
	i = stats_median_interval(v, 0, 0.90);
	assert_true(isnan(i.lo) && isnan(i.hi));
	assert_int_equal(stats_median_rank(20, 0.90), 6);
	assert_int_equal(stats_median_rank(30, 0.95), 10);
}

static void test_clopper_pearson_known(void **state)
{
	/* R: binom.test(1, 20)$conf.int, binom.test(0, 10), (5, 10) */
	struct interval i = stats_clopper_pearson(1, 20, 0.95);

	assert_float_equal(i.lo, 0.001265089, 1e-8);
	assert_float_equal(i.hi, 0.2487328, 1e-7);
	i = stats_clopper_pearson(0, 10, 0.95);
	assert_close(i.lo, 0);
	assert_float_equal(i.hi, 0.3084971, 1e-7);
	i = stats_clopper_pearson(5, 10, 0.95);
	assert_float_equal(i.lo, 0.1870860, 1e-7);
	assert_float_equal(i.hi, 0.8129140, 1e-7);
	i = stats_clopper_pearson(10, 10, 0.95);
	assert_close(i.hi, 1);
	i = stats_clopper_pearson(0, 0, 0.95);
	assert_close(i.lo, 0);
	assert_close(i.hi, 1);
}

static void test_signs_known(void **state)
{
	const double v[] = { 1, 2, -1, 0, 3, 4, 5, 6, 7 };
	struct signs s = stats_signs(v, 9);

	assert_int_equal(s.pos, 7);
	assert_int_equal(s.neg, 1);
	assert_int_equal(s.zero, 1);
	assert_close(s.p, 2 * 9 / 256.0);
	assert_close(stats_signs(v, 0).p, 1);
}

/* Small generator with a fixed seed: the same values on every host. */
static double next_value(uint64_t *x)
{
	*x = *x * 6364136223846793005u + 1442695040888963407u;
	return (double)(*x >> 11) / 9007199254740992.0;
}

static void test_properties(void **state)
{
	uint64_t seed = 42;
	double v[40], shifted[40], before[40];

	for (int round = 0; round < 500; round++) {
		size_t n = 1 + (size_t)(next_value(&seed) * 39);
		struct interval i;
		double last = -INFINITY;

		for (size_t k = 0; k < n; k++) {
			v[k] = before[k] = floor(next_value(&seed) * 50);
			shifted[k] = 3 * v[k] + 11;
		}
		i = stats_median_interval(v, n, 0.90);
		assert_true(i.lo <= stats_median(v, n));
		assert_true(i.hi >= stats_median(v, n));
		assert_true(n < 5 || i.level >= 0.90);
		assert_close(stats_median(shifted, n),
			     3 * stats_median(v, n) + 11);
		for (double p = 0; p <= 1; p += 0.125) {
			double q = stats_quantile(v, n, p);

			assert_true(q >= last);
			last = q;
		}
		assert_memory_equal(v, before, n * sizeof(*v));
	}
}

/* The promised coverage, by trial: medians of samples from a skew law. */
static void test_coverage(void **state)
{
	uint64_t seed = 7;
	int hit = 0, rounds = 20000;

	for (int round = 0; round < rounds; round++) {
		struct interval i;
		double v[8];

		for (size_t k = 0; k < 8; k++)
			v[k] = -log(1 - next_value(&seed));
		i = stats_median_interval(v, 8, 0.90);
		hit += i.lo <= log(2) && log(2) <= i.hi;
	}
	assert_float_equal((double)hit / rounds, 1 - 2 * 9 / 256.0, 0.01);
}

static void test_clopper_pearson_covers(void **state)
{
	for (size_t n = 1; n <= 30; n++) {
		for (size_t x = 0; x <= n; x++) {
			struct interval i = stats_clopper_pearson(x, n, 0.95);
			struct interval m =
				stats_clopper_pearson(n - x, n, 0.95);

			assert_true(i.lo <= (double)x / (double)n);
			assert_true(i.hi >= (double)x / (double)n);
			assert_float_equal(i.lo, 1 - m.hi, 1e-7);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantile_known),
		cmocka_unit_test(test_quantile_infinite),
		cmocka_unit_test(test_median_interval_known),
		cmocka_unit_test(test_clopper_pearson_known),
		cmocka_unit_test(test_signs_known),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_clopper_pearson_covers),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
