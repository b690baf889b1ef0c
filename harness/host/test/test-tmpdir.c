/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "alloc.h"
#include "file.h"
#include "tmpdir.h"

static char root[] = "/tmp/cgmark-test-tmpdir-XXXXXX";

/* A free PID: that of a child that was reaped. */
static int free_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return (int)pid;
}

static void stale_ones_go(void **state)
{
	_cleanup_free_ char *made = NULL, *stale = NULL, *other = NULL,
			    *live = NULL;
	int pid = free_pid(), lock_fd = -1;

	stale = xasprintf("%s/cgmark-%d-abcdef", root, pid);
	other = xasprintf("%s/cgmark-test-abcdef", root);
	live = xasprintf("%s/cgmark-%d-ghijkl", root, pid);
	assert_int_equal(mkdir(stale, 0700), 0);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(tmpdir_make(&made, &lock_fd), 0);
	/* As if its process were in another PID namespace. */
	assert_int_equal(rename(made, live), 0);

	tmpdir_remove_stale();
	assert_int_equal(access(stale, F_OK), -1);
	assert_int_equal(access(other, F_OK), 0);
	assert_int_equal(access(live, F_OK), 0);
	close(lock_fd);
	tmpdir_remove_stale();
	assert_int_equal(access(live, F_OK), -1);
}

static void removed_with_all_that_is_in_it(void **state)
{
	_cleanup_free_ char *was = NULL, *file = NULL;
	char *path = NULL;
	int lock_fd = -1, old_fd;

	tmpdir_remove(&path, &lock_fd);
	assert_int_equal(tmpdir_make(&path, &lock_fd), 0);
	was = xstrdup(path);
	old_fd = lock_fd;
	file = xasprintf("%s/sub", path);
	assert_int_equal(mkdir(file, 0700), 0);
	tmpdir_remove(&path, &lock_fd);
	assert_null(path);
	assert_int_equal(lock_fd, -1);
	assert_int_equal(access(was, F_OK), -1);
	assert_int_equal(fcntl(old_fd, F_GETFD), -1);
	tmpdir_remove(&path, &lock_fd);
}

static void nowhere_is_an_error(void **state)
{
	char *path = NULL;
	int fd = -1;

	setenv("TMPDIR", "/no/such/folder", 1);
	assert_int_equal(tmpdir_make(&path, &fd), -ENOENT);
	assert_null(path);
	assert_int_equal(fd, -1);
	tmpdir_remove_stale();
	setenv("TMPDIR", root, 1);
}

static int setup(void **state)
{
	if (!mkdtemp(root))
		return -1;
	return setenv("TMPDIR", root, 1);
}

static int teardown(void **state)
{
	return rm_rf(root);
}

/* What is full is not the folder of the results. */
static void a_full_one_is_no_other(void **state)
{
	assert_int_equal(tmpdir_full(0), 0);
	assert_int_equal(tmpdir_full(-EACCES), -EACCES);
	assert_int_equal(tmpdir_full(-ENOSPC), -EIO);
	assert_int_equal(tmpdir_full(-EDQUOT), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_one_is_no_other),
		cmocka_unit_test(stale_ones_go),
		cmocka_unit_test(removed_with_all_that_is_in_it),
		cmocka_unit_test(nowhere_is_an_error),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
