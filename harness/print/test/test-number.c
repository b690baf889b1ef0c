/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "number.h"

static void number_is(double v, int width, const char *want)
{
	char buf[PRINT_MAX];

	assert_string_equal(print_value(buf, v, width), want);
	assert_true(strlen(want) <= (size_t)width);
}

static void test_numbers(void **state)
{
	char buf[PRINT_MAX];

	number_is(0, 7, "0");
	number_is(641203.5, 7, "641,204");
	number_is(635912, 7, "635,912");
	number_is(1234567, 7, "1.23M");
	number_is(12345678901.0, 7, "12.35G");
	number_is(12.5, 7, "12.5");
	number_is(999999.6, 7, "1.00M");
	number_is(NAN, 7, "-");
	number_is(1e22, 7, "1.0e+22");
	assert_string_equal(print_difference(buf, -635912), "-635,912");
	assert_string_equal(print_difference(buf, 1234567890123.0),
			    "+1,234,567,890,123");
	assert_string_equal(print_difference(buf, 0.25), "+0.25");
	assert_string_equal(print_difference(buf, -9.996), "-10");
	assert_string_equal(print_change(buf, 1.0503), "+5.03%");
	assert_string_equal(print_change(buf, 1), "=");
	assert_string_equal(print_change(buf, 0), "-100.000%");
	assert_string_equal(print_change(buf, INFINITY), "+inf");
	assert_string_equal(print_interval(buf, 0.99, 1.02), "-1.00%..+2.00%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
