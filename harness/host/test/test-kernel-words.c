/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel-words.h"

static void test_end(void **state)
{
	assert_true(kernel_words_end("--"));
	assert_true(kernel_words_end("a=1  -- x"));
	assert_false(kernel_words_end(""));
	assert_false(kernel_words_end("a=-- --b ---"));
	assert_false(kernel_words_end("a=\"x -- y\""));
	assert_true(kernel_words_end("a=\"x -- y\" --"));
}

static void test_hidden(void **state)
{
	assert_true(kernel_words_hide_warnings("quiet"));
	assert_true(kernel_words_hide_warnings("a=1 loglevel=4 b"));
	assert_true(kernel_words_hide_warnings("loglevel=7 quiet"));
	assert_true(kernel_words_hide_warnings("loglevel=0x3"));
	assert_true(kernel_words_hide_warnings("loglevel="));
	assert_false(kernel_words_hide_warnings(""));
	assert_false(kernel_words_hide_warnings("loglevel=5"));
	assert_false(kernel_words_hide_warnings("quiet loglevel=7"));
	assert_false(kernel_words_hide_warnings("quiet debug"));
	assert_false(kernel_words_hide_warnings("x=\"a quiet b\" quiet=1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
