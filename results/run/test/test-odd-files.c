/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is no regular file, or is too large to be one of a run: to read it would
 * hang, or take all memory.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "run-id.h"

#define HUGE_BYTES (1ll << 40)

static void make_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_device(const char *path)
{
	assert_int_equal(symlink("/dev/zero", path), 0);
}

/* An endless file, though a regular one of no size. */
static void make_kernel_file(const char *path)
{
	assert_int_equal(symlink("/proc/kmsg", path), 0);
}

static void make_huge(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, HUGE_BYTES), 0);
	close(fd);
}

static void make_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static const struct {
	void (*make)(const char *path);
	const char *why;
} odd[] = {
	{ make_fifo, "not a regular file" },
	{ make_device, "not a regular file" },
	{ make_huge, "File too large" },
	{ make_folder, "Is a directory" },
	{ make_kernel_file, NULL },
};

static int load(const char *top, const struct run *run, unsigned *damaged,
		char **log)
{
	_cleanup_(run_freep) struct run *got = NULL;
	int r;

	capture_start(top);
	r = run_load(run->dir, &got, damaged);
	*log = capture_end();
	return r;
}

static void replace(const char *path, size_t how)
{
	assert_int_equal(rm_rf(path), 0);
	odd[how].make(path);
}

static void says(const char *log, const char *file, size_t how)
{
	_cleanup_free_ char *want =
		xasprintf("%s: %s", file, odd[how].why ? odd[how].why : "");

	if (!strstr(log, want))
		fail_msg("no '%s' in '%s'", want, log);
}

static void test_of_a_boot(void **state)
{
	static const char *const files[] = { "plan.tsv", "console.log",
					     "status.ktap", "samples.tsv",
					     "boot.json" };

	for (size_t i = 0; i < ARRAY_SIZE(files) * ARRAY_SIZE(odd); i++) {
		const char *file = files[i / ARRAY_SIZE(odd)];
		size_t how = i % ARRAY_SIZE(odd);
		_cleanup_free_ char *id = xasprintf("20250101-%zu", i);
		_cleanup_(run_freep) struct run *run = fixture_run(*state, id);
		_cleanup_free_ char *path = boot_file(run, 1, file);
		_cleanup_free_ char *log = NULL;
		unsigned damaged = 0;

		fixture_write_run(run);
		replace(path, how);
		assert_int_equal(load(*state, run, &damaged, &log), 0);
		assert_int_equal(damaged, 1);
		says(log, file, how);
	}
}

static void test_of_a_run(void **state)
{
	for (size_t how = 0; how < ARRAY_SIZE(odd); how++) {
		_cleanup_free_ char *id = xasprintf("20250101-%zu", how);
		_cleanup_(run_freep) struct run *run = fixture_run(*state, id);
		_cleanup_free_ char *path = xasprintf("%s/run.json", run->dir);
		_cleanup_free_ char *log = NULL;
		unsigned damaged = 0;

		fixture_write_run(run);
		replace(path, how);
		assert_true(load(*state, run, &damaged, &log) < 0);
		says(log, "run.json", how);
		assert_null(run_id_read(run->dir));
	}
}

static void test_id(void **state)
{
	_cleanup_(run_freep) struct run *run =
		fixture_run(*state, "20250101-1");
	_cleanup_free_ char *id = NULL;

	fixture_write_run(run);
	id = run_id_read(run->dir);
	assert_string_equal(id, "20250101-1");
	assert_null(run_id_read(*state));
}

#define IN_DIR(_fn) \
	cmocka_unit_test_setup_teardown(_fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_of_a_boot),
		IN_DIR(test_of_a_run),
		IN_DIR(test_id),
	};

	return cmocka_run_group_tests_name("odd-files", tests, NULL, NULL);
}
