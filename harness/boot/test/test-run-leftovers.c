/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "json.h"
#include "metal-journal.h"
#include "run-leftovers.h"
#include "run.h"

#define ID "20261130T100624Z-707e"

static char *runs;

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	runs = xasprintf("%s/cgmark-unit-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(runs) ? 0 : -1;
}

static int teardown(void **state)
{
	int r = rm_rf(runs);

	free(runs);
	return r;
}

static bool has(const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", runs, name);

	return access(path, F_OK) == 0;
}

/* With the folders above it. */
static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", runs, name);
	_cleanup_free_ char *dir = xstrndup(path, strrchr(path, '/') - path);

	assert_int_equal(mkdir_p(dir, 0755), 0);
	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
}

static void put_run(const char *status)
{
	_cleanup_free_ char *path = xasprintf("%s/" ID "/run.json", runs);
	json_t *json = json_pack("{s:i, s:s, s:s}", "format", RUN_FORMAT,
				 "status", status, "other", "stays");

	put(ID "/" INITRAMFS_FILE, "programs");
	assert_int_equal(json_file_save(path, json), 0);
	json_decref(json);
}

static void assert_status(const char *status)
{
	_cleanup_free_ char *path = xasprintf("%s/" ID "/run.json", runs);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	json_t *json;

	assert_int_equal(json_file_load(path, RUN_FORMAT, &json, &why), 0);
	assert_string_equal(json_string_value(json_object_get(json, "status")),
			    status);
	assert_string_equal(json_string_value(json_object_get(json, "other")),
			    "stays");
	json_decref(json);
}

static void test_killed_run(void **state)
{
	put_run("running");
	put(ID "/boots/a-p0/boot.json", "a boot");
	run_leftovers_tidy(runs);
	assert_status("interrupted");
	assert_false(has(ID "/" INITRAMFS_FILE));
	assert_true(has(ID "/boots/a-p0/boot.json"));
}

static void test_half_named(void **state)
{
	_cleanup_free_ char *link = xasprintf("%s/" ID "/boots/b", runs);
	_cleanup_free_ char *other = xasprintf("%s/other", runs);

	put_run("running");
	put(ID "/run.json.a1B2c3", "{");
	put(ID "/boots/a-p0/boot.json.a1B2c3", "{");
	put(ID "/boots/a-p0/x.json.data", "somebody's");
	put("other/boot.json.a1B2c3", "somebody's");
	assert_int_equal(symlink(other, link), 0);
	run_leftovers_tidy(runs);
	assert_false(has(ID "/run.json.a1B2c3"));
	assert_false(has(ID "/boots/a-p0/boot.json.a1B2c3"));
	assert_true(has(ID "/boots/a-p0/x.json.data"));
	assert_true(has("other/boot.json.a1B2c3"));
}

static void test_ended_run(void **state)
{
	put_run("complete");
	run_leftovers_tidy(runs);
	assert_status("complete");
	assert_false(has(ID "/" INITRAMFS_FILE));
}

static void test_damaged_run(void **state)
{
	put(ID "/run.json", "{");
	put(ID "/boots/a-p0/plan.tsv", "plan");
	run_leftovers_tidy(runs);
	assert_true(has(ID "/boots/a-p0/plan.tsv"));
}

static void test_not_begun(void **state)
{
	put(ID "/" INITRAMFS_FILE, "programs");
	put(ID "/boots/a-p0/plan.tsv", "plan");
	run_leftovers_tidy(runs);
	assert_false(has(ID));
}

/* As of a copy that somebody makes, and of names that cgmark gives to none. */
static void test_not_ours(void **state)
{
	static const char *const names[] = {
		ID "/boots/a-p0/samples.tsv",
		ID "/notes",
		"notes",
		"20261130T100624Z-707/" INITRAMFS_FILE,
		"20261130T100624Z-707ee/" INITRAMFS_FILE,
		"20261130T100624Z-707x/" INITRAMFS_FILE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		put(names[i], "text");
	run_leftovers_tidy(runs);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_true(has(names[i]));
}

static void test_link(void **state)
{
	_cleanup_free_ char *link = xasprintf("%s/" ID, runs);
	_cleanup_free_ char *other = xasprintf("%s/other", runs);

	put("other/" INITRAMFS_FILE, "programs");
	assert_int_equal(symlink(other, link), 0);
	run_leftovers_tidy(runs);
	assert_true(has("other/" INITRAMFS_FILE));
}

/* Only while the process lives that has it. */
static void test_in_use(void **state)
{
	_cleanup_free_ char *dir = xasprintf("%s/" ID, runs);
	int fd, status;
	pid_t pid;

	put_run("running");
	fd = run_dir_lock(dir);
	assert_true(fd >= 0);
	assert_int_equal(run_dir_lock(dir), -ENOENT);
	run_leftovers_tidy(runs);
	assert_status("running");
	assert_true(has(ID "/" INITRAMFS_FILE));
	close(fd);

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run_dir_lock(dir) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	run_leftovers_tidy(runs);
	assert_status("interrupted");
	assert_int_equal(run_dir_lock("/nonexistent"), -ENOENT);
}

/* Home has left for a boot of it; no process has the run until it is back. */
static void a_run_that_waits_for_its_machine_stays(void **state)
{
	_cleanup_free_ char *dir = xasprintf("%s/" ID, runs);
	struct metal_journal j = { .state = METAL_PLANNED };

	put_run("running");
	setenv("CGMARK_METAL_DIR", runs, true);
	metal_journal_begin(&j, dir, "base-p0", "home");
	assert_int_equal(metal_journal_save(runs, &j), 0);
	run_leftovers_tidy(runs);
	assert_status("running");
	assert_true(has(ID "/" INITRAMFS_FILE));
	assert_int_equal(metal_journal_remove(runs), 0);
	run_leftovers_tidy(runs);
	assert_status("interrupted");
	metal_journal_release(&j);
	unsetenv("CGMARK_METAL_DIR");
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_run_that_waits_for_its_machine_stays),
		T(test_killed_run),
		T(test_ended_run),
		T(test_damaged_run),
		T(test_not_begun),
		T(test_not_ours),
		T(test_link),
		T(test_in_use),
		T(test_half_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
