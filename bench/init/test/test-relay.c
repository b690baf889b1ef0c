/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole lines only, counted and summed, and the KTAP lines sent that way. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "record.h"
#include "relay.h"
#include "tap.h"

static struct relay relay;
static int writer = -1, out = -1;
static unsigned lines;
static uint32_t crc;

static void start(const char *prefix)
{
	int p[2];

	assert_int_equal(pipe(p), 0);
	writer = p[1];
	out = memfd_create("out", MFD_CLOEXEC);
	assert_true(out >= 0);
	lines = 0;
	crc = 0;
	relay.in = p[0];
	relay.out = out;
	relay.prefix = prefix;
	relay.lines = &lines;
	relay.crc = &crc;
	relay.len = 0;
}

static void feed(const char *text)
{
	assert_int_equal(write_all(writer, text, strlen(text)), 0);
	assert_int_equal(relay_pump(&relay), 1);
}

static void end_input(void)
{
	close(writer);
	assert_int_equal(relay_pump(&relay), 0);
	assert_int_equal(relay.in, -1);
}

static void expect(const char *want)
{
	char got[4096];
	ssize_t n = pread(out, got, sizeof(got) - 1, 0);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, want);
	assert_int_equal(crc, rec_crc32(0, want, strlen(want)));
	close(out);
}

static void test_whole_lines(void **state)
{
	start("");
	feed("one\ntw");
	assert_int_equal(lines, 1);
	feed("o\n");
	assert_int_equal(lines, 2);
	feed("thr");
	feed("ee");
	end_input();
	/* The third never ended, so nothing of it went out. */
	assert_int_equal(lines, 2);
	expect("one\ntwo\n");
}

static void test_prefix(void **state)
{
	start("    ");
	feed("1..2\nok 1 x\n");
	feed("ok ");
	feed("2 y\n");
	end_input();
	expect("    1..2\n    ok 1 x\n    ok 2 y\n");
}

static void test_too_long(void **state)
{
	static char text[RELAY_BYTES];

	start("");
	memset(text, 'x', sizeof(text));
	assert_int_equal(write_all(writer, text, sizeof(text)), 0);
	assert_int_equal(relay_pump(&relay), -EMSGSIZE);
	close(writer);
	close(relay.in);
	expect("");
}

static void test_broken_channel(void **state)
{
	start("");
	close(out);
	assert_int_equal(write_all(writer, "a\n", 2), 0);
	assert_int_equal(relay_pump(&relay), -EBADF);
	close(writer);
	close(relay.in);
}

static void check_result(enum tap_result result, const char *text,
			 const char *want)
{
	const struct plan_point p = { .id.bench = "attach/self",
				      .id.params = "pace=burst" };
	char name[256], line[TAP_LINE_MAX];
	int n;

	tap_point_name(&p, name, sizeof(name));
	n = tap_format_result(line, sizeof(line), result, 3, name, text);
	assert_string_equal(line, want);
	assert_int_equal(n, strlen(want));
}

static void test_results(void **state)
{
	check_result(TAP_OK, "", "ok 3 attach/self pace=burst\n");
	check_result(TAP_SKIP, "no v1",
		     "ok 3 attach/self pace=burst # SKIP no v1\n");
	check_result(TAP_FAIL, "it is 4",
		     "not ok 3 attach/self pace=burst # it is 4\n");
	check_result(TAP_ERROR, "late",
		     "not ok 3 attach/self pace=burst # ERROR late\n");
}

/* A reason must neither end the line nor begin another directive. */
static void test_reason_is_tamed(void **state)
{
	check_result(TAP_FAIL, "a\nok 4 b # SKIP\t\377",
		     "not ok 3 attach/self pace=burst # a ok 4 b   SKIP  \n");
}

static void test_name_without_params(void **state)
{
	const struct plan_point p = { .id.bench = "null" };
	char name[64];

	tap_point_name(&p, name, sizeof(name));
	assert_string_equal(name, "null");
}

static void test_line_is_bounded(void **state)
{
	static char text[3 * TAP_LINE_MAX];
	char got[2 * TAP_LINE_MAX];
	ssize_t n;
	int fd = memfd_create("line", MFD_CLOEXEC);

	memset(text, 'x', sizeof(text) - 1);
	tap_line(fd, "# %s", text);
	n = pread(fd, got, sizeof(got), 0);
	close(fd);
	assert_true(n > 0 && n <= TAP_LINE_MAX);
	assert_int_equal(got[n - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_lines),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_broken_channel),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_reason_is_tamed),
		cmocka_unit_test(test_name_without_params),
		cmocka_unit_test(test_line_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
