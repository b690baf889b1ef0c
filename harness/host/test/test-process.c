/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "process.h"

/* Deadline for programs that should not hang; no test waits for it. */
#define PATIENCE_MS 60000

static int run_shell(char *script, struct process p)
{
	char shell[] = "/bin/sh", option[] = "-c";
	char *argv[] = { shell, option, script, NULL };

	p.argv = argv;
	if (!p.timeout_ms)
		p.timeout_ms = PATIENCE_MS;
	return process_run(&p);
}

#define SHELL(script, ...)            \
	run_shell((char[]){ script }, \
		  (struct process){ PROCESS_INIT, ##__VA_ARGS__ })

static void exit_codes(void **state)
{
	char name[] = "true", missing[] = "no-such-program-of-cgmark";
	char path[] = "/no/such/program", folder[] = "/";
	char *argv[] = { name, NULL };
	struct process p = { PROCESS_INIT, .argv = argv };

	assert_int_equal(process_run(&p), 0);
	assert_int_equal(SHELL("exit 7"), 7);
	assert_int_equal(SHELL("kill -9 $$"), 128 + SIGKILL);
	argv[0] = missing;
	assert_int_equal(process_run(&p), -ENOENT);
	argv[0] = path;
	assert_int_equal(process_run(&p), -ENOENT);
	argv[0] = folder;
	assert_int_equal(process_run(&p), -EACCES);
}

static void collects_both_streams(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;

	assert_int_equal(SHELL("echo one; echo two >&2; exit 3", .out = &out,
			       .err = &err),
			 3);
	assert_string_equal(out.buf, "one\n");
	assert_string_equal(err.buf, "two\n");
}

/* More than any pipe holds, both ways at once. */
static void feeds_stdin(void **state)
{
	enum { SIZE = 3 << 20 };
	_cleanup_strbuf_ struct strbuf in = STRBUF_INIT, out = STRBUF_INIT;

	strbuf_grow(&in, SIZE);
	for (unsigned i = 0; i < SIZE; i++)
		strbuf_add(&in, &(char){ i % 251 }, 1);
	assert_int_equal(
		SHELL("cat", .input = in.buf, .input_len = in.len, .out = &out),
		0);
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.buf, in.buf, in.len);
	/* A reader that stops early does not harm the writer. */
	assert_int_equal(SHELL("exit 0", .input = in.buf, .input_len = in.len),
			 0);
}

static void stdin_is_empty(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	assert_int_equal(SHELL("cat; echo end", .out = &out), 0);
	assert_string_equal(out.buf, "end\n");
}

static void too_much_is_an_error(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;

	assert_int_equal(SHELL("while :; do echo x; done", .out = &out,
			       .max_bytes = 1000),
			 -EFBIG);
	assert_int_equal(SHELL("while :; do echo x >&2; done", .err = &err,
			       .max_bytes = 1000),
			 -EFBIG);
}

static bool is_gone(pid_t pid)
{
	/* A process that init has not reaped yet is a zombie. */
	char path[64], state;
	FILE *f;
	int nr;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return true;
	nr = fscanf(f, "%*d (%*[^)]) %c", &state);
	fclose(f);
	return nr != 1 || state == 'Z' || state == 'X';
}

static void wait_until_gone(const char *pid_text)
{
	pid_t pid = atoi(pid_text);

	assert_true(pid > 1);
	while (!is_gone(pid))
		usleep(1000);
}

/* Ignores every signal it can, and has a child that holds the pipe. */
static void deadline(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	assert_int_equal(SHELL("trap '' TERM INT HUP; sleep 1000 & echo $!; "
			       "while :; do sleep 1000; done",
			       .out = &out, .timeout_ms = 500),
			 -ETIMEDOUT);
	wait_until_gone(out.buf);
	/* Also if silent, with stdout closed. */
	assert_int_equal(SHELL("exec >&-; exec sleep 1000", .timeout_ms = 100),
			 -ETIMEDOUT);
}

/* The end of the process counts, not of the pipe, which a child may hold. */
static void ends_with_the_process(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	assert_int_equal(SHELL("sleep 1000 & echo $!; exit 5", .out = &out), 5);
	wait_until_gone(out.buf);
}

static void group_of_its_own(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int pid, group;

	/* pid (comm) state ppid pgrp */
	assert_int_equal(SHELL("read -r a b c d e f </proc/self/stat; "
			       "echo $$ $e",
			       .out = &out),
			 0);
	assert_int_equal(sscanf(out.buf, "%d %d", &pid, &group), 2);
	assert_int_equal(pid, group);
}

static void inherits_what_is_kept(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int kept = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int other = open("/dev/null", O_RDONLY);
	char script[128], *text = script;

	assert_true(kept > 2 && other > 2);
	snprintf(script, sizeof(script),
		 "[ -e /proc/self/fd/%d ] && [ ! -e /proc/self/fd/%d ]", kept,
		 other);
	assert_int_equal(
		run_shell(text, (struct process){ PROCESS_INIT, .keep = &kept,
						  .nr_keep = 1 }),
		0);
	close(kept);
	close(other);
	/* These are its stdin, stdout and stderr. */
	assert_int_equal(SHELL("exit 0", .keep = (int[]){ 1 }, .nr_keep = 1),
			 -EBADF);
	assert_int_equal(SHELL("exit 0", .nr_keep = PROCESS_MAX_KEEP + 1),
			 -EINVAL);
}

static void default_signals(void **state)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGUSR1, SIG_IGN);
	assert_int_equal(SHELL("kill -TERM $$; exit 0"), 128 + SIGTERM);
	assert_int_equal(SHELL("kill -USR1 $$; exit 0"), 128 + SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* Runs fn in a child; returns its exit code. */
static int apart(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return process_exit_code(status);
}

static int run_without_streams(void)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (SHELL("cat; echo to-err >&2", .input = "to-out", .input_len = 6,
		  .out = &out, .err = &err) != 0)
		return 1;
	return !out.buf || !err.buf || strcmp(out.buf, "to-out") != 0 ||
	       strcmp(err.buf, "to-err\n") != 0;
}

