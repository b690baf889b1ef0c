/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Supervision over replayed streams.  Deadlines that are to pass are short;
 * those that are not to are so long that no load of the host makes them pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "record.h"
#include "supervise.h"

#define MAX_BOOTS 8
#define SHORT_MS 300

#define CONSOLE "[    0.000000] Linux version 6.12\n[    0.860000] reboot\n"
#define HELLO                         \
	"KTAP version 1\n1..1\n"      \
	"    KTAP version 1\n"        \
	"    # Subtest: bench-null\n" \
	"    1..2\n"
#define POINT_1 "    # start null\n    ok 1 null\n"
#define POINT_2 "    # start syscall\n    ok 2 syscall\n"
#define STATUS_END "ok 1 bench-null\n# cgmark: end\n"
#define STATUS HELLO POINT_1 POINT_2 STATUS_END

struct fixture {
	char *dir;
	char *streams;
	struct run *run;
	struct boot_job jobs[MAX_BOOTS];
	unsigned patience;
	struct boots b;
	char *samples; /* a good stream */
	/* What on_end() saw. */
	size_t nr_ended;
	size_t last_done;
	int raise_signal; /* at the first end; 0: none */
};

static void write_text(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
}

static char *good_samples(void)
{
	struct sample s = { .id.bench = "null",
			    .id.version = 1,
			    .metric = "insns",
			    .value = 42,
			    .nr_ops = 1 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char line[REC_LINE_MAX];

	assert_true(rec_format_head(line, sizeof(line), "cgmark-samples") > 0);
	strbuf_addstr(&sb, line);
	for (s.rep = 0; s.rep < 31; s.rep++) {
		assert_true(rec_format_sample(line, sizeof(line), &s) > 0);
		strbuf_addstr(&sb, line);
	}
	assert_true(rec_format_end(line, sizeof(line), 31,
				   rec_crc32(0, sb.buf, sb.len)) > 0);
	strbuf_addstr(&sb, line);
	return strbuf_steal(&sb);
}

static void on_end(const struct boot_job *job, size_t done, size_t nr,
		   void *arg)
{
	struct fixture *f = arg;

	assert_true(job->boot->finished);
	assert_int_equal(nr, f->b.nr_jobs);
	assert_true(done > f->last_done);
	f->last_done = done;
	f->nr_ended++;
	if (f->raise_signal)
		kill(getpid(), f->raise_signal);
	f->raise_signal = 0;
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");
	static const char *const names[] = { "base", "other" };

	f->dir = xasprintf("%s/cgmark-unit-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	f->streams = xasprintf("%s/streams", f->dir);
	assert_int_equal(mkdir(f->streams, 0755), 0);
	f->samples = good_samples();
	f->run = run_new();
	f->run->dir = xasprintf("%s/run", f->dir);
	f->run->nr_kernels = ARRAY_SIZE(names);
	f->run->kernels = xcalloc(ARRAY_SIZE(names), sizeof(struct run_kernel));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		f->run->kernels[i].name = xstrdup(names[i]);
	f->run->boots = xcalloc(MAX_BOOTS, sizeof(struct run_boot));
	f->b = (struct boots){
		.ops = &machine_fake,
		.machine_arg = f->streams,
		.run = f->run,
		.jobs = f->jobs,
		.parallel = 1,
		.on_end = on_end,
		.arg = f,
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int r;

	for (size_t i = 0; i < f->b.nr_jobs; i++)
		cleanup_free(&(char *){ (char *)(uintptr_t)f->jobs[i].dir });
	run_free(f->run);
	r = rm_rf(f->dir);
	free(f->streams);
	free(f->samples);
	free(f->dir);
	free(f);
	return r;
}

/* Streams of one kernel, NULL: none of that kind. */
static void record(struct fixture *f, const char *kernel, const char *status,
		   const char *samples, const char *ending)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s", f->streams, kernel);

	assert_int_equal(mkdir_p(dir, 0755), 0);
	write_text(dir, "console.log", CONSOLE);
	if (status)
		write_text(dir, "status.ktap", status);
	if (samples)
		write_text(dir, "samples.tsv", samples);
	if (ending)
		write_text(dir, "ending", ending);
}

static void record_console(struct fixture *f, const char *kernel,
			   const char *text)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s", f->streams, kernel);

	write_text(dir, "console.log", text);
}

static struct run_boot *add_boot(struct fixture *f, unsigned kernel)
{
	size_t i = f->b.nr_jobs++;
	struct run_boot *boot = &f->run->boots[i];
	char *dir;

	assert_true(i < MAX_BOOTS);
	f->run->nr_boots = f->b.nr_jobs;
	boot->kernel = kernel;
	boot->perturbation = i;
	boot->id = xasprintf("%s-p%zu", f->run->kernels[kernel].name, i);
	dir = xasprintf("%s/boots/%s", f->run->dir, boot->id);
	assert_int_equal(mkdir_p(dir, 0755), 0);
	f->jobs[i] = (struct boot_job){
		.img = {
			.kernel_name = f->run->kernels[kernel].name,
			.role = "measure",
			.perturbation = i,
		},
		.dir = dir,
		.boot = boot,
		.nr_points = 2,
		.patience = f->patience,
	};
	return boot;
}

static bool has_file(const struct fixture *f, const struct run_boot *boot,
		     const char *name)
{
	_cleanup_free_ char *path =
		xasprintf("%s/boots/%s/%s", f->run->dir, boot->id, name);

	return access(path, F_OK) == 0;
}

static void assert_file(const struct fixture *f, const struct run_boot *boot,
			const char *name, const char *want)
{
	_cleanup_free_ char *path =
		xasprintf("%s/boots/%s/%s", f->run->dir, boot->id, name);
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	assert_int_equal(read_file(path, &got), 0);
	assert_string_equal(got.buf ? got.buf : "", want);
}

static void assert_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void assert_failed(const struct run_boot *boot, enum blame blame,
			  const char *reason)
{
	assert_true(boot->finished);
	assert_false(boot->ok);
	if (!strstr(boot->reason, reason))
		fail_msg("'%s' does not say '%s'", boot->reason, reason);
	assert_null(strchr(boot->reason, '\n'));
	assert_string_equal(blame_str(boot->blame), blame_str(blame));
	assert_no_child();
}

/* One boot of one kernel, carried out. */
static struct run_boot *run_one(struct fixture *f, const char *status,
				const char *samples, const char *ending)
{
	struct run_boot *boot;

	record(f, "base", status, samples, ending);
	boot = add_boot(f, 0);
	assert_int_equal(boots_run(&f->b), 0);
	return boot;
}

/* --- endings that are well --- */

static void test_ok(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boots[5];
	_cleanup_free_ char *command = xasprintf("replay %s/base", f->streams);
	char crc[9];

	record(f, "base", STATUS, f->samples, NULL);
	for (int i = 0; i < 5; i++)
		boots[i] = add_boot(f, 0);
	f->b.parallel = 2;
	assert_int_equal(boots_run(&f->b), 0);
	assert_int_equal(f->nr_ended, 5);
	snprintf(crc, sizeof(crc), "%08x",
		 rec_crc32(0, f->samples, strlen(f->samples)));
	for (int i = 0; i < 5; i++) {
		assert_true(boots[i]->ok);
		assert_string_equal(boots[i]->reason, "");
		assert_string_equal(boots[i]->splat, "");
		assert_string_equal(boots[i]->samples_crc, crc);
		assert_string_equal(boots[i]->command_line, command);
		assert_int_equal(boots[i]->samples_bytes, strlen(f->samples));
		assert_file(f, boots[i], "console.log", CONSOLE);
		assert_file(f, boots[i], "status.ktap", STATUS);
		assert_file(f, boots[i], "samples.tsv", f->samples);
		assert_true(has_file(f, boots[i], "boot.json"));
	}
	assert_no_child();
}

/* A line every 100 ms, longer in all than the silence that is allowed. */
static void test_slow(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf status = STRBUF_INIT;
	struct run_boot *boot;

	strbuf_addstr(&status, HELLO POINT_1);
	for (int i = 0; i < 60; i++)
		strbuf_addf(&status, "    # still at it, %d\n", i);
	strbuf_addstr(&status, POINT_2 STATUS_END);
	f->b.deadlines.silence_ms = 5000;
	boot = run_one(f, status.buf, f->samples, "slow 100\n");
	assert_true(boot->ok);
	assert_true(boot->wall_ms > 5000);
	assert_file(f, boot, "status.ktap", status.buf);
}

static void test_one_point_in_error(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot;

	boot = run_one(f,
		       HELLO POINT_1
		       "    # start syscall\n"
		       "    not ok 2 syscall # ERROR timeout\n" STATUS_END,
		       f->samples, NULL);
	assert_true(boot->ok);
}

/* --- endings that are not --- */

static void test_truncated_samples(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *cut =
		xstrndup(f->samples, strlen(f->samples) - 20);

	assert_failed(run_one(f, STATUS, cut, NULL), BLAME_HARNESS,
		      "truncated");
}

static void test_splat(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot;

	record(f, "base", STATUS, f->samples, NULL);
	record_console(f, "base",
		       "[    0.100000] WARNING: CPU: 0 PID: 1 at "
		       "kernel/cgroup/cgroup.c:1 f\r\n"
		       "[    0.200000] BUG: later\r\n" CONSOLE);
	boot = add_boot(f, 0);
	assert_int_equal(boots_run(&f->b), 0);
	assert_failed(boot, BLAME_SUBJECT, "WARNING: CPU: 0 PID: 1");
	assert_string_equal(boot->splat, "WARNING: CPU: 0 PID: 1 at "
					 "kernel/cgroup/cgroup.c:1 f");
	/* The numbers are kept all the same. */
	assert_file(f, boot, "samples.tsv", f->samples);
}

/* It ends at once, not when the guest has been silent for minutes. */
static void test_panic(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot;

	record(f, "base", HELLO, NULL, "hang\n");
	record_console(f, "base",
		       CONSOLE
		       "[    0.300000] Oops: 0000 [#1]\n"
		       "[    0.300000] Kernel panic - not syncing: \x1b[2Jx\n"
		       "[    0.300000] trace");
	boot = add_boot(f, 0);
	assert_int_equal(boots_run(&f->b), 0);
	assert_failed(boot, BLAME_SUBJECT,
		      "Kernel panic - not syncing: ?[2Jx; before it: Oops: 0");
	assert_string_equal(boot->splat, "Oops: 0000 [#1]");
	assert_true(boot->wall_ms < 60 * 1000);
}

static void test_no_hello(void **state)
{
	struct fixture *f = *state;

	f->b.deadlines.hello_ms = SHORT_MS;
	assert_failed(run_one(f, NULL, NULL, "hang\n"), BLAME_SUBJECT,
		      "no sign of userspace within 300 ms");
}

static void test_point_hangs(void **state)
{
	struct fixture *f = *state;

	f->b.deadlines.point_ms = SHORT_MS;
	assert_failed(run_one(f, HELLO POINT_1 "    # start syscall a=1\n",
			      NULL, "hang\n"),
		      BLAME_SUBJECT,
		      "point syscall a=1 did not end within 300 ms");
}

static void test_silence(void **state)
{
	struct fixture *f = *state;

	f->b.deadlines.silence_ms = SHORT_MS;
	assert_failed(run_one(f, HELLO POINT_1, NULL, "hang\n"), BLAME_SUBJECT,
		      "no output for 300 ms");
}

static void test_patience(void **state)
{
	struct fixture *f = *state;

	f->patience = 3;
	f->b.deadlines.silence_ms = SHORT_MS;
	assert_failed(run_one(f, HELLO POINT_1, NULL, "hang\n"), BLAME_SUBJECT,
		      "no output for 900 ms");
}

/* Output all the time, and no end to it. */
static void test_boot_deadline(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf status = STRBUF_INIT;

	strbuf_addstr(&status, HELLO);
	for (int i = 0; i < 100000; i++)
		strbuf_addstr(&status, "# more\n");
	f->b.deadlines.boot_ms = 1000;
	assert_failed(run_one(f, status.buf, NULL, "slow 1\n"), BLAME_SUBJECT,
		      "the boot did not end within 1 s");
}

static void test_spin(void **state)
{
	struct fixture *f = *state;

	f->b.deadlines.silence_ms = SHORT_MS;
	assert_failed(run_one(f, HELLO POINT_1, NULL, "spin\n"), BLAME_SUBJECT,
		      "no output for 300 ms");
}

/* No fault of the kernel, whichever deadline passes. */
static void test_stopped(void **state)
{
	struct fixture *f = *state;

	f->b.deadlines.silence_ms = SHORT_MS;
	assert_failed(run_one(f, HELLO POINT_1, NULL, "stop\n"), BLAME_HOST,
		      "replay was stopped by a signal");
}

static void test_killed(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot;

	boot = run_one(f, HELLO POINT_1, NULL, "die 9\n");
	assert_failed(boot, BLAME_HOST, "died: killed by signal 9");
	assert_file(f, boot, "status.ktap", HELLO POINT_1);
}

static void test_exit_status(void **state)
{
	struct fixture *f = *state;

	assert_failed(run_one(f, NULL, NULL, "exit 3\n"), BLAME_HOST,
		      "died: exit status 3; stderr: replay: asked to fail");
}

static void test_flood(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = NULL;
	struct run_boot *boot;
	struct stat st;

	boot = run_one(f, HELLO, NULL, "flood\n");
	assert_failed(boot, BLAME_SUBJECT, "console.log flood");
	path = xasprintf("%s/boots/%s/console.log", f->run->dir, boot->id);
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_size, 16 << 20, (16 << 20) + 100);
}

