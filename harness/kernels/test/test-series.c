/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "scratch.h"
#include "series.h"
#include "sha256.h"

#define DIFF_A "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n"
#define DIFF_B "diff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-1\n+3\n"

static void put(void **state, const char *name, const char *text, size_t len)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", (char *)*state, name);

	assert_int_equal(write_file_atomic(path, text, len), 0);
}

static void put_text(void **state, const char *name, const char *text)
{
	put(state, name, text, strlen(text));
}

static void load(void **state, const char *name, struct series *s)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", (char *)*state, name);

	assert_int_equal(series_load(path, s), ST_OK);
}

/* The hash of the first nr patches that the text of a series file names. */
static char *sum_of(void **state, const char *text, size_t nr)
{
	struct series s;
	char hex[65];

	put_text(state, "series", text);
	load(state, "series", &s);
	assert_int_equal(series_sha256(&s, nr, hex), ST_OK);
	series_release(&s);
	return xstrdup(hex);
}

static void name_is(const char *file, const char *want)
{
	_cleanup_free_ char *name = series_name(file);

	assert_string_equal(name, want);
}

/* Not read as a list: a diff has lines that look like names of patches. */
static void test_patch(void **state)
{
	_cleanup_free_ char *listed = NULL;
	struct series s;
	char hex[65];

	put_text(state, "a.patch", DIFF_A);
	listed = sum_of(state, "a.patch\n", 1);
	load(state, "a.patch", &s);
	assert_int_equal(s.nr, 1);
	assert_string_equal(s.patches[0], "a.patch");
	assert_string_equal(s.name, "a.patch");
	assert_int_equal(series_sha256(&s, 1, hex), ST_OK);
	assert_string_equal(hex, listed);
	series_release(&s);
}

static void test_name(void **state)
{
	name_is("/home/me/v2/series", "v2");
	name_is("/home/me/a b/\xc3\xbc/series", "\xc3\xbc");
	name_is("/home/me/a b/series", "a b");
	name_is("/linux/patches/series", "patches");
	name_is("/tmp/v2.series", "v2");
	name_is("/tmp/series-v2", "series-v2");
	name_is("/tmp/.series", ".series");
	name_is("/tmp/my.series/series", "my.series");
	name_is("/tmp/v1.0", "v1.0");
	name_is("/series", "series");
	name_is("series", "series");
}

static void test_lines(void **state)
{
	static const char text[] = "# head\n"
				   "\n"
				   "0001-a.patch\n"
				   " \t0002-b.patch  # why\n"
				   "0003-c.patch#\n"
				   "   # nothing\n"
				   "0004-d.patch -p1\r\n"
				   "\r\n"
				   "sub/0005-\xc3\xbc.patch";
	static const char *const want[] = {
		"0001-a.patch",
		"0002-b.patch",
		"0003-c.patch",
		"0004-d.patch",
		"sub/0005-\xc3\xbc.patch",
	};
	struct series s;

	put_text(state, "mine.series", text);
	load(state, "mine.series", &s);
	assert_string_equal(s.name, "mine");
	assert_int_equal(s.nr, ARRAY_SIZE(want));
	for (size_t i = 0; i < s.nr; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", (char *)*state, want[i]);

		assert_string_equal(s.patches[i], want[i]);
		assert_string_equal(s.paths[i], path);
	}
	series_release(&s);
	series_release(&s);
}

/* What follows a name would make another kernel. */
static void test_refused(void **state)
{
	static const char *const lines[] = {
		"a -R\n", "a -p0\r\n",	   "a -p1 -R\n",
		"a b\n",  "a\t-p10 # x\n", "a -p\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/mine.series", (char *)*state);
		_cleanup_free_ char *text = xasprintf("b\n%s", lines[i]);
		_cleanup_free_ char *log = NULL;
		struct series s;

		put_text(state, "mine.series", text);
		capture_start(*state);
		assert_int_equal(series_load(path, &s), ST_USAGE);
		log = capture_end();
		assert_non_null(strstr(log, "after a: patches apply"));
		assert_int_equal(s.nr, 0);
	}
}

/* Read by build.sh again, it would be empty; and who writes to it? */
static void test_no_file(void **state)
{
	_cleanup_free_ char *fifo = xasprintf("%s/fifo", (char *)*state);
	struct series s;
	char hex[65];

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(series_load(fifo, &s), ST_USAGE);
	assert_int_equal(series_load(*state, &s), ST_USAGE);
	put_text(state, "series", "fifo\n.\n");
	load(state, "series", &s);
	assert_int_equal(series_sha256(&s, 1, hex), ST_USAGE);
	s.paths[0][strlen(s.paths[0]) - 4] = '\0';
	assert_int_equal(series_sha256(&s, 1, hex), ST_USAGE);
	series_release(&s);
}

