/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "fixture.h"
#include "point-find.h"

static struct run *run;
static struct point_find find;

static int setup(void **state)
{
	run = fixture_run("/none", "r");
	return 0;
}

static int teardown(void **state)
{
	run_free(run);
	return 0;
}

static int start(void **state)
{
	find = (struct point_find){
		.points = run->points,
		.nr_points = run->nr_points,
	};
	return 0;
}

static size_t by_name(const char *name)
{
	return point_find_name(&find, name, strlen(name));
}

/* Whatever the order, the hint decides nothing but the time it takes. */
static void test_any_order(void **state)
{
	static const size_t order[] = { 2, 0, 0, 1, 2, 1, 0 };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		const struct plan_point *p = &run->points[order[i]].plan;

		assert_int_equal(point_find(&find, &p->id), order[i]);
	}
}

static void test_not_planned(void **state)
{
	struct point_id id = run->points[1].plan.id;

	id.version++;
	assert_int_equal(point_find(&find, &id), NO_POINT);
	id.version--;
	strcpy(id.params, "pace=burst");
	assert_int_equal(point_find(&find, &id), NO_POINT);
	find.nr_points = 0;
	assert_int_equal(point_find(&find, &run->points[0].plan.id), NO_POINT);
	assert_int_equal(by_name("null"), NO_POINT);
}

static void test_names(void **state)
{
	assert_int_equal(by_name("attach/self pace=200ms,version=1"), 2);
	assert_int_equal(by_name("null"), 0);
	assert_int_equal(by_name("attach/self pace=burst,version=1"), 1);
}

/* Nothing but a whole name is one. */
static void test_near_names(void **state)
{
	static const char *const names[] = {
		"",
		"n",
		"nul",
		"null ",
		"null x",
		"nullx",
		"attach/self",
		"attach/self ",
		"attach/self pace=burst,version=",
		"attach/self pace=burst,version=11",
		"attach/self pace=burst,version=1 ",
		"attach/self\tpace=burst,version=1",
		"attach/self  pace=burst,version=1",
		" attach/self pace=burst,version=1",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(by_name(names[i]), NO_POINT);
}

/* A name in the middle of a line ends where its length says. */
static void test_length(void **state)
{
	static const char line[] = "null # SKIP attach";

	assert_int_equal(point_find_name(&find, line, 4), 0);
	assert_int_equal(point_find_name(&find, line, 3), NO_POINT);
	assert_int_equal(point_find_name(&find, line, 5), NO_POINT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_any_order, start),
		cmocka_unit_test_setup(test_not_planned, start),
		cmocka_unit_test_setup(test_names, start),
		cmocka_unit_test_setup(test_near_names, start),
		cmocka_unit_test_setup(test_length, start),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
