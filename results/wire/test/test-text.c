/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alloc.h"
#include "strbuf.h"
#include "text.h"

#define UNTOUCHED 77

static void check_u64(const char *s, uint64_t max, int want_r, uint64_t want)
{
	uint64_t v = UNTOUCHED;
	int r = text_u64(s, max, &v);

	if (r != want_r || v != (r ? UNTOUCHED : want))
		fail_msg("'%s': %d, %llu", s, r, (unsigned long long)v);
}

static void check_hex(const char *s, uint64_t max, int want_r, uint64_t want)
{
	uint64_t v = UNTOUCHED;
	int r = text_hex(s, max, &v);

	if (r != want_r || v != (r ? UNTOUCHED : want))
		fail_msg("'%s': %d, %llu", s, r, (unsigned long long)v);
}

static void numbers_have_one_spelling(void **state)
{
	static const char *const bad[] = {
		"",   " ",   "+1", "-1",  "-0", "00",  "01", " 1",
		"1 ", "1\n", "1x", "0x1", "1.", "1e3", "a",  "\xb2",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_u64(bad[i], UINT64_MAX, -EINVAL, 0);
	check_u64("0", UINT64_MAX, 0, 0);
	check_u64("10", UINT64_MAX, 0, 10);
	check_u64("9876543210", UINT64_MAX, 0, 9876543210);
}

static void hex_has_one_spelling(void **state)
{
	static const char *const bad[] = { "",	"0x1", "00", "01", "A",
					   "g", "-1",  " a", "a ", "1\n" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_hex(bad[i], UINT64_MAX, -EINVAL, 0);
	check_hex("0", UINT64_MAX, 0, 0);
	check_hex("20d1", UINT64_MAX, 0, 0x20d1);
	check_hex("ffffffffffffffff", UINT64_MAX, 0, UINT64_MAX);
	check_hex("10000000000000000", UINT64_MAX, -ERANGE, 0);
	check_hex("ffffffff", UINT32_MAX, 0, UINT32_MAX);
	check_hex("100000000", UINT32_MAX, -ERANGE, 0);
}

static void numbers_have_bounds(void **state)
{
	check_u64("18446744073709551615", UINT64_MAX, 0, UINT64_MAX);
	check_u64("18446744073709551616", UINT64_MAX, -ERANGE, 0);
	check_u64("99999999999999999999999999", UINT64_MAX, -ERANGE, 0);
	check_u64("255", 255, 0, 255);
	check_u64("256", 255, -ERANGE, 0);
	check_u64("260", 255, -ERANGE, 0);
	/* Bounds below a digit. */
	check_u64("0", 0, 0, 0);
	check_u64("1", 0, -ERANGE, 0);
	check_u64("5", 3, -ERANGE, 0);
	check_u64("11", 3, -ERANGE, 0);
	/* Not a number is said of what is also too long. */
	check_u64("99999999999999999999999999x", 5, -EINVAL, 0);
}

static void check_quote(const char *word, const char *want)
{
	_cleanup_free_ char *text = shell_quote(&word, 1);

	assert_string_equal(text, want);
}

static void quotes_only_where_needed(void **state)
{
	static const char *const words[] = { "a", "b c", "", "d" };
	_cleanup_free_ char *text = shell_quote(words, ARRAY_SIZE(words));
	_cleanup_free_ char *none = shell_quote(NULL, 0);

	assert_string_equal(text, "a 'b c' '' d");
	assert_string_equal(none, "");
	check_quote("/usr/bin/x-1,a=b:%@+_.", "/usr/bin/x-1,a=b:%@+_.");
	check_quote("", "''");
	check_quote("it's", "'it'\\''s'");
	check_quote("'", "''\\'''");
	check_quote("a\"b", "'a\"b'");
	check_quote("$(x)", "'$(x)'");
	check_quote("~", "'~'");
	check_quote("a\\", "'a\\'");
}

/* What a real shell makes of the words is what they were. */
static void shell_reads_what_was_quoted(void **state)
{
	_cleanup_strbuf_ struct strbuf want = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf is = STRBUF_INIT;
	_cleanup_free_ char *text = NULL, *command = NULL;
	const char *words[256];
	char letter[256][4];
	FILE *f;
	int c;

	words[0] = "";
	for (int i = 1; i < 256; i++) {
		/* A letter may mean something only at the end or the start. */
		snprintf(letter[i], sizeof(letter[i]),
			 i % 3 == 0   ? "%c"
			 : i % 3 == 1 ? "%ca"
				      : "a%c",
			 i);
		words[i] = letter[i];
	}
	for (int i = 0; i < 256; i++)
		strbuf_add(&want, words[i], strlen(words[i]) + 1);
	text = shell_quote(words, 256);
	command = xasprintf("LC_ALL=C; printf '%%s\\0' %s", text);
	f = popen(command, "re");
	assert_non_null(f);
	while ((c = getc(f)) != EOF) {
		char byte = c;

		strbuf_add(&is, &byte, 1);
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(is.len, want.len);
	assert_memory_equal(is.buf, want.buf, want.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_one_spelling),
		cmocka_unit_test(hex_has_one_spelling),
		cmocka_unit_test(numbers_have_bounds),
		cmocka_unit_test(quotes_only_where_needed),
		cmocka_unit_test(shell_reads_what_was_quoted),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