/* "cgmark <&- >&- 2>&-": pipes get the numbers 0, 1 and 2. */
static void without_own_streams(void **state)
{
	assert_int_equal(apart(run_without_streams), 0);
}

static int answer(void *arg)
{
	return *(int *)arg;
}

static void runs_a_function(void **state)
{
	int number = 42;

	assert_int_equal(process_run(&(struct process){
				 PROCESS_INIT, .fn = answer, .arg = &number }),
			 42);
}

static int pipe_fds[2];

static int die_after_start(void)
{
	char script[] = "trap 'echo bye; exit' TERM; echo $$; "
			"while :; do sleep 0.05; done";
	char shell[] = "/bin/sh", option[] = "-c";
	char *argv[] = { shell, option, script, NULL };
	struct process p = { PROCESS_INIT, .argv = argv,
			     .death_signal = SIGTERM };
	int pidfd;
	pid_t pid;
	char byte;

	p.out_fd = pipe_fds[1];
	if (process_start(&p, &pid, &pidfd) < 0)
		return 1;
	/* Its output says that it listens. */
	if (read(pipe_fds[0], &byte, 1) != 1)
		return 1;
	kill(getpid(), SIGKILL);
	return 1;
}

static void dies_with_its_parent(void **state)
{
	char text[256] = "";
	size_t len = 0;
	ssize_t n;

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	assert_int_equal(apart(die_after_start), 128 + SIGKILL);
	close(pipe_fds[1]);
	while ((n = read(pipe_fds[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(pipe_fds[0]);
	assert_non_null(strstr(text, "bye"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(collects_both_streams),
		cmocka_unit_test(feeds_stdin),
		cmocka_unit_test(stdin_is_empty),
		cmocka_unit_test(too_much_is_an_error),
		cmocka_unit_test(deadline),
		cmocka_unit_test(ends_with_the_process),
		cmocka_unit_test(group_of_its_own),
		cmocka_unit_test(inherits_what_is_kept),
		cmocka_unit_test(default_signals),
		cmocka_unit_test(without_own_streams),
		cmocka_unit_test(runs_a_function),
		cmocka_unit_test(dies_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
