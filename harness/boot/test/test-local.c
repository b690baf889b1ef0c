/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of machine local that need no root.  A slow machine has two runs at once,
 * or one that was killed while it held the lock; systems differ in what they say of
 * limits and steal time.  harness/test/test-local.sh has the rest.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "local-facts.h"
#include "local-lock.h"
#include "scratch.h"

/* ---- the lock ---- */

/* Takes it in a child, which then waits to be killed. */
static pid_t hold(const char *path)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int fds[2], fd;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		byte = local_lock(path, &fd, &why) == 0;
		if (write(fds[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_int_equal(byte, 1);
	close(fds[0]);
	close(fds[1]);
	return pid;
}

static void the_second_hears_who_has_it(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/a lock", (char *)*state);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	pid_t pid = hold(path);
	_cleanup_free_ char *who = xasprintf("process %d, ", (int)pid);
	int fd, again;

	assert_int_equal(local_lock(path, &fd, &why), -EBUSY);
	assert_non_null(strstr(why.buf, who));
	assert_non_null(strstr(why.buf, "test-local"));
	/* Killed, it lets go. */
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	strbuf_reset(&why);
	assert_int_equal(local_lock(path, &fd, &why), 0);
	assert_int_equal(local_lock(path, &again, &why), 0);
	assert_int_equal(fd, again);
	local_unlock();
}

/* Its guard still cleans up when a run was killed. */
static void the_last_process_is_waited_for(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", (char *)*state);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int fds[2], fd;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		byte = local_lock(path, &fd, &why) == 0;
		if (fork() == 0) {
			usleep(300000);
			_exit(0);
		}
		_exit(write(fds[1], &byte, 1) != 1);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_int_equal(byte, 1);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(local_lock(path, &fd, &why), 0);
	local_unlock();
}

static void it_remembers_over_a_kill(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", (char *)*state);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int fd;

	assert_int_equal(local_lock_recall(path, &text), -ENOENT);
	assert_int_equal(local_lock(path, &fd, &text), 0);
	assert_int_equal(local_lock_recall(path, &text), -ENOENT);
	assert_int_equal(local_lock_remember(fd, "cpu memory"), 0);
	local_unlock();
	assert_int_equal(local_lock(path, &fd, &text), 0);
	assert_int_equal(local_lock_recall(path, &text), 0);
	assert_string_equal(text.buf, "cpu memory");
	/* Nothing is on: not the same as nothing known. */
	strbuf_reset(&text);
	assert_int_equal(local_lock_remember(fd, ""), 0);
	assert_int_equal(local_lock_recall(path, &text), 0);
	assert_int_equal(text.len, 0);
	assert_int_equal(local_lock_remember(fd, NULL), 0);
	assert_int_equal(local_lock_recall(path, &text), -ENOENT);
	local_unlock();
}

static void no_lock_without_a_place(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/none/lock", (char *)*state);
	_cleanup_free_ char *link = xasprintf("%s/link", (char *)*state);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int fd;

	assert_int_equal(local_lock(path, &fd, &why), -ENOENT);
	assert_non_null(strstr(why.buf, "No such file"));
	/* An enemy's link would have root write elsewhere. */
	assert_int_equal(symlink("target", link), 0);
	assert_int_equal(local_lock(link, &fd, &why), -ELOOP);
}

/* ---- what systems say ---- */

static void steal_time(void **state)
{
	uint64_t steal, cpus;

	local_parse_stat("cpu  1 2 3 4 5 6 7 88 9 10\ncpu0 1 2\ncpu1 1\nintr 5",
			 &steal, &cpus);
	assert_int_equal(steal, 88);
	assert_int_equal(cpus, 2);
	local_parse_stat("cpu  1 2 3\n", &steal, &cpus);
	assert_int_equal(steal, UINT64_MAX);
	assert_int_equal(cpus, 0);
	local_parse_stat("", &steal, &cpus);
	assert_int_equal(steal, UINT64_MAX);
}

static void limits(void **state)
{
	assert_int_equal(local_parse_cpu_stat("nr_periods 4\nnr_throttled 3\n"
					      "throttled_time 250000000\n"),
			 250000000);
	assert_int_equal(local_parse_cpu_stat("usage_usec 9\nnr_throttled 3\n"
					      "throttled_usec 250\n"),
			 250000);
	/* Without the controller v2 has a shorter one. */
	assert_int_equal(local_parse_cpu_stat("usage_usec 9\n"), UINT64_MAX);
	assert_int_equal(local_parse_cpu_stat("not_throttled_usec 9\n"),
			 UINT64_MAX);
	assert_int_equal(local_parse_cpu_stat(""), UINT64_MAX);
}

static void expect_cgroup(const char *text, const char *options,
			  const char *path)
{
	_cleanup_free_ char *o = NULL, *p = NULL;

	assert_true(local_parse_cgroup(text, "cpu", &o, &p));
	assert_string_equal(o, options);
	assert_string_equal(p, path);
}

static void where_the_limit_is(void **state)
{
	char *o, *p;

	expect_cgroup("9:cpuset:/x\n4:cpu,cpuacct:/a b/c:d\n0::/y\n",
		      "cpu,cpuacct", "/a b/c:d");
	expect_cgroup("4:cpuacct,cpu,name=systemd:/", "name=systemd", "/");
	assert_false(local_parse_cgroup("3:cpuset:/\n2:cpuacct:/\n0::/cpu\n",
					"cpu", &o, &p));
	assert_false(local_parse_cgroup("0::/\n", "cpu", &o, &p));
	assert_false(local_parse_cgroup("4:cpu\n:\n\n", "cpu", &o, &p));
	assert_false(local_parse_cgroup("", "cpu", &o, &p));
}

static struct local_counters counters(uint64_t at, uint64_t steal,
				      uint64_t throttled, const char *groups)
{
	struct local_counters c = {
		.at_ns = at,
		.cpus = 2,
		.steal_ticks = steal,
		.throttled_ns = throttled,
		.heat_ns = UINT64_MAX,
		.khz = 7,
	};

	strbuf_addstr(&c.groups, groups);
	return c;
}

static void what_happened_between(void **state)
{
	_cleanup_(local_counters_release) struct local_counters begin =
		counters(1000, 5, 100, "/a b/c 90\n/a b 10\n");
	_cleanup_(local_counters_release) struct local_counters end =
		counters(1000001000, 7, 700, "/a b/c 110\n/a b 590\n");
	struct run_facts f;

	local_facts(&begin, &end, &f);
	assert_int_equal(f.elapsed_ns, 1000000000);
	assert_int_equal(f.steal_ns,
			 2 * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK)));
	assert_int_equal(f.throttled_ns, 600);
	assert_int_equal(f.heat_ns, UINT64_MAX);
	assert_string_equal(f.throttled_by, "/a b");
	/* One who cannot be read any more has not been 0. */
	end.throttled_ns = UINT64_MAX;
	strbuf_reset(&end.groups);
	local_facts(&begin, &end, &f);
	assert_int_equal(f.throttled_ns, UINT64_MAX);
	assert_string_equal(f.throttled_by, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_second_hears_who_has_it,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(the_last_process_is_waited_for,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(it_remembers_over_a_kill,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(no_lock_without_a_place,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test(steal_time),
		cmocka_unit_test(limits),
		cmocka_unit_test(where_the_limit_is),
		cmocka_unit_test(what_happened_between),
	};

	return cmocka_run_group_tests_name("local", tests, NULL, NULL);
}
