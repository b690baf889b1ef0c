/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of idle-procs.h that needs no cgroups. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "idle-procs.h"

static void test_path(void **state)
{
	char buf[IDLE_PROCS_PATH_MAX];

	assert_string_equal(idle_procs_path(buf, 0, ""), "0");
	assert_string_equal(idle_procs_path(buf, 17, "cgroup.procs"),
			    "17/cgroup.procs");
	assert_string_equal(idle_procs_path(buf, 1000, "tasks"), "1000/tasks");
	assert_string_equal(idle_procs_path(buf, 4294967295U, ""),
			    "4294967295");
}

static void test_share(void **state)
{
	static const unsigned tasks[] = { 0, 1, 15, 16, 17, 256 };

	for (size_t k = 0; k < sizeof(tasks) / sizeof(tasks[0]); k++) {
		unsigned sum = 0;

		for (unsigned i = 0; i < 16; i++)
			sum += idle_procs_share(i, 16, tasks[k]);
		assert_int_equal(sum, tasks[k]);
	}
	assert_int_equal(idle_procs_share(0, 16, 17), 2);
	assert_int_equal(idle_procs_share(1, 16, 17), 1);
	assert_int_equal(idle_procs_share(1, 16, 1), 0);
}

/* A control file takes one process a write; a packet pipe shows the writes. */
static void test_attach_list(void **state)
{
	static const char list[] = "1\n23456\n7\n";
	char buf[16];
	int fd[2];

	assert_int_equal(pipe2(fd, O_DIRECT | O_NONBLOCK), 0);
	assert_int_equal(idle_procs_attach_list(fd[1], list, strlen(list)), 0);
	assert_int_equal(read(fd[0], buf, sizeof(buf)), 1);
	assert_int_equal(read(fd[0], buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "23456", 5);
	assert_int_equal(read(fd[0], buf, sizeof(buf)), 1);
	assert_memory_equal(buf, "7", 1);
	assert_int_equal(read(fd[0], buf, sizeof(buf)), -1);

	assert_int_equal(idle_procs_attach_list(fd[1], "", 0), 0);
	assert_int_equal(idle_procs_attach_list(fd[1], "12", 2), -EBADMSG);
	close(fd[0]);
	close(fd[1]);
	assert_int_equal(idle_procs_attach_list(fd[1], list, strlen(list)),
			 -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_attach_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
