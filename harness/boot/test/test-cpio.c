/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cpio.h"

/* One directory, one file, one node, one link: every byte as the format has it. */
static void test_golden(void **state)
{
	/* clang-format off */
	static const char want[] =
		"070701" "00000001" "000041ed" "00000000" "00000000"
		"00000002" "00000000" "00000000" "00000000" "00000000"
		"00000000" "00000000" "00000002" "00000000" "d\0"
		"070701" "00000002" "000081a4" "00000000" "00000000"
		"00000001" "00000000" "00000005" "00000000" "00000000"
		"00000000" "00000000" "00000004" "00000000" "d/f\0\0\0"
		"hello\0\0\0"
		"070701" "00000003" "00002180" "00000000" "00000000"
		"00000001" "00000000" "00000000" "00000000" "00000000"
		"00000005" "00000001" "00000004" "00000000" "d/c\0\0\0"
		"070701" "00000004" "0000a1ff" "00000000" "00000000"
		"00000001" "00000000" "00000003" "00000000" "00000000"
		"00000000" "00000000" "00000004" "00000000" "d/l\0\0\0"
		"d/f\0"
		"070701" "00000000" "00000000" "00000000" "00000000"
		"00000001" "00000000" "00000000" "00000000" "00000000"
		"00000000" "00000000" "0000000b" "00000000"
		"TRAILER!!!\0\0\0\0";
	/* clang-format on */
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	size_t len = sizeof(want) - 1;

	cpio_dir(&c, "d", 0755);
	cpio_file(&c, "d/f", 0644, "hello", 5);
	cpio_chardev(&c, "d/c", 0600, 5, 1);
	cpio_link(&c, "d/l", "d/f");
	cpio_end(&c);
	assert_int_equal(c.out.len % 512, 0);
	assert_true(c.out.len > len);
	assert_memory_equal(c.out.buf, want, len);
	for (size_t i = len; i < c.out.len; i++)
		assert_int_equal(c.out.buf[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