static void test_empty(void **state)
{
	_cleanup_free_ char *none = sum_of(state, "", 0);
	_cleanup_free_ char *comment = sum_of(state, "# later\n", 9);
	char hex[65];

	sha256_hex("", 0, hex);
	assert_string_equal(none, hex);
	assert_string_equal(comment, hex);
}

static void test_sum(void **state)
{
	_cleanup_free_ char *one = NULL, *first = NULL, *both = NULL;
	_cleanup_free_ char *swapped = NULL, *beyond = NULL;
	_cleanup_strbuf_ struct strbuf lines = STRBUF_INIT;
	char hex[65];

	put_text(state, "a", "From: me\n\nWhy not.\n---\n" DIFF_A);
	put_text(state, "b", DIFF_B);
	one = sum_of(state, "a\n", 1);
	first = sum_of(state, "a\nb\n", 1);
	both = sum_of(state, "a\nb\n", 2);
	swapped = sum_of(state, "b\na\n", 2);
	beyond = sum_of(state, "a\nb\n", 1000);
	/* As documented: anybody can do it with sha256sum. */
	sha256_hex(DIFF_A, strlen(DIFF_A), hex);
	strbuf_addf(&lines, "patch %s\n", hex);
	sha256_hex(lines.buf, lines.len, hex);
	assert_string_equal(one, hex);
	assert_string_equal(first, one);
	assert_string_equal(beyond, both);
	assert_string_not_equal(both, one);
	assert_string_not_equal(both, swapped);
}

static void test_what_counts(void **state)
{
	_cleanup_free_ char *before = NULL, *message = NULL, *change = NULL;
	_cleanup_free_ char *plain = NULL, *note = NULL, *nul = NULL;
	static const char binary[] = "x\n" DIFF_A "\0b";

	put_text(state, "a", "subject\n" DIFF_A);
	before = sum_of(state, "a\n", 1);
	put_text(state, "a", "other subject, diff --git\n---\n" DIFF_A);
	message = sum_of(state, "a\n", 1);
	assert_string_equal(message, before);
	put_text(state, "a", "subject\n" DIFF_A "+3\n");
	change = sum_of(state, "a\n", 1);
	assert_string_not_equal(change, before);
	put(state, "a", binary, sizeof(binary) - 1);
	nul = sum_of(state, "a\n", 1);
	assert_string_not_equal(nul, before);
	/* Without the line that git writes there is no telling. */
	put_text(state, "a", "note\n--- x\n+++ x\n");
	plain = sum_of(state, "a\n", 1);
	put_text(state, "a", "nota\n--- x\n+++ x\n");
	note = sum_of(state, "a\n", 1);
	assert_string_not_equal(plain, note);
	put_text(state, "a", "");
	free(note);
	note = sum_of(state, "a\n", 1);
	assert_string_not_equal(plain, note);
}

static void test_missing(void **state)
{
	_cleanup_free_ char *log = NULL, *nowhere = NULL, *lost = NULL;
	struct series s;
	char hex[65];

	nowhere = xasprintf("%s/nowhere/series", (char *)*state);
	capture_start(*state);
	assert_int_equal(series_load(nowhere, &s), ST_USAGE);
	log = capture_end();
	assert_non_null(strstr(log, nowhere));
	put_text(state, "a", DIFF_A);
	put_text(state, "mine.series", "a\nlost\n");
	load(state, "mine.series", &s);
	assert_int_equal(series_sha256(&s, 1, hex), ST_OK);
	free(log);
	capture_start(*state);
	assert_int_equal(series_sha256(&s, 2, hex), ST_USAGE);
	log = capture_end();
	lost = xasprintf("%s/lost of series mine", (char *)*state);
	assert_non_null(strstr(log, lost));
	series_release(&s);
}

static void test_thousand(void **state)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *all = NULL, *less = NULL;

	put_text(state, "a", DIFF_A);
	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&text, "a\n");
	all = sum_of(state, text.buf, 1000);
	less = sum_of(state, text.buf, 999);
	assert_string_not_equal(all, less);
}

#define IN_DIR(_fn) \
	cmocka_unit_test_setup_teardown(_fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		IN_DIR(test_patch),
		IN_DIR(test_lines),
		IN_DIR(test_empty),
		IN_DIR(test_sum),
		IN_DIR(test_what_counts),
		IN_DIR(test_missing),
		IN_DIR(test_thousand),
		IN_DIR(test_refused),
		IN_DIR(test_no_file),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
