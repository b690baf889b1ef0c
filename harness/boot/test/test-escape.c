/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "escape.h"
#include "macro.h"

/* Typed in one go, and key by key: the same. */
static void check(const char *typed, const char *want, bool quit)
{
	struct escape at_once = { false, false }, by_key = { false, false };
	char buf[32], got[32];
	size_t len = strlen(typed), n = 0;

	memcpy(buf, typed, len);
	assert_int_equal(escape_filter(&at_once, buf, len), strlen(want));
	assert_memory_equal(buf, want, strlen(want));
	assert_int_equal(at_once.quit, quit);
	for (size_t i = 0; i < len; i++) {
		buf[0] = typed[i];
		if (escape_filter(&by_key, buf, 1))
			got[n++] = buf[0];
	}
	assert_int_equal(n, strlen(want));
	assert_memory_equal(got, want, n);
	assert_int_equal(by_key.quit, quit);
}

static void keys(void **state)
{
	check("", "", false);
	check("q", "q", false);
	check("abc", "abc", false);
	check("\x1dq", "", true);
	check("a\x1dqb", "ab", true);
	check("\x1d", "", false);
	check("\x1d\x1d", "\x1d", false);
	check("\x1d\x1dq", "\x1dq", false);
	check("\x1d\x1d\x1dq", "\x1d", true);
	check("\x1dxq", "q", false);
	check("\x1d\x03q", "q", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keys) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
