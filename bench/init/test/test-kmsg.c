/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "kmsg.h"

static void check(const char *record, const char *want)
{
	char buf[KMSG_LINE_MAX];
	size_t n = kmsg_format(record, strlen(record), buf);

	assert_int_equal(n, strlen(want));
	assert_memory_equal(buf, want, n);
}

static void warnings_show(void **state)
{
	check("4,7,1234567,-;WARNING: at x\n SUBSYSTEM=pci\n",
	      "[    1.234567] WARNING: at x\n");
	check("0,7,12,-;panic\n", "[    0.000012] panic\n");
	/* Of userspace, in the facility. */
	check("12,7,12,-;text;more\n", "[    0.000012] text;more\n");
}

static void the_rest_does_not(void **state)
{
	check("6,7,1234567,-;hello\n", "");
	check("5,7,1234567,-;hello\n", "");
	check("", "");
	check("4,7", "");
	check(";text\n", "");
	check("a,b,c;text\n", "");
}

static void long_ones_are_cut(void **state)
{
	static char record[9000];
	char buf[KMSG_LINE_MAX];
	size_t n;

	memset(record, 'x', sizeof(record));
	memcpy(record, "4,7,1,-;", 8);
	n = kmsg_format(record, sizeof(record), buf);
	assert_in_range(n, 1000, KMSG_LINE_MAX - 1);
	assert_int_equal(buf[n - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(warnings_show),
		cmocka_unit_test(the_rest_does_not),
		cmocka_unit_test(long_ones_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
