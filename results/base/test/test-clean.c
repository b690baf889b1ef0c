/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc.h"
#include "clean.h"
#include "file.h"
#include "inifile.h"
#include "log.h"
#include "scratch.h"

static void assert_clean(const char *text, const char *want)
{
	_cleanup_free_ char *got = clean_text(text);

	assert_string_equal(got, want);
}

static void test_text(void **state)
{
	assert_clean(NULL, "");
	assert_clean("plain, \xc3\xa4 and \xe2\x82\xac",
		     "plain, \xc3\xa4 and \xe2\x82\xac");
	assert_clean("a\tb", "a?b");
	assert_clean("\x1b]0;title\a\x1b[31m\r\n", "?]0;title??[31m??");
	assert_clean("\x7f \xc2\x9b"
		     "31m",
		     "? ??31m");
	/* Turned from here on: U+202E. */
	assert_clean("a\xe2\x80\xae"
		     "b",
		     "a???b");
	assert_clean("\xff\xc3", "??");
}

static void test_log(void **state)
{
	_cleanup_free_ char *got = NULL;

	capture_start(*state);
	log_err("no such table: %s", "x\x1b[2J\ncgmark: all is well");
	got = capture_end();
	assert_string_equal(got, "cgmark: error: no such table: "
				 "x?[2J?cgmark: all is well\n");
}

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
}

static void test_inifile(void **state)
{
	static const char good[] = "[a]\r\nb =\tc\r\n";
	static const char bad[] = "[a]\nb = \x1b[31mred\n";
	_cleanup_free_ char *path = xasprintf("%s/a.ini", (char *)*state);
	_cleanup_free_ char *got = NULL;

	assert_int_equal(write_file_atomic(path, good, strlen(good)), 0);
	assert_int_equal(inifile_read(path, on_pair, NULL), ST_OK);
	assert_int_equal(write_file_atomic(path, bad, strlen(bad)), 0);
	capture_start(*state);
	assert_int_equal(inifile_read(path, on_pair, NULL), ST_USAGE);
	got = capture_end();
	assert_non_null(
		strstr(got, "a.ini:2: a control character in column 5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_inifile),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
