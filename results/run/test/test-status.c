/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "fixture.h"
#include "status.h"
#include "strbuf.h"

static struct run *run;

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

static void parse_len(const char *text, size_t len, struct status *st)
{
	_cleanup_free_ char *copy = xmalloc(len);

	memcpy(copy, text, len);
	status_parse(copy, len, run->points, run->nr_points, st);
	assert_int_equal(st->nr_points, FIXTURE_POINTS);
}

static void parse(const char *text, struct status *st)
{
	parse_len(text, strlen(text), st);
}

#define HEAD "KTAP version 1\n1..1\n    KTAP version 1\n"
#define P0 "null"
#define P1 "attach/self pace=burst,version=1"
#define P2 "attach/self pace=200ms,version=1"

static void test_golden(void **state)
{
	_cleanup_(status_release) struct status st = { 0 };

	parse("KTAP version 1\n"
	      "1..2\n"
	      "    KTAP version 1\n"
	      "    # Subtest: bench-null\n"
	      "    1..1\n"
	      "    # start " P0 "\n"
	      "    ok 1 " P0 "\n"
	      "ok 1 bench-null\n"
	      "    KTAP version 1\n"
	      "    # Subtest: bench-attach\n"
	      "    1..2\n"
	      "    # start " P1 "\n"
	      "    ok 1 " P1 " # SKIP CONFIG_MEMCG_V1 is not set\n"
	      "    # start " P2 "\n"
	      "    not ok 2 " P2 " # the task is still in /a\n"
	      "not ok 2 bench-attach\n"
	      "# cgmark: end\n",
	      &st);
	assert_int_equal(st.status[0], POINT_DONE);
	assert_string_equal(st.text[0], "");
	assert_int_equal(st.status[1], POINT_SKIP);
	assert_string_equal(st.text[1], "CONFIG_MEMCG_V1 is not set");
	assert_int_equal(st.status[2], POINT_FAIL);
	assert_string_equal(st.text[2], "the task is still in /a");
	assert_true(st.ended);
	assert_int_equal(st.nr_faults, 0);
	assert_null(st.bail);
}

static void check_result(const char *line, enum point_status status,
			 const char *text)
{
	_cleanup_free_ char *all = xasprintf(HEAD "    %s\n", line);
	_cleanup_(status_release) struct status st = { 0 };

	parse(all, &st);
	assert_int_equal(st.status[1], status);
	assert_string_equal(st.text[1], text);
	assert_int_equal(st.status[0], POINT_MISSING);
	assert_int_equal(st.nr_faults, 0);
	assert_false(st.ended);
}

static void test_directives(void **state)
{
	check_result("ok 1 " P1, POINT_DONE, "");
	check_result("ok 1 - " P1, POINT_DONE, "");
	check_result("ok 1 " P1 "\r", POINT_DONE, "");
	check_result("ok 1 " P1 " # 31 samples", POINT_DONE, "31 samples");
	check_result("ok 1 " P1 " # SKIP", POINT_SKIP, "");
	check_result("ok 1 " P1 " # SKIP no", POINT_SKIP, "no");
	check_result("ok 1 " P1 " #SKIP no", POINT_SKIP, "no");
	check_result("not ok 1 " P1 " # SKIP no", POINT_SKIP, "no");
	check_result("not ok 1 " P1, POINT_FAIL, "");
	check_result("not ok 1 " P1 " # SKIPPED over", POINT_FAIL,
		     "SKIPPED over");
	check_result("not ok 1 " P1 " # ERROR bad param", POINT_ERROR,
		     "bad param");
	check_result("not ok 1 " P1 " # TIMEOUT after 60 s", POINT_ERROR,
		     "TIMEOUT after 60 s");
	/* Control characters do not get through. */
	check_result("not ok 1 " P1 " # \033[31mred\a \xff", POINT_FAIL,
		     "?[31mred? ?");
}

static void test_worst_wins(void **state)
{
	_cleanup_(status_release) struct status st = { 0 };

	parse(HEAD "    ok 1 " P0 "\n"
		   "    not ok 2 " P0 " # first\n"
		   "    not ok 3 " P0 " # ERROR second\n"
		   "    ok 4 " P0 "\n"
		   "    ok 5 " P1 " # SKIP no\n"
		   "    ok 6 " P1 "\n",
	      &st);
	assert_int_equal(st.status[0], POINT_FAIL);
	assert_string_equal(st.text[0], "first");
	assert_int_equal(st.status[1], POINT_DONE);
	assert_int_equal(st.nr_faults, 4);
	assert_string_equal(st.faults[0], "line 5: a second result of 'null'");
}

static void test_unplanned(void **state)
{
	_cleanup_(status_release) struct status st = { 0 };

	parse(HEAD "    ok 1 nul\n"
		   "    ok 2 null x=1\n"
		   "    # start other\n"
		   "ok 1 bench-other\n",
	      &st);
	for (int i = 0; i < FIXTURE_POINTS; i++)
		assert_int_equal(st.status[i], POINT_MISSING);
	assert_int_equal(st.nr_faults, 4);
	assert_string_equal(
		st.faults[0],
		"line 4: result of 'nul', which is not in the plan");
	assert_string_equal(
		st.faults[1],
		"line 5: result of 'null x=1', which is not in the plan");
	assert_string_equal(
		st.faults[2],
		"line 6: start of 'other', which is not in the plan");
	assert_string_equal(
		st.faults[3],
		"line 7: result of 'bench-other', which is not in the plan");
}

