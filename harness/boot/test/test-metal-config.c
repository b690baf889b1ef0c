/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include "alloc.h"
#include "metal-config.h"

#define UUID "11223344-5566-7788-99aa-bbccddeeff00"

static int load(const char *dir, const char *text, struct metal_config *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/metal.ini", dir), *log = NULL;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r;

	write_text(path, text);
	capture_start(dir);
	r = metal_config_load(dir, ret, &why);
	log = capture_end();
	if (r < 0)
		assert_true(why.len > 0);
	return r;
}

static void it_comes_back(void **state)
{
	const struct metal_config c = { (char *)(uintptr_t)UUID, 600, 660 };
	_cleanup_(metal_config_release) struct metal_config got = { NULL };
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

	assert_int_equal(metal_config_load(*state, &got, &why), -ENOENT);
	assert_non_null(strstr(why.buf, "cgmark metal install"));
	assert_int_equal(metal_config_save(*state, &c), 0);
	assert_int_equal(metal_config_load(*state, &got, &why), 0);
	assert_string_equal(got.scratch, UUID);
	assert_int_equal(got.deadline_s, 600);
	assert_int_equal(got.watchdog_s, 660);
}

static void what_cannot_be_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"[metal]\nscratch = " UUID "\n",
		"[metal]\ndeadline = 60\n",
		"[metal]\nscratch = " UUID "\ndeadline = 0\n",
		"[metal]\nscratch = " UUID "\ndeadline = -1\n",
		"[metal]\nscratch = " UUID "\ndeadline = 86401\n",
		"[metal]\nscratch = " UUID "\ndeadline = 60\nwatchdog = 60\n",
		"[metal]\nscratch = " UUID "\ndeadline = 60\nother = 1\n",
		"[other]\nscratch = " UUID "\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_(metal_config_release) struct metal_config c;

		assert_int_equal(load(*state, bad[i], &c), -EINVAL);
	}
}

static void a_file_stops_it(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/off", (char *)*state);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

	assert_false(metal_is_off(*state, &why));
	write_text(path, "");
	assert_true(metal_is_off(*state, &why));
	assert_non_null(strstr(why.buf, path));
}

static void last_words_are_of_an_attempt(void **state)
{
	_cleanup_strbuf_ struct strbuf words = STRBUF_INIT, got = STRBUF_INIT;

	assert_false(metal_remembers(*state));
	metal_set_remembers(*state);
	metal_set_remembers(*state);
	assert_true(metal_remembers(*state));

	metal_words_load(*state, "abc", &got);
	assert_int_equal(got.len, 0);
	strbuf_addstr(&words, "panic\nat once\n");
	assert_int_equal(metal_words_save(*state, "abc", &words), 0);
	metal_words_load(*state, "ab", &got);
	metal_words_load(*state, "abcd", &got);
	metal_words_load(*state, "xyz", &got);
	metal_words_load(*state, "", &got);
	assert_int_equal(got.len, 0);
	metal_words_load(*state, "abc", &got);
	assert_string_equal(got.buf, "panic\nat once\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_comes_back, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_is_refused,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(a_file_stops_it, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(last_words_are_of_an_attempt,
						scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
