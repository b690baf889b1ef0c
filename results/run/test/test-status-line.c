/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status-line.h"

static struct status_line parse(const char *line)
{
	struct status_line l;

	status_line_parse(line, &l);
	assert_non_null(l.text);
	assert_non_null(l.directive);
	assert_non_null(l.why);
	return l;
}

static void check_kind(const char *line, enum status_line_kind kind)
{
	if (parse(line).kind != kind)
		fail_msg("'%s' is of kind %d", line, parse(line).kind);
}

static void lines_are_told_apart(void **state)
{
	check_kind("", STATUS_LINE_EMPTY);
	check_kind("   ", STATUS_LINE_EMPTY);
	check_kind("KTAP version 1", STATUS_LINE_VERSION);
	check_kind("    KTAP version 1", STATUS_LINE_VERSION);
	check_kind("KTAP version 2", STATUS_LINE_OTHER);
	check_kind("1..12", STATUS_LINE_PLAN);
	check_kind("1..", STATUS_LINE_OTHER);
	check_kind("1..2x", STATUS_LINE_OTHER);
	check_kind("# start null", STATUS_LINE_START);
	check_kind("# started", STATUS_LINE_COMMENT);
	check_kind("# cgmark: end", STATUS_LINE_END);
	check_kind("# cgmark: ended", STATUS_LINE_COMMENT);
	check_kind("#", STATUS_LINE_COMMENT);
	check_kind("Bail out!", STATUS_LINE_BAIL);
	check_kind("Bail out!x", STATUS_LINE_OTHER);
	check_kind("ok", STATUS_LINE_RESULT);
	check_kind("okay 1", STATUS_LINE_OTHER);
	check_kind("not ok 1 a", STATUS_LINE_RESULT);
	check_kind("not okay", STATUS_LINE_OTHER);
	check_kind("\033[2J", STATUS_LINE_OTHER);
}

static void check_result(const char *line, bool ok, enum point_status status,
			 const char *name, const char *directive,
			 const char *why)
{
	struct status_line l = parse(line);

	assert_int_equal(l.kind, STATUS_LINE_RESULT);
	assert_int_equal(l.ok, ok);
	assert_string_equal(point_status_str(l.status),
			    point_status_str(status));
	assert_int_equal(l.name_len, strlen(name));
	assert_memory_equal(l.name, name, l.name_len);
	assert_string_equal(l.directive, directive);
	assert_string_equal(l.why, why);
}

static void results_have_status_name_and_reason(void **state)
{
	check_result("ok 1 null", true, POINT_DONE, "null", "", "");
	check_result("    ok 12 a/b c=1,d=2 ", true, POINT_DONE, "a/b c=1,d=2 ",
		     "", "");
	check_result("ok 1 - null", true, POINT_DONE, "null", "", "");
	check_result("ok 1 a  # SKIP no cpuset", true, POINT_SKIP, "a",
		     "SKIP no cpuset", "no cpuset");
	check_result("ok 1 a # SKIPPED", true, POINT_DONE, "a", "SKIPPED",
		     "SKIPPED");
	check_result("not ok 1 a # SKIP", false, POINT_SKIP, "a", "SKIP", "");
	check_result("not ok 3 a # the sum is wrong", false, POINT_FAIL, "a",
		     "the sum is wrong", "the sum is wrong");
	check_result("not ok 3 a", false, POINT_FAIL, "a", "", "");
	check_result("not ok 3 a # ERROR timeout # 2", false, POINT_ERROR, "a",
		     "ERROR timeout # 2", "timeout # 2");
	check_result("not ok 3 a # TIMEOUT 5 s", false, POINT_ERROR, "a",
		     "TIMEOUT 5 s", "TIMEOUT 5 s");
	check_result("ok 3 a # ERROR odd", true, POINT_ERROR, "a", "ERROR odd",
		     "odd");
	check_result("ok 4", true, POINT_DONE, "", "", "");
}

static void a_result_without_number_has_no_name(void **state)
{
	struct status_line l = parse("  not ok null # why");

	assert_int_equal(l.kind, STATUS_LINE_RESULT);
	assert_null(l.name);
	assert_false(l.ok);
	assert_true(l.nested);
	assert_string_equal(l.text, "not ok null # why");
}

static void other_lines_have_their_text(void **state)
{
	struct status_line l = parse("    # start a/b c=1");

	assert_true(l.nested);
	assert_string_equal(l.name, "a/b c=1");
	assert_int_equal(l.name_len, strlen("a/b c=1"));
	l = parse("# start");
	assert_false(l.nested);
	assert_string_equal(l.name, "");
	l = parse(" Bail out!  no /plan.tsv");
	assert_string_equal(l.why, "no /plan.tsv");
	assert_string_equal(l.text, "Bail out!  no /plan.tsv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_told_apart),
		cmocka_unit_test(results_have_status_name_and_reason),
		cmocka_unit_test(a_result_without_number_has_no_name),
		cmocka_unit_test(other_lines_have_their_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
