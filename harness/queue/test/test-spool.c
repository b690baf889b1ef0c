/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The folder of the queue.  Many add at once, and are killed while they do; files are
 * put there by hand; and what somebody else wrote is never taken for an order.
 */
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "alloc.h"
#include "file.h"
#include "spool-add.h"

#define ADDERS 4
#define EACH 25

static unsigned add(const char *dir)
{
	_cleanup_(queue_job_release) struct queue_job j = {
		.cwd = xstrdup("/"), .program = xstrdup("/p")
	};
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	unsigned number;

	return spool_add(dir, &j, &number, &why) == 0 ? number : 0;
}

static char *fault_of(const char *dir, unsigned number)
{
	struct spool_entry e;
	char *ret;

	spool_load(dir, number, &e);
	ret = xstrdup(e.fault ? e.fault : "");
	spool_entry_release(&e);
	return ret;
}

static void assert_fault(const char *dir, unsigned number, const char *word)
{
	_cleanup_free_ char *fault = fault_of(dir, number);

	if (!strstr(fault, word))
		print_message("job %u: '%s', not '%s'\n", number, fault, word);
	assert_non_null(strstr(fault, word));
}

static void set_step(const char *dir, unsigned number, enum job_step step)
{
	const struct job_state s = { .step = step, .uid = geteuid() };

	assert_int_equal(spool_save_state(dir, number, &s), 0);
}

static size_t count(const char *dir, unsigned *last)
{
	_cleanup_free_ unsigned *all = NULL;
	size_t nr = 0;

	assert_int_equal(spool_numbers(dir, &all, &nr, NULL), 0);
	for (size_t i = 1; i < nr; i++)
		assert_true(all[i - 1] < all[i]);
	*last = nr ? all[nr - 1] : 0;
	return nr;
}

static void many_add_at_once(void **state)
{
	unsigned last;
	pid_t pids[ADDERS];

	for (int i = 0; i < ADDERS; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (int k = 0; k < EACH; k++)
			if (!add(*state))
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < ADDERS; i++) {
		int status = -1;

		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count(*state, &last), ADDERS * EACH);
	assert_int_equal(last, ADDERS * EACH);
	for (unsigned i = 1; i <= last; i++)
		assert_fault(*state, i, "");
}

