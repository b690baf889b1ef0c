/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks for variables in itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc.h"
#include "objects.h"

int objects_test_initialised[4] = { 1, 2, 3, 4 };
long objects_test_zero;

/* "HEXADDRESS HEXSIZE NAME" of that name; false: it is not there. */
static bool find(const char *text, const char *name, uint64_t *at,
		 uint64_t *bytes)
{
	_cleanup_free_ char *end = xasprintf(" %s\n", name);
	const char *found = strstr(text, end), *line = found;
	unsigned long long a, b;

	while (line && line > text && line[-1] != '\n')
		line--;
	if (!line || sscanf(line, "%llx %llx", &a, &b) != 2)
		return false;
	*at = a;
	*bytes = b;
	return true;
}

static void test_self(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	uint64_t at = 0, bytes, other = 0, last = 0, next;
	const char *line;

	assert_int_equal(objects_format("/proc/self/exe", &sb), 0);
	assert_true(find(sb.buf, "objects_test_initialised", &at, &bytes));
	assert_int_equal(bytes, sizeof(objects_test_initialised));
	assert_true(find(sb.buf, "objects_test_zero", &other, &bytes));
	assert_int_equal(bytes, sizeof(objects_test_zero));
	assert_true(other - at ==
		    (uint64_t)((uintptr_t)&objects_test_zero -
			       (uintptr_t)objects_test_initialised));
	/* Functions are none, and addresses ascend. */
	assert_false(find(sb.buf, "main", &at, &bytes));
	for (line = sb.buf; *line; line = strchr(line, '\n') + 1) {
		next = strtoull(line, NULL, 16);
		assert_true(next > last || line == sb.buf);
		last = next;
	}
}

static void test_none(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(objects_format("/nowhere/at/all", &sb), -ENOENT);
	assert_true(objects_format("/proc/self/maps", &sb) < 0);
	assert_int_equal(sb.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
