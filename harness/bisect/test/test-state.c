/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bisection keeps, and how it compares. */
#include <math.h>

#include "alloc.h"
#include "distance.h"
#include "file.h"
#include "scratch.h"
#include "state.h"
#include "strbuf.h"

static char *file_in(void **state)
{
	return xasprintf("%s/bisect.json", (char *)*state);
}

static void test_round_trip(void **state)
{
	_cleanup_free_ char *path = file_in(state);
	struct bisect_state s, again;
	const struct state_record *r;

	bisect_state_load(path, &s);
	assert_int_equal(s.nr, 0);
	assert_int_equal(bisect_state_set(&s, "k1", "/runs/\xc3\xbc", ""),
			 ST_OK);
	assert_int_equal(bisect_state_set(&s, "k2", "", "it panics"), ST_OK);
	assert_int_equal(bisect_state_set(&s, "k1", "/runs/2", ""), ST_OK);
	bisect_state_load(path, &again);
	assert_int_equal(again.nr, 2);
	r = bisect_state_find(&again, "k1");
	assert_string_equal(r->run, "/runs/2");
	r = bisect_state_find(&again, "k2");
	assert_string_equal(r->skip, "it panics");
	assert_null(bisect_state_find(&again, "k"));
	bisect_state_release(&s);
	bisect_state_release(&again);
}

/* Any byte that changes, and any end: what is wrong is not believed. */
static void test_damaged(void **state)
{
	_cleanup_free_ char *path = file_in(state);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct bisect_state s;

	bisect_state_load(path, &s);
	assert_int_equal(bisect_state_set(&s, "k1", "/runs/1", ""), ST_OK);
	bisect_state_release(&s);
	assert_int_equal(read_file(path, &text), 0);
	for (size_t i = 0; i < text.len; i++) {
		_cleanup_free_ char *log = NULL;

		text.buf[i] ^= 1;
		write_bytes(path, text.buf, text.len);
		text.buf[i] ^= 1;
		capture_start(*state);
		bisect_state_load(path, &s);
		log = capture_end();
		assert_int_equal(s.nr, 0);
		assert_non_null(strstr(log, "measured again"));
		bisect_state_release(&s);
	}
	for (size_t len = 0; len < text.len; len += 5) {
		_cleanup_free_ char *log = NULL;

		write_bytes(path, text.buf, len);
		capture_start(*state);
		bisect_state_load(path, &s);
		log = capture_end();
		assert_int_equal(s.nr, 0);
		bisect_state_release(&s);
	}
}

static void test_no_place(void **state)
{
	_cleanup_free_ char *path =
		xasprintf("%s/nowhere/bisect.json", (char *)*state);
	_cleanup_free_ char *log = NULL;
	struct bisect_state s;
	enum exit_status r;

	bisect_state_load(path, &s);
	capture_start(*state);
	r = bisect_state_set(&s, "k1", "/runs/1", "");
	log = capture_end();
	assert_int_equal(r, ST_HOST);
	assert_non_null(strstr(log, path));
	bisect_state_release(&s);
}

static void test_distance(void **state)
{
	const double base[] = { 10000, 10100, 10200, 10300 };
	const double more[] = { 10100, 10201, 10302, 10403 };
	const double mixed[] = { 10100, 10000, 10302, 10200 };
	const double little[] = { 10019, 10119, 10219, 10319 };
	const double none[4] = { 0 }, many[] = { 90, 90, 90, 90 };

	assert_true(bisect_distance(base, base, 4, 0.002) == 0);
	assert_float_equal(bisect_distance(base, more, 4, 0.002), log(1.01),
			   1e-5);
	assert_float_equal(bisect_distance(more, base, 4, 0.002), -log(1.01),
			   1e-5);
	assert_true(bisect_distance(base, more, 4, 0.02) == 0);
	/* One of four disagrees. */
	assert_true(bisect_distance(base, mixed, 4, 0.002) == 0);
	/* 19 instructions are below the floor. */
	assert_true(bisect_distance(base, little, 4, 0.0001) == 0);
	assert_true(bisect_distance(base, more, 1, 0.002) > 0);
	/* From and to nothing. */
	assert_true(isinf(bisect_distance(none, many, 4, 0.002)));
	assert_true(isinf(bisect_distance(many, none, 4, 0.002)));
	assert_true(bisect_distance(none, none, 4, 0.002) == 0);
	assert_true(bisect_distance(base, more, 0, 0.002) == 0);
}

#define IN_DIR(_fn) \
	cmocka_unit_test_setup_teardown(_fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_round_trip),
		IN_DIR(test_damaged),
		IN_DIR(test_no_place),
		cmocka_unit_test(test_distance),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
