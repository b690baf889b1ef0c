/* SPDX-License-Identifier: GPL-2.0-only */
/* The exact test against counting all orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <cmocka.h>

#include "mann-whitney.h"

/* U of the m + n values 0.., of which those in mask are the m. */
static unsigned u_of(unsigned mask, unsigned all)
{
	unsigned u = 0;

	for (unsigned i = 0; i < all; i++)
		for (unsigned j = 0; j < i; j++)
			u += (mask >> i & 1) && !(mask >> j & 1);
	return u;
}

/* How many of all orders are at least as far from the middle. */
static double count(unsigned m, unsigned n, unsigned u)
{
	double extreme = 0, all = 0, middle = m * n / 2.;

	for (unsigned mask = 0; mask < 1U << (m + n); mask++) {
		if ((unsigned)__builtin_popcount(mask) != m)
			continue;
		all++;
		extreme += fabs(u_of(mask, m + n) - middle) >= fabs(u - middle);
	}
	return extreme / all;
}

static void test_p(void **state)
{
	for (unsigned m = 1; m <= 6; m++)
		for (unsigned n = 1; n <= 6; n++)
			for (unsigned u = 0; u <= m * n; u++)
				assert_true(fabs(mw_p(m, n, u) -
						 count(m, n, u)) < 1e-12);
}

static void test_critical(void **state)
{
	/* Of C(60, 3) orders two are as extreme: 5.8e-5. */
	assert_int_equal(mw_critical(57, 3, 1e-5), -1);
	/* Two of C(60, 4) on each side have U of 1 at most; four have 2. */
	assert_int_equal(mw_critical(56, 4, 1e-5), 1);
	/* 19 of C(60, 5) on each side have U of 5 at most; 30 have 6. */
	assert_int_equal(mw_critical(55, 5, 1e-5), 5);
	for (unsigned m = 1; m < 60; m++) {
		int u = mw_critical(m, 60 - m, 1e-6);

		assert_true(u < 0 || mw_p(m, 60 - m, (unsigned)u) <= 1e-6);
		assert_true(mw_p(m, 60 - m, (unsigned)(u + 1)) > 1e-6);
		assert_int_equal(u, mw_critical(60 - m, m, 1e-6));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_p),
		cmocka_unit_test(test_critical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
