/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "progress.h"
#include "strbuf.h"
#include "suggest.h"

static const char *const benches[] = {
	"null", "syscall", "fork/exit", "css_set/lookup", "attach/self",
};

static void distance_counts_edits(void **state)
{
	assert_int_equal(suggest_distance("", ""), 0);
	assert_int_equal(suggest_distance("", "abc"), 3);
	assert_int_equal(suggest_distance("abc", ""), 3);
	assert_int_equal(suggest_distance("abc", "abc"), 0);
	assert_int_equal(suggest_distance("abc", "ABC"), 0);
	assert_int_equal(suggest_distance("abc", "abd"), 1);
	assert_int_equal(suggest_distance("abc", "acb"), 1);
	assert_int_equal(suggest_distance("kitten", "sitting"), 3);
	assert_int_equal(suggest_distance("ca", "abc"), 3);
}

static void distance_is_symmetric(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(benches); i++)
		for (size_t j = 0; j < ARRAY_SIZE(benches); j++)
			assert_int_equal(
				suggest_distance(benches[i], benches[j]),
				suggest_distance(benches[j], benches[i]));
}

static void expect(const char *word, size_t nr, const char *text)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(suggest(word, benches, ARRAY_SIZE(benches), &sb), nr);
	if (nr)
		assert_string_equal(sb.buf, text);
	else
		assert_int_equal(sb.len, 0);
}

static void nearest_words_come_first(void **state)
{
	static const char *const words[] = { "run", "report", "repeat", "rub",
					     "rum" };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	expect("atach/self", 1, "'attach/self'");
	expect("nul", 1, "'null'");
	expect("lookup", 1, "'css_set/lookup'");
	expect("zzzzzz", 0, NULL);
	expect("", 0, NULL);

	/* Equals keep their order, and no more than three are shown. */
	assert_int_equal(suggest("ruz", words, ARRAY_SIZE(words), &sb), 3);
	assert_string_equal(sb.buf, "'run', 'rub' or 'rum'");
	strbuf_reset(&sb);
	assert_int_equal(suggest("rub", words, ARRAY_SIZE(words), &sb), 3);
	assert_string_equal(sb.buf, "'rub', 'run' or 'rum'");
	strbuf_reset(&sb);
	assert_int_equal(suggest("repor", words, ARRAY_SIZE(words), &sb), 2);
	assert_string_equal(sb.buf, "'report' or 'repeat'");
}

static void nothing_known_suggests_nothing(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(suggest("word", NULL, 0, &sb), 0);
}

#define S 1000000000ULL

static void expect_line(const char *what, uint64_t base, uint64_t done,
			uint64_t total, uint64_t elapsed_ns, const char *want)
{
	struct progress p = { .step = "boots", .base_done = base };
	char line[79];

	snprintf(p.what, sizeof(p.what), "%s", what);
	progress_format(line, sizeof(line), &p, done, total, elapsed_ns);
	assert_string_equal(line, want);
}

static void progress_tells_the_time_left(void **state)
{
	expect_line("", 0, 0, 0, 0, "boots");
	expect_line("", 0, 0, 26, 9 * S, "boots 0/26");
	expect_line("", 0, 7, 26, 7 * S, "boots 7/26, 00:19 left");
	expect_line("", 0, 26, 26, 26 * S, "boots 26/26");
	expect_line("kernel a: ", 0, 1, 7201, S,
		    "kernel a: boots 1/7201, 2:00:00 left");
	/* What was done before it started took no time of it. */
	expect_line("", 100, 110, 120, 10 * S, "boots 110/120, 00:10 left");
	expect_line("", 100, 100, 120, 10 * S, "boots 100/120");
}

static void progress_fits_its_line(void **state)
{
	struct progress p = { .step = "" };
	char line[20];

	memset(p.what, 'x', sizeof(p.what) - 1);
	memset(p.step, 'y', sizeof(p.step) - 1);
	progress_format(line, sizeof(line), &p, 1, 2, 5 * S);
	assert_string_equal(line, "xxxxxxxxxxxxxxxxxxx");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(distance_is_symmetric),
		cmocka_unit_test(nearest_words_come_first),
		cmocka_unit_test(nothing_known_suggests_nothing),
		cmocka_unit_test(progress_tells_the_time_left),
		cmocka_unit_test(progress_fits_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
