/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of old runs.  How it could go wrong: a figure that changes when its file is
 * compressed; a file that is gone after a cut; a small file that fills the memory.
 */
#include <sys/stat.h>
#include <zstd.h>

#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "packed.h"

static char *in(void **state, const char *name)
{
	return xasprintf("%s/%s", (char *)*state, name);
}

static bool is_there(void **state, const char *name)
{
	_cleanup_free_ char *path = in(state, name);

	return access(path, F_OK) == 0;
}

static void test_round_trip(void **state)
{
	_cleanup_free_ char *path = in(state, "a");
	const size_t sizes[] = { 0, 1, 1000, 3 << 20 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_free_ char *text = xcalloc(sizes[i] + 1, 1);
		_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
		uint64_t seed = 1;

		for (size_t k = 0; k < sizes[i]; k++)
			text[k] = (char)next_random(&seed);
		write_bytes(path, text, sizes[i]);
		assert_int_equal(packed_make(path), 0);
		assert_false(is_there(state, "a"));
		assert_true(is_there(state, "a.zst"));
		/* Twice is once. */
		assert_int_equal(packed_make(path), 0);
		assert_int_equal(packed_read(path, sizes[i], &got), 0);
		assert_int_equal(got.len, sizes[i]);
		if (sizes[i])
			assert_memory_equal(got.buf, text, sizes[i]);
	}
}

/* What it says of itself, or what comes out, is more than is wanted. */
static void test_bomb(void **state)
{
	_cleanup_free_ char *path = in(state, "a");
	_cleanup_free_ char *zeros = xcalloc(64 << 20, 1);
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	write_bytes(path, zeros, 64 << 20);
	assert_int_equal(packed_make(path), 0);
	assert_int_equal(packed_read(path, 1 << 20, &got), -EFBIG);
	assert_true(got.alloc < 4 << 20);
}

static void test_damage(void **state)
{
	_cleanup_free_ char *path = in(state, "a"),
			    *packed = in(state, "a.zst");
	_cleanup_strbuf_ struct strbuf whole = STRBUF_INIT;

	write_text(path, "what was measured, and more of it, and more of it");
	assert_int_equal(packed_make(path), 0);
	assert_int_equal(read_file(packed, &whole), 0);
	for (size_t len = 0; len < whole.len; len++) {
		_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

		write_bytes(packed, whole.buf, len);
		assert_int_equal(packed_read(path, 1000, &got), -EBADMSG);
	}
	strbuf_addstr(&whole, "x");
	write_bytes(packed, whole.buf, whole.len);
	assert_int_equal(packed_read(path, 1000, &whole), -EBADMSG);
}

/* Killed between the two: both are there, and the file counts. */
static void test_cut(void **state)
{
	_cleanup_free_ char *path = in(state, "a"),
			    *packed = in(state, "a.zst");
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	write_text(path, "all of it");
	write_text(packed, "half");
	assert_int_equal(packed_read(path, 100, &got), 0);
	assert_string_equal(got.buf, "all of it");
	assert_int_equal(packed_make(path), 0);
	strbuf_reset(&got);
	assert_int_equal(packed_read(path, 100, &got), 0);
	assert_string_equal(got.buf, "all of it");
}

static void test_gone(void **state)
{
	_cleanup_free_ char *path = in(state, "a");
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	write_text(path, "a console");
	assert_false(packed_is_gone(path));
	assert_int_equal(packed_remove(path), 0);
	assert_true(packed_is_gone(path));
	assert_int_equal(packed_read(path, 100, &got), -ENOENT);
	assert_int_equal(packed_make(path), 0);
	assert_false(is_there(state, "a.zst"));
}

/* A run reads as before; samples cannot be said to be gone on purpose. */
static void test_run(void **state)
{
	_cleanup_(run_freep) struct run *run = fixture_run(*state, "r1");
	_cleanup_(run_freep) struct run *got = NULL, *lost = NULL;
	_cleanup_free_ char *samples = NULL, *console = NULL, *log = NULL;
	unsigned damaged = 1;

	fixture_write_run(run);
	samples = boot_file(run, 0, "samples.tsv");
	console = boot_file(run, 0, "console.log");
	assert_int_equal(packed_make(samples), 0);
	assert_int_equal(packed_remove(console), 0);
	assert_int_equal(run_load(run->dir, &got, &damaged), 0);
	assert_int_equal(damaged, 0);
	assert_int_equal(got->boots[0].nr_samples,
			 FIXTURE_POINTS * FIXTURE_SAMPLES);
	assert_int_equal(packed_remove(samples), 0);
	capture_start(*state);
	assert_int_equal(run_load(run->dir, &lost, &damaged), 0);
	log = capture_end();
	assert_true(lost->boots[0].damaged);
	assert_non_null(strstr(log, "samples.tsv: missing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_bomb, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_damage, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_cut, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_gone, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_run, scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
