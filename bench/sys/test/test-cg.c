/* SPDX-License-Identifier: GPL-2.0-only */
/* Control group verbs that need no cgroup of their own. */
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cg.h"

/* Whatever is on the heap before a fork makes the fork dearer. */
static void test_list_uses_no_heap(void **state)
{
	const struct mallinfo2 before = mallinfo2();
	char list[256];
	int r = cg_list_v1(list, sizeof(list));
	const struct mallinfo2 after = mallinfo2();

	assert_true(r == 0 || r == -ENOENT);
	/* A freed block would stay in a bin and be missing from the top. */
	assert_int_equal(after.keepcost, before.keepcost);
	assert_int_equal(after.arena, before.arena);
}

static void test_list_without_room(void **state)
{
	char list[256], little[2];

	if (cg_list_v1(list, sizeof(list)) < 0)
		skip();
	assert_true(strlen(list) > 1);
	assert_int_equal(cg_list_v1(little, sizeof(little)), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_uses_no_heap),
		cmocka_unit_test(test_list_without_room),
	};

	return cmocka_run_group_tests_name("cg", tests, NULL, NULL);
}
