/* SPDX-License-Identifier: GPL-2.0-only */
/* Splats where a program has not ended its line before the kernel speaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "alloc.h"
#include "boot-read.h"

/* In chunks of so many bytes, as reads from a pipe may give them. */
static char *splat_of(const char *console, size_t len, size_t chunk)
{
	struct boot_read rd = { .hello = false };
	char *splat;

	for (size_t i = 0; i < len; i += chunk)
		boot_read_bytes(&rd, CH_CONSOLE, console + i,
				len - i < chunk ? len - i : chunk);
	boot_read_eof(&rd, CH_CONSOLE);
	splat = rd.splat_line ? xstrdup(rd.splat_line) : NULL;
	boot_read_release(&rd);
	return splat;
}

static void assert_splat(const char *console, size_t len, const char *want)
{
	static const size_t chunks[] = { 1, 7, 1000, 100000 };

	for (size_t i = 0; i < ARRAY_SIZE(chunks); i++) {
		_cleanup_free_ char *got = splat_of(console, len, chunks[i]);

		if (!got || strcmp(got, want))
			fail_msg("'%s', not '%s'", got ? got : "none", want);
	}
}

#define assert_splat_in(text, want) assert_splat(text, sizeof(text) - 1, want)

static void test_ends(void **state)
{
	assert_splat_in("a\nBUG: behind LF\n", "BUG: behind LF");
	assert_splat_in("a\nBUG: at the end", "BUG: at the end");
	assert_splat_in("10%\r20%\rBUG: behind CR\r\r\n", "BUG: behind CR");
	assert_splat_in("\0\0BUG: behind NUL\0 of it\n", "BUG: behind NUL");
}

static void test_inside(void **state)
{
	assert_splat_in("30%[    1.234567] BUG: behind output\r\n",
			"BUG: behind output");
	assert_splat_in("\x1b[1m[    1.234567] BUG: in bold\n", "BUG: in bold");
}

static void add_times(struct strbuf *sb, const char *text, size_t nr)
{
	while (nr--)
		strbuf_addstr(sb, text);
}

/* However long the line is, and wherever it has to be cut. */
static void test_behind_dots(void **state)
{
	for (size_t nr = 900; nr < 2100; nr++) {
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
		_cleanup_free_ char *got = NULL;

		add_times(&sb, ".", nr);
		strbuf_addstr(&sb, "[    1.234567] WARNING: possible circular "
				   "locking dependency detected\n");
		got = splat_of(sb.buf, sb.len, 100000);
		/* The end of it may be behind the cut. */
		if (!got || strncmp(got, "WARNING: possible ", 18))
			fail_msg("%zu dots: '%s'", nr, got ? got : "none");
	}
}

/* What continues a line does not begin a message. */
static void test_cut(void **state)
{
	for (size_t nr = 0; nr < 5; nr++) {
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
		_cleanup_free_ char *got = NULL;

		add_times(&sb, ".", 1 + nr);
		add_times(&sb, "BUG: ", 3000);
		got = splat_of(sb.buf, sb.len, 100000);
		assert_null(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_behind_dots),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