static void test_early_end(void **state)
{
	struct fixture *f = *state;

	assert_failed(
		run_one(f, HELLO POINT_1 "    # start syscall\n", NULL, NULL),
		BLAME_SUBJECT, "after 1 of 2 points, in syscall");
}

static void test_silent_end(void **state)
{
	struct fixture *f = *state;

	assert_failed(run_one(f, NULL, NULL, NULL), BLAME_SUBJECT,
		      "before userspace said anything");
}

static void test_bail_out(void **state)
{
	struct fixture *f = *state;

	assert_failed(run_one(f, HELLO "Bail out! no /plan.tsv\n", NULL, NULL),
		      BLAME_BENCH, "Bail out! no /plan.tsv");
}

static void test_all_in_error(void **state)
{
	struct fixture *f = *state;

	assert_failed(run_one(f,
			      HELLO
			      "    # start null\n"
			      "    not ok 1 null # ERROR timeout\n" STATUS_END,
			      f->samples, NULL),
		      BLAME_BENCH, "null # ERROR timeout");
}

/* As when the run is read again: the directive counts, not the first word. */
static void test_directive_counts(void **state)
{
	struct fixture *f = *state;

	assert_failed(run_one(f,
			      HELLO
			      "    # start null\n"
			      "    ok 1 null # ERROR timeout\n" STATUS_END,
			      f->samples, NULL),
		      BLAME_BENCH, "first: ok 1 null # ERROR timeout");
}