/* Each job is whole or not there, and the next one can be added. */
static void adders_are_killed(void **state)
{
	unsigned last;

	for (int i = 0; i < 30; i++) {
		const struct timespec ts = { .tv_nsec = i * 300000L };
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				add(*state);
		nanosleep(&ts, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	count(*state, &last);
	for (unsigned i = 1; i <= last; i++)
		assert_fault(*state, i, "");
	assert_int_equal(add(*state), last + 1);
}

static void numbers_do_not_come_again(void **state)
{
	_cleanup_free_ char *path = NULL;
	unsigned last;

	for (unsigned i = 1; i <= 6; i++) {
		assert_int_equal(add(*state), i);
		set_step(*state, i, i == 2 ? JOB_STOPPED : JOB_DONE);
	}
	spool_tidy(*state, 2);
	/* 2 has not ended, and 5 and 6 are the latest. */
	assert_int_equal(count(*state, &last), 3);
	assert_int_equal(add(*state), 7);
	/* Somebody takes the file away; the worker knows of it. */
	set_step(*state, 7, JOB_RUNNING);
	path = xasprintf("%s/jobs/7", (char *)*state);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(add(*state), 8);
}

static void what_is_put_there_is_no_job(void **state)
{
	_cleanup_strbuf_ struct strbuf strays = STRBUF_INIT;
	_cleanup_free_ unsigned *all = NULL;
	size_t nr;

	assert_int_equal(add(*state), 1);
	assert_int_equal(chdir(*state), 0);
	write_text("jobs/2", "cgmark run --machine local\n");
	write_text("jobs/3", "");
	assert_int_equal(symlink("1", "jobs/4"), 0);
	assert_int_equal(mkfifo("jobs/5", 0666), 0);
	assert_int_equal(mkdir("jobs/6", 0777), 0);
	assert_int_equal(add(*state), 7);
	assert_int_equal(chmod("jobs/7", 0666), 0);
	assert_int_equal(add(*state), 8);
	assert_int_equal(link("jobs/8", "elsewhere"), 0);
	write_text("jobs/9", "x");
	assert_int_equal(truncate("jobs/9", 1LL << 40), 0);
	assert_fault(".", 1, "");
	assert_fault(".", 2, "not a job");
	assert_fault(".", 3, "not a job");
	assert_fault(".", 4, "symbolic link");
	assert_fault(".", 5, "not a regular file");
	assert_fault(".", 6, "not a regular file");
	assert_fault(".", 7, "others than its owner");
	assert_fault(".", 8, "more than one name");
	assert_fault(".", 9, "too large");
	write_text("jobs/0", "x");
	write_text("jobs/01", "x");
	write_text("jobs/-1", "x");
	write_text("jobs/1.txt", "x");
	write_text("jobs/1000000000", "x");
	write_text("jobs/a\033[31m\n", "x");
	assert_int_equal(spool_numbers(".", &all, &nr, &strays), 0);
	assert_int_equal(nr, 9);
	assert_non_null(strstr(strays.buf, "01\n"));
	assert_non_null(strstr(strays.buf, "1.txt\n"));
	assert_non_null(strstr(strays.buf, "a?[31m?\n"));
	assert_null(strchr(strays.buf, '\033'));
	/* As many as there can be. */
	write_text("jobs/999999999", "x");
	assert_int_equal(add(*state), 0);
	assert_int_equal(chdir("/"), 0);
}

static void damaged_states_are_said(void **state)
{
	_cleanup_free_ char *path = spool_state_path(*state, 1, NULL);

	assert_int_equal(add(*state), 1);
	set_step(*state, 1, JOB_RUNNING);
	assert_fault(*state, 1, "");
	assert_int_equal(truncate(path, 20), 0);
	assert_fault(*state, 1, "its state is damaged");
	assert_int_equal(truncate(path, 1 << 20), 0);
	assert_fault(*state, 1, "its state cannot be read");
	unlink(path);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_fault(*state, 1, "its state cannot be read");
}

static void cancelling(void **state)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct spool_entry e;

	assert_int_equal(add(*state), 1);
	spool_load(*state, 1, &e);
	assert_false(spool_is_cancelled(&e));
	assert_int_equal(spool_cancel(*state, &e, &why), 0);
	spool_entry_release(&e);
	spool_load(*state, 1, &e);
	assert_true(spool_is_cancelled(&e));
	assert_null(e.fault);
	/* That of somebody else. */
	e.uid = geteuid() + 1;
	assert_int_equal(spool_cancel(*state, &e, &why),
			 geteuid() == 0 ? 0 : -EPERM);
	spool_entry_release(&e);
}

/* What belongs to others could tell a worker what to do. */
static void folders_of_others(void **state)
{
	_cleanup_free_ char *dir = xasprintf("%s/q", (char *)*state);
	_cleanup_free_ char *sub = xasprintf("%s/q/state", (char *)*state);
	_cleanup_free_ char *jobs = xasprintf("%s/q/jobs", (char *)*state);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

	assert_int_equal(spool_make(dir, &why), 0);
	assert_int_equal(spool_check(dir, &why), 0);
	assert_int_equal(spool_make(dir, &why), 0);
	assert_int_equal(chmod(sub, 0777), 0);
	assert_int_equal(spool_check(dir, &why), -EPERM);
	assert_int_equal(chmod(sub, 0755), 0);
	assert_int_equal(chmod(dir, 0775), 0);
	assert_int_equal(spool_check(dir, &why), -EPERM);
	assert_int_equal(chmod(dir, 0755), 0);
	/* As everybody may write there, but not what others wrote. */
	assert_int_equal(chmod(jobs, 0777), 0);
	assert_int_equal(spool_check(dir, &why), -EPERM);
	assert_int_equal(chmod(jobs, 01777), 0);
	assert_int_equal(spool_check(dir, &why), 0);
	assert_int_equal(rmdir(sub), 0);
	assert_int_equal(symlink("/", sub), 0);
	assert_int_equal(spool_check(dir, &why), -EPERM);
	if (geteuid() != 0)
		return;
	assert_int_equal(unlink(sub), 0);
	assert_int_equal(mkdir(sub, 0755), 0);
	assert_int_equal(chown(sub, 65534, 65534), 0);
	assert_int_equal(spool_check(dir, &why), -EPERM);
}

#define TEST(_fn) \
	cmocka_unit_test_setup_teardown(_fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(many_add_at_once),
		TEST(adders_are_killed),
		TEST(numbers_do_not_come_again),
		TEST(what_is_put_there_is_no_job),
		TEST(damaged_states_are_said),
		TEST(cancelling),
		TEST(folders_of_others),
	};

	return cmocka_run_group_tests_name("queue-spool", tests, NULL, NULL);
}
