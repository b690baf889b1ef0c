/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of numbers, and what is the same as their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "stats-text.h"

static void last_word_of_each_line(void **state)
{
	static const char text[] = "4096\nrss 12\nworkingset2 0\nunfinished 7";
	uint64_t values[4] = { 9, 9, 9, 9 };

	assert_int_equal(stats_text_parse(text, text + strlen(text), values, 4),
			 3);
	assert_int_equal(values[0], 4096);
	assert_int_equal(values[1], 12);
	assert_int_equal(values[2], 0);
	assert_int_equal(values[3], 9);
}

static void no_more_than_there_is_room_for(void **state)
{
	static const char text[] = "1\n2\n3\n";
	uint64_t values[3] = { 9, 9, 9 };

	assert_int_equal(stats_text_parse(text, text + strlen(text), values, 2),
			 3);
	assert_int_equal(values[1], 2);
	assert_int_equal(values[2], 9);
}

static void text_may_leave_out_zeros(void **state)
{
	static const uint64_t lines[] = { 1, 0, 2 };
	static const uint64_t more[] = { 0, 1, 0, 0, 2, 0 };
	static const uint64_t other[] = { 1, 0, 3 };
	static const uint64_t extra[] = { 1, 5, 0, 2 };

	assert_true(stats_text_same(lines, 3, lines, 3));
	assert_true(stats_text_same(lines, 3, more, 6));
	assert_false(stats_text_same(lines, 3, other, 3));
	assert_false(stats_text_same(lines, 3, extra, 4));
	assert_false(stats_text_same(lines, 3, lines, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_word_of_each_line),
		cmocka_unit_test(no_more_than_there_is_room_for),
		cmocka_unit_test(text_may_leave_out_zeros),
	};

	return cmocka_run_group_tests_name("stats-text", tests, NULL, NULL);
}