/* Garbage on all channels: long lines, NULs, control characters. */
static void test_garbage(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *dir = xasprintf("%s/base", f->streams);
	_cleanup_free_ char *path = xasprintf("%s/status.ktap", dir);
	_cleanup_free_ char *junk = xmalloc(300000);
	struct run_boot *boot;

	record(f, "base", "", NULL, NULL);
	for (unsigned i = 0; i < 300000; i++)
		junk[i] = (char)(i * 7919U >> 3);
	assert_int_equal(write_file_atomic(path, junk, 300000), 0);
	cleanup_free(&path);
	path = xasprintf("%s/console.log", dir);
	assert_int_equal(write_file_atomic(path, junk, 300000), 0);
	boot = add_boot(f, 0);
	assert_int_equal(boots_run(&f->b), 0);
	assert_failed(boot, BLAME_SUBJECT, "ended early");
}

/* --- more than one boot --- */

/* No use in trying the rest of a kernel that does not boot. */
static void test_given_up(void **state)
{
	struct fixture *f = *state;
	static const unsigned kernels[] = { 0, 1, 0, 1, 0, 1, 0 };
	struct run_boot *boots[7];

	record(f, "base", NULL, NULL, NULL);
	record(f, "other", STATUS, f->samples, NULL);
	for (int i = 0; i < 7; i++)
		boots[i] = add_boot(f, kernels[i]);
	assert_int_equal(boots_run(&f->b), 0);
	assert_true(boots[0]->finished && boots[2]->finished);
	assert_false(boots[4]->finished || boots[6]->finished);
	assert_false(has_file(f, boots[4], "boot.json"));
	for (int i = 1; i < 7; i += 2)
		assert_true(boots[i]->ok);
}

