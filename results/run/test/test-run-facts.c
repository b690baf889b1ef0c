/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What befell a boot, from its comment and back.  A guest can write any comment: an
 * enemy's time is 0 or negative, its numbers do not end, its group has blanks.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run-facts.h"

static const struct run_facts some = {
	.known = true,
	.elapsed_ns = 4000000000,
	.cpus = 2,
	.steal_ns = 80000000,
	.throttled_ns = 1000000000,
	.heat_ns = UINT64_MAX,
	.switches = 12,
	.khz = UINT64_MAX,
	.throttled_by = "/a b",
};

static void there_and_back(void **state)
{
	char text[RUN_FACTS_LINE_MAX];
	struct run_facts f;

	run_facts_format(&some, text, sizeof(text));
	assert_string_equal(text, "cgmark: facts elapsed_ns=4000000000 cpus=2 "
				  "steal_ns=80000000 throttled_ns=1000000000 "
				  "switches=12 throttled_by=/a?b");
	assert_true(run_facts_parse(text, &f));
	assert_true(f.known);
	assert_int_equal(f.elapsed_ns, some.elapsed_ns);
	assert_int_equal(f.heat_ns, UINT64_MAX);
	assert_int_equal(f.switches, 12);
	assert_string_equal(f.throttled_by, "/a?b");
	assert_float_equal(run_facts_steal(&f), 0.01, 1e-12);
	assert_float_equal(run_facts_throttled(&f), 0.25, 1e-12);
}

static void a_long_group_fits(void **state)
{
	char text[RUN_FACTS_LINE_MAX];
	struct run_facts f = some;

	f.steal_ns = f.throttled_ns = f.heat_ns = f.khz = UINT64_MAX - 1;
	memset(f.throttled_by, 'x', sizeof(f.throttled_by) - 1);
	run_facts_format(&f, text, sizeof(text));
	assert_true(run_facts_parse(text, &f));
	assert_int_equal(strlen(f.throttled_by), RUN_FACTS_BY_MAX - 1);
}

/* Reports name it. */
static void a_group_is_clean(void **state)
{
	struct run_facts f = { 0 };

	assert_true(
		run_facts_parse("cgmark: facts elapsed_ns=5 throttled_by=/x "
				"throttled_by=/\033[2J\b\xc3\xa9z",
				&f));
	assert_string_equal(f.throttled_by, "/?[2J???z");
}

static void nothing_known_is_no_number(void **state)
{
	struct run_facts f = { 0 };

	assert_true(isnan(run_facts_steal(&f)));
	assert_true(isnan(run_facts_throttled(&f)));
	assert_true(run_facts_parse("cgmark: facts elapsed_ns=5", &f));
	assert_true(isnan(run_facts_steal(&f)));
	assert_true(isnan(run_facts_throttled(&f)));
	/* Heat adds to a limit. */
	assert_true(run_facts_parse("cgmark: facts elapsed_ns=10 "
				    "throttled_ns=1 heat_ns=2 new=7",
				    &f));
	assert_float_equal(run_facts_throttled(&f), 0.3, 1e-12);
}

static void malformed(void **state)
{
	static const char *const bad[] = {
		"cgmark: end",
		"cgmark: facts ",
		"cgmark: facts elapsed_ns=0",
		"cgmark: facts elapsed_ns=-1",
		"cgmark: facts elapsed_ns=1x",
		"cgmark: facts elapsed_ns=99999999999999999999999",
		"cgmark: facts elapsed_ns=5 cpus=0",
		"cgmark: facts elapsed_ns=5 steal_ns",
		"cgmark: facts steal_ns=5",
	};
	char text[600] = "cgmark: facts elapsed_ns=5 throttled_by=";
	struct run_facts f = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (run_facts_parse(bad[i], &f))
			fail_msg("accepted: %s", bad[i]);
	memset(text + strlen(text), 'x', 500);
	assert_false(run_facts_parse(text, &f));
	assert_false(f.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(a_long_group_fits),
		cmocka_unit_test(a_group_is_clean),
		cmocka_unit_test(nothing_known_is_no_number),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests_name("run-facts", tests, NULL, NULL);
}
