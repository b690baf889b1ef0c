/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks for fields of its own variables and types. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc.h"
#include "fields.h"

struct fields_test_inner {
	int a;
	int lock;
};

struct fields_test_outer {
	long usage;
	struct fields_test_inner inner[3];
	union {
		long one;
		struct {
			int low, high;
		};
	};
	const char hole[3];
	long *pointer;
};

typedef struct fields_test_outer fields_test_typedef;

fields_test_typedef fields_test_variable = { .usage = 1 };
int fields_test_plain = 1;

static struct fields *fields;

static void check(const char *object, const char *want)
{
	_cleanup_free_ char *is = fields_find(fields, object);

	if (want) {
		assert_non_null(is);
		assert_string_equal(is, want);
	} else {
		assert_null(is);
	}
}

#define AT(_field) ((unsigned)offsetof(struct fields_test_outer, _field))

static void check_at(const char *head, unsigned at, const char *want)
{
	_cleanup_free_ char *object = xasprintf("%s+0x%x", head, at);

	check(object, want);
}

static void test_variable(void **state)
{
	check("fields_test_variable", "fields_test_variable.usage");
	check_at("fields_test_variable", AT(inner[2].lock),
		 "fields_test_variable.inner[2].lock");
	check_at("fields_test_variable", AT(pointer),
		 "fields_test_variable.pointer");
	/* In the middle of a field, too. */
	check_at("percpu:fields_test_variable", AT(usage) + 3,
		 "fields_test_variable.usage");
	check_at("fields_test_variable", AT(one), "fields_test_variable.one");
	check("fields_test_plain", NULL);
}

static void test_slab(void **state)
{
	check_at("slab:fields_test_outer", AT(inner[1].a),
		 "fields_test_outer.inner[1].a");
	check_at("slab:fields_test_outer_cache", AT(inner[1].a),
		 "fields_test_outer.inner[1].a");
	check("slab:kmalloc-512+0x20", NULL);
}

static void test_nothing(void **state)
{
	static const char *const words[] = {
		"",
		"+",
		"slab:",
		"[page]",
		"[struct page]+0x30",
		"percpu",
		"no_such+",
		"slab:+0x10",
		"%s%n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		check(words[i], NULL);
	/* Between fields, and behind them. */
	check_at("fields_test_variable", AT(hole) + 4, NULL);
	check("fields_test_variable+0xffffffffffffffff", NULL);
	check("fields_test_variable+0x4000", NULL);
}

static void test_no_file(void **state)
{
	struct fields *none;

	assert_int_equal(fields_open("/nowhere/at/all", &none), -ENOENT);
	fields_close(none);
	assert_int_equal(fields_open("/proc/self/maps", &none), -ENODATA);
	fields_close(none);
}

static int set_up(void **state)
{
	return fields_open("/proc/self/exe", &fields);
}

static int tear_down(void **state)
{
	fields_close(fields);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variable),
		cmocka_unit_test(test_slab),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
