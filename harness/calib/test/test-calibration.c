/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of a calibration.
 *
 * How it could go wrong: figures that come back other than they went; a file cut
 * short, altered or made by hand that is taken; one for another machine, suite or
 * other limits that passes for this one's.
 */
#include "scratch.h"

#include <string.h>

#include "alloc.h"
#include "calibration.h"
#include "count.h"
#include "file.h"
#include "made-up.h"

static char *path_of(void **state)
{
	return xasprintf("%s/c.json", (char *)*state);
}

static void files_come_back(void **state)
{
	_cleanup_free_ char *path = path_of(state), *again = NULL;
	_cleanup_strbuf_ struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct calibration *c = made_up(), *back = NULL;

	c->faults = xcalloc(1, sizeof(*c->faults));
	c->faults[c->nr_faults++] = xstrdup("miss, \"of\" one");
	assert_int_equal(calibration_save(c, path), 0);
	assert_int_equal(calibration_load(path, &back), 0);
	again = xasprintf("%s.2", path);
	assert_int_equal(calibration_save(back, again), 0);
	assert_int_equal(read_file(path, &a), 0);
	assert_int_equal(read_file(again, &b), 0);
	assert_string_equal(a.buf, b.buf);
	assert_int_equal(calib_sum_up(back).found.x, 100);
	assert_string_equal(back->faults[0], c->faults[0]);
	calibration_free(back);
	calibration_free(c);
}

static void expect_bad(const char *dir, const char *path, int want,
		       const char *why)
{
	struct calibration *c = NULL;
	_cleanup_free_ char *said = NULL;

	capture_start(dir);
	assert_int_equal(calibration_load(path, &c), want);
	said = capture_end();
	assert_null(c);
	if (!strstr(said, why))
		fail_msg("said: %s", said);
}

static void what_is_read_is_clean(void **state)
{
	_cleanup_(calibration_freep) struct calibration *got = NULL;
	_cleanup_free_ char *path = path_of(state);
	struct calibration *c = made_up();

	c->faults = xcalloc(1, sizeof(*c->faults));
	c->faults[c->nr_faults++] = xstrdup("\033[2Jno fault");
	free(c->suite);
	c->suite = xstrdup("quick\a");
	assert_int_equal(calibration_save(c, path), 0);
	assert_int_equal(calibration_load(path, &got), 0);
	assert_string_equal(got->faults[0], "?[2Jno fault");
	assert_string_equal(got->suite, "quick?");
	calibration_free(c);
}

static void bad_files_are_refused(void **state)
{
	_cleanup_free_ char *path = path_of(state);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct calibration *c = made_up();

	expect_bad(*state, path, -ENOENT, "");
	assert_int_equal(calibration_save(c, path), 0);
	assert_int_equal(read_file(path, &text), 0);
	for (size_t len = 0; len < text.len; len += 97) {
		write_bytes(path, text.buf, len);
		expect_bad(*state, path, -EBADMSG, path);
	}
	/* More found than compared: not even we may write that. */
	c->costs[0].points[0].found = 101;
	assert_int_equal(calibration_save(c, path), 0);
	expect_bad(*state, path, -EBADMSG, "fewer than found");
	calibration_free(c);
}

static void names_tell_them_apart(void **state)
{
	_cleanup_free_ char *a = calibration_file("sim", "QEMU 7", "quick");
	_cleanup_free_ char *same = calibration_file("sim", "QEMU 7", "quick");
	_cleanup_free_ char *suite = calibration_file("sim", "QEMU 7", "full");
	_cleanup_free_ char *qemu = calibration_file("sim", "QEMU 8", "quick");
	_cleanup_free_ char *fake = calibration_file("fake", "QEMU 7", "quick");
	_cleanup_free_ char *none = calibration_file(NULL, NULL, NULL);

	assert_string_equal(a, same);
	assert_string_not_equal(a, suite);
	assert_string_not_equal(a, qemu);
	assert_string_not_equal(a, fake);
	assert_string_not_equal(a, none);
	assert_int_equal(strlen(a), strlen("0123456789ab.json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_come_back, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(
			bad_files_are_refused, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			what_is_read_is_clean, scratch_setup, scratch_teardown),
		cmocka_unit_test(names_tell_them_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