/* One that measured something is tried to the end. */
static void test_not_given_up(void **state)
{
	struct fixture *f = *state;
	struct run_boot *last = NULL;

	record(f, "base", HELLO POINT_1, NULL, NULL);
	for (int i = 0; i < 4; i++)
		last = add_boot(f, 0);
	assert_int_equal(boots_run(&f->b), 0);
	assert_failed(last, BLAME_SUBJECT, "ended early");
}

static void interrupt_by(struct fixture *f, int sig)
{
	struct run_boot *done, *cut, *never;
	sigset_t before, after, pending;

	record(f, "base", STATUS, f->samples, NULL);
	record(f, "other", HELLO POINT_1, NULL, "hang\n");
	done = add_boot(f, 0);
	cut = add_boot(f, 1);
	never = add_boot(f, 1);
	f->raise_signal = sig;
	f->b.parallel = 2;
	sigprocmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(boots_run(&f->b), -EINTR);
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (int i = 1; i < NSIG; i++)
		assert_int_equal(sigismember(&before, i),
				 sigismember(&after, i));
	sigpending(&pending);
	assert_false(sigismember(&pending, sig));
	assert_true(done->ok);
	assert_true(has_file(f, done, "boot.json"));
	assert_false(cut->finished || never->finished);
	assert_false(has_file(f, cut, "boot.json"));
	assert_no_child();
}

