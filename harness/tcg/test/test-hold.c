/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hold.h"

static void test_sums(void **state)
{
	struct hold h = { .holds = 0 };

	hold_begin(&h, 100, 7);
	hold_end(&h, 130);
	hold_begin(&h, 200, 8);
	hold_end(&h, 205);
	assert_int_equal(h.holds, 2);
	assert_int_equal(h.total, 35);
	assert_int_equal(h.most, 30);
	assert_int_equal(h.most_by, 7);
	assert_int_equal(h.idled, 0);
}

/* It was held before anybody looked, or is let go of twice. */
static void test_end_alone(void **state)
{
	struct hold h = { .holds = 0 };

	hold_end(&h, 130);
	assert_int_equal(h.holds, 0);
	hold_begin(&h, 200, 8);
	hold_end(&h, 205);
	hold_end(&h, 900);
	assert_int_equal(h.holds, 1);
	assert_int_equal(h.total, 5);
}

static void test_first_of_equals(void **state)
{
	struct hold h = { .holds = 0 };

	for (uint32_t by = 3; by < 6; by++) {
		hold_begin(&h, 10 * by, by);
		hold_end(&h, 10 * by + 4);
	}
	assert_int_equal(h.most, 4);
	assert_int_equal(h.most_by, 3);
}

/* A hold in which the counter stood still is one nevertheless. */
static void test_no_length(void **state)
{
	struct hold h = { .holds = 0 };

	hold_begin(&h, 50, 9);
	hold_end(&h, 50);
	assert_int_equal(h.holds, 1);
	assert_int_equal(h.most, 0);
	assert_int_equal(h.most_by, 9);
}

static void test_idle(void **state)
{
	struct hold h = { .holds = 0 };

	hold_idle(&h); /* nobody holds it */
	hold_begin(&h, 50, 9);
	hold_end(&h, 60);
	assert_int_equal(h.idled, 0);
	hold_begin(&h, 70, 9);
	hold_idle(&h);
	hold_idle(&h);
	hold_end(&h, 80);
	assert_int_equal(h.idled, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_end_alone),
		cmocka_unit_test(test_first_of_equals),
		cmocka_unit_test(test_no_length),
		cmocka_unit_test(test_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