static void test_missing_explained(void **state)
{
	_cleanup_(status_release) struct status crash = { 0 };
	_cleanup_(status_release) struct status binary = { 0 };
	_cleanup_(status_release) struct status bail = { 0 };

	parse(HEAD "    ok 1 " P0 "\n    # start " P1 "\n", &crash);
	assert_int_equal(crash.status[1], POINT_MISSING);
	assert_string_equal(crash.text[1], "started, but did not end");
	assert_string_equal(crash.text[2], "");
	parse(HEAD "    ok 1 " P1
		   "\nnot ok 2 bench-attach # killed by SIGSEGV\n",
	      &binary);
	assert_int_equal(binary.status[1], POINT_DONE);
	assert_int_equal(binary.status[2], POINT_MISSING);
	assert_string_equal(binary.text[2], "killed by SIGSEGV");
	assert_string_equal(binary.text[0], "");
	parse("KTAP version 1\nBail out! no plan\x01\n", &bail);
	assert_string_equal(bail.bail, "no plan?");
	assert_string_equal(bail.text[0], "no plan?");
	assert_int_equal(bail.nr_faults, 0);
}

/* "pace=burst,version=1" cut short could be the name of another point. */
static void test_every_cut(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	size_t first, second, third;

	fixture_status(run, &sb);
	first = strstr(sb.buf, "ok 1 null\n") - sb.buf + strlen("ok 1 null\n");
	second = strstr(sb.buf, "ok 2") - sb.buf + strlen("ok 2 " P1 "\n");
	third = strstr(sb.buf, "ok 3") - sb.buf + strlen("ok 3 " P2 "\n");
	for (size_t len = 0; len <= sb.len; len++) {
		_cleanup_(status_release) struct status st = { 0 };

		parse_len(sb.buf, len, &st);
		assert_int_equal(st.status[0] == POINT_DONE, len >= first);
		assert_int_equal(st.status[1] == POINT_DONE, len >= second);
		assert_int_equal(st.status[2] == POINT_DONE, len >= third);
		assert_int_equal(st.ended, len == sb.len);
		/* A cut anywhere but between two lines is reported. */
		assert_int_equal(st.nr_faults > 0,
				 len > 0 && sb.buf[len - 1] != '\n');
	}
}

static void test_garbage(void **state)
{
	_cleanup_(status_release) struct status st = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, HEAD "hello \033[2J\n    ok\n    ok x\nok 99\n");
	strbuf_add(&sb, "    ok 1 null\0\n", 15);
	for (int i = 0; i < 3000; i++)
		strbuf_addstr(&sb, "A");
	strbuf_addstr(&sb, "\n\n   \n    ok 1 null\n");
	parse_len(sb.buf, sb.len, &st);
	assert_int_equal(st.status[0], POINT_DONE);
	assert_string_equal(st.faults[0], "line 4: no KTAP: 'hello ?[2J'");
	assert_string_equal(st.faults[1], "line 5: result without a number");
	assert_string_equal(st.faults[2], "line 6: result without a number");
	assert_string_equal(st.faults[3],
			    "line 7: result of '', which is not in the plan");
	assert_string_equal(st.faults[4], "line 8: a NUL byte");
	assert_string_equal(st.faults[5], "line 9: 3000 bytes long");
	assert_int_equal(st.nr_faults, 6);
}

static void test_fault_flood(void **state)
{
	_cleanup_(status_release) struct status st = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&sb, "noise\n");
	parse_len(sb.buf, sb.len, &st);
	/* The first line is reported twice: no version, and not KTAP. */
	assert_int_equal(st.nr_faults, 1001);
	assert_string_equal(st.faults[0],
			    "line 1: 'noise' instead of the KTAP version");
	assert_non_null(st.faults[STATUS_FAULTS_MAX - 1]);
}

static void test_fuzz(void **state)
{
	static const char *const words[] = {
		"ok ",
		"not ok ",
		"1 ",
		"#",
		" # SKIP ",
		" # ",
		"\n",
		"\n    ",
		P0,
		P1,
		P2,
		"bench-null",
		"Bail out!",
		"# start ",
		"\t",
		"-",
		"1..",
		"KTAP version 1",
		"# cgmark: end",
		"\r\n",
		"\xff",
	};
	uint64_t dice = 0x2545f4914f6cdd1d;

	for (int i = 0; i < 20000; i++) {
		_cleanup_(status_release) struct status st = { 0 };
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
		unsigned nr = next_random(&dice) % 40;

		strbuf_addstr(&sb, "KTAP version 1\n");
		for (; nr > 0; nr--)
			strbuf_addstr(
				&sb,
				words[next_random(&dice) % ARRAY_SIZE(words)]);
		parse_len(sb.buf, sb.len, &st);
		for (size_t p = 0; p < st.nr_points; p++) {
			assert_true(st.status[p] <= POINT_SKIP);
			for (const char *s = st.text[p]; *s; s++)
				assert_in_range(*s, ' ', '~');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_directives),
		cmocka_unit_test(test_worst_wins),
		cmocka_unit_test(test_unplanned),
		cmocka_unit_test(test_missing_explained),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_fault_flood),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests_name("status", tests, setup, teardown);
}
