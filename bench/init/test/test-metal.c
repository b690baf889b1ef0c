/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "metal.h"

#define UUID "11223344-5566-7788-99aa-bbccddeeff00"
#define NONCE "0123456789abcdef0123456789abcdef"

static void a_command_line_may_ask(void **state)
{
	struct metal_args a;

	assert_int_equal(metal_args_parse("console=ttyS0 quiet\n", &a), 0);
	assert_int_equal(metal_args_parse("xcgmark.scratch=" UUID, &a), 0);
	assert_int_equal(metal_args_parse("quiet cgmark.scratch=" UUID
					  " cgmark.nonce=" NONCE
					  " cgmark.deadline=600 panic=10\n",
					  &a),
			 1);
	assert_string_equal(a.scratch, UUID);
	assert_string_equal(a.nonce, NONCE);
	assert_int_equal(a.deadline_s, 600);
}

static void half_of_it_is_an_error(void **state)
{
	static const char *const bad[] = {
		"cgmark.scratch=" UUID,
		"cgmark.scratch=" UUID " cgmark.nonce=" NONCE,
		"cgmark.scratch= cgmark.nonce=" NONCE " cgmark.deadline=1",
		"cgmark.scratch=" UUID UUID " cgmark.nonce=" NONCE
		" cgmark.deadline=1",
		"cgmark.scratch=" UUID " cgmark.nonce=" NONCE
		" cgmark.deadline=0",
		"cgmark.scratch=" UUID " cgmark.nonce=" NONCE
		" cgmark.deadline=-1",
		"cgmark.scratch=" UUID " cgmark.nonce=" NONCE
		" cgmark.deadline=1m",
		"cgmark.scratch=" UUID " cgmark.nonce=" NONCE
		" cgmark.deadline=99999999",
	};
	struct metal_args a;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(metal_args_parse(bad[i], &a), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_line_may_ask),
		cmocka_unit_test(half_of_it_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
