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

static void wraps_as(const char *text, const char *want)
{
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);

	print_wrapped(f, "", text);
	fclose(f);
	assert_string_equal(got, want);
	free(got);
}

#define SIXTY "123456789 123456789 123456789 123456789 123456789 123456789 "

static void test_wrap(void **state)
{
	wraps_as(SIXTY "12 on baseline, 3,746,000",
		 SIXTY "12 on baseline,\n3,746,000\n");
	wraps_as(SIXTY "hierarchies=8,op=hit,sets=16",
		 SIXTY "hierarchies=8,\nop=hit,sets=16\n");
	/* Nowhere else to break. */
	wraps_as("1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,"
		 "1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3",
		 "1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,"
		 "1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,\n0,1,2,3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
