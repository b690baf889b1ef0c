/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(distance_is_symmetric),
		cmocka_unit_test(nearest_words_come_first),
		cmocka_unit_test(nothing_known_suggests_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