static void test_sigint(void **state)
{
	interrupt_by(*state, SIGINT);
}

static void test_sigterm(void **state)
{
	interrupt_by(*state, SIGTERM);
}

/* Without waiting: the signal came before the first boot. */
static void test_sigint_before(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot;
	sigset_t set;

	record(f, "base", HELLO, NULL, "hang\n");
	boot = add_boot(f, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGINT);
	assert_int_equal(boots_run(&f->b), -EINTR);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	assert_false(boot->finished);
	assert_no_child();
}

static void test_disk_full(void **state)
{
	struct fixture *f = *state;
	struct run_boot *done, *full, *never;
	_cleanup_free_ char *path = NULL;

	record(f, "base", STATUS, f->samples, NULL);
	record(f, "other", HELLO, f->samples, "hang\n");
	done = add_boot(f, 0);
	full = add_boot(f, 1);
	never = add_boot(f, 0);
	path = xasprintf("%s/boots/%s/samples.tsv", f->run->dir, full->id);
	assert_int_equal(symlink("/dev/full", path), 0);
	assert_int_equal(boots_run(&f->b), -ENOSPC);
	assert_true(done->ok);
	assert_file(f, done, "samples.tsv", f->samples);
	assert_false(full->finished || never->finished);
	assert_false(has_file(f, full, "boot.json"));
	assert_no_child();
	/* run_free() does not read it, a later look at the tree might. */
	assert_int_equal(unlink(path), 0);
}

static void test_no_streams(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot = add_boot(f, 0);

	f->b.machine_arg = "/nonexistent/streams";
	assert_int_equal(boots_run(&f->b), -ENOENT);
	assert_false(boot->finished);
	assert_no_child();
}

static void test_no_boot_dir(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot;

	record(f, "base", STATUS, f->samples, NULL);
	boot = add_boot(f, 0);
	assert_int_equal(rm_rf(f->jobs[0].dir), 0);
	assert_int_equal(boots_run(&f->b), -ENOENT);
	assert_false(boot->finished);
	assert_no_child();
}

/* MAX_BOOTS side by side, with as many descriptors as one takes. */
static bool boots_with_few(struct fixture *f, bool hard)
{
	struct rlimit before, few;
	bool ok = true;

	record(f, "base", STATUS, f->samples, NULL);
	for (int i = 0; i < MAX_BOOTS; i++)
		add_boot(f, 0);
	f->b.parallel = MAX_BOOTS;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ 56, hard ? 56 : before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	ok = boots_run(&f->b) == 0;
	if (!hard)
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (int i = 0; i < MAX_BOOTS; i++)
		ok = ok && f->run->boots[i].ok;
	return ok;
}

static void test_soft_limit(void **state)
{
	assert_true(boots_with_few(*state, false));
}

static void test_hard_limit(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	/* Nobody but root could raise it again. */
	if (pid == 0)
		_exit(boots_with_few(*state, true) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* kill -9 of the harness takes the machine with it, deaf as it may be. */
static void test_harness_killed(void **state)
{
	struct fixture *f = *state;
	struct run_boot *boot;
	_cleanup_free_ char *path = NULL;
	int status;
	pid_t pid;

	record(f, "base", HELLO, NULL, "spin\n");
	boot = add_boot(f, 0);
	path = xasprintf("%s/boots/%s/status.ktap", f->run->dir, boot->id);
	/* Orphans come to us, so that their end can be waited for. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(boots_run(&f->b) ? 1 : 0);
	for (struct stat st = { 0 }; stat(path, &st) < 0 || !st.st_size;)
		usleep(1000);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	/* Blocks for ever, and the test times out, if it is not killed. */
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	assert_no_child();
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ok),
		T(test_slow),
		T(test_one_point_in_error),
		T(test_truncated_samples),
		T(test_splat),
		T(test_panic),
		T(test_no_hello),
		T(test_point_hangs),
		T(test_silence),
		T(test_patience),
		T(test_boot_deadline),
		T(test_spin),
		T(test_stopped),
		T(test_killed),
		T(test_exit_status),
		T(test_flood),
		T(test_early_end),
		T(test_silent_end),
		T(test_bail_out),
		T(test_all_in_error),
		T(test_directive_counts),
		T(test_garbage),
		T(test_given_up),
		T(test_not_given_up),
		T(test_sigint),
		T(test_sigterm),
		T(test_sigint_before),
		T(test_disk_full),
		T(test_no_streams),
		T(test_no_boot_dir),
		T(test_soft_limit),
		T(test_hard_limit),
		T(test_harness_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
