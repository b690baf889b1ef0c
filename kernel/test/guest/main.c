/* SPDX-License-Identifier: GPL-2.0-only */
/* PID 1 of the guest: runs the tests one by one. */
#include <poll.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <time.h>

#include "functest.h"
#include "modprobe.h"
#include "ports.h"
#include "tap.h"

#define TEST_SECONDS 120 /* of the guest's time, times patience() */
#define KMEMLEAK "/sys/kernel/debug/kmemleak"

/* Set by the linker: the tests in the order of the files. */
extern const struct test *const __start_functest_tests[];
extern const struct test *const __stop_functest_tests[];

static int status_fd = -1;
/* Each word is a string; empty strings follow the last one. */
static char cmdline[4096];
/* Why a test was skipped or failed, from its process. */
static char *reason;

/* --- for tests --- */

const char *option(const char *key)
{
	const char *want = str("functest.%s=", key);
	const char *const end = cmdline + sizeof(cmdline);

	for (const char *p = cmdline; p < end; p += strlen(p) + 1)
		if (!strncmp(p, want, strlen(want)))
			return p + strlen(want);
	return NULL;
}

unsigned long option_nr(const char *key, unsigned long otherwise)
{
	const char *value = option(key);

	return value ? strtoul(value, NULL, 0) : otherwise;
}

static bool is_slow(void)
{
	static int slow = -1;

	if (slow < 0)
		slow = exists(KMEMLEAK);
	return slow;
}

unsigned scaled(unsigned rounds)
{
	return is_slow() ? (rounds + 3) / 4 : rounds;
}

unsigned patience(void)
{
	return is_slow() ? 8 : 1;
}

void note(const char *fmt, ...)
{
	char text[TAP_LINE_MAX - 16];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tap_line(status_fd, "# %s", text);
}

void fail_at(const char *file, int line, const char *fmt, ...)
{
	const char *slash = strrchr(file, '/');
	char text[TAP_TEXT_MAX - 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!*reason)
		snprintf(reason, TAP_TEXT_MAX, "%.40s:%d: %s",
			 slash ? slash + 1 : file, line, text);
	_exit(TEST_FAILED);
}

void skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, TAP_TEXT_MAX, fmt, ap);
	va_end(ap);
	_exit(TEST_SKIPPED);
}

/* --- the machine --- */

static void end_machine(void) __attribute__((noreturn));
static void end_machine(void)
{
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void bail_out(const char *fmt, ...)
{
	int fd = status_fd >= 0 ? status_fd : open("/dev/kmsg", O_WRONLY);
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tap_line(fd, "Bail out! %s", text);
	end_machine();
}

static void mount_all(void)
{
	static const struct {
		const char *type, *path;
	} mounts[] = {
		{ "devtmpfs", "/dev" }, { "proc", "/proc" },
		{ "sysfs", "/sys" },	{ "debugfs", "/sys/kernel/debug" },
		{ "tmpfs", "/tmp" },	{ "tmpfs", "/cg" },
		{ "cgroup2", V2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].path, 0755);
		if (mount("none", mounts[i].path, mounts[i].type, 0, NULL) <
			    0 &&
		    errno != EBUSY)
			bail_out("mount %s: %s", mounts[i].path,
				 strerror(errno));
	}
	chmod("/tmp", 01777);
}

static void set_up(void)
{
	char *text;

	mount_all();
	put("/proc/sys/kernel/modprobe", "/init");
	put("/proc/sys/kernel/threads-max", "65536");
	put("/proc/sys/kernel/pid_max", "65536");
	status_fd = port_open("cgmark.status", "CGMARK_STATUS_FD");
	if (status_fd < 0)
		bail_out("no port: %s", strerror(-status_fd));
	tap_line(status_fd, "KTAP version 1");
	if (read_all("/proc/cmdline", &text) == 0)
		snprintf(cmdline, sizeof(cmdline), "%s", text);
	for (char *p = cmdline; (p = strpbrk(p, " \n"));)
		*p++ = '\0';
	reason = mmap(NULL, TAP_TEXT_MAX, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reason == MAP_FAILED)
		bail_out("no memory");
}

/* --- after each test --- */

static void clean_up_early(void)
{
	const char *left = clean_up();

	if (left)
		bail_out("left behind by a look at the kernel: %s", left);
}

/* --- tests --- */

/* Is the name on the list, or does it begin like one that is? */
static bool is_listed(const char *name, const char *list, bool whole)
{
	for (; list && *list; list += strcspn(list, ","), list += *list == ',')
		if (!strncmp(name, list, strcspn(list, ",")) &&
		    (!whole || strlen(name) == strcspn(list, ",")))
			return true;
	return false;
}

/* A zombie is still charged to its groups. */
static void reap_orphans(pid_t test)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    !info.si_pid || info.si_pid == test)
			return;
		waitpid(info.si_pid, NULL, 0);
	}
}

static int run_test(const struct test *t)
{
	struct pollfd pfd = { .events = POLLIN };
	int status = 0;
	pid_t pid;

	*reason = '\0';
	pid = fork();
	if (pid < 0)
		bail_out("fork: %s", strerror(errno));
	if (pid == 0) {
		setsid();
		if (t->need && !have(t->need))
			skip("the kernel has no %s", t->need);
		t->fn();
		_exit(0);
	}
	pfd.fd = syscall(SYS_pidfd_open, pid, 0);
	for (unsigned i = 0; i < TEST_SECONDS * 100 * patience(); i++) {
		if (poll(&pfd, 1, 10) > 0)
			break;
		reap_orphans(pid);
	}
	if (poll(&pfd, 1, 0) == 0) {
		snprintf(reason, TAP_TEXT_MAX, "not done after %u s",
			 TEST_SECONDS * patience());
		put("/proc/sysrq-trigger", "w");
		kill(pid, SIGKILL);
	}
	close(pfd.fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			bail_out("waitpid: %s", strerror(errno));
	if (WIFSIGNALED(status) && !*reason)
		snprintf(reason, TAP_TEXT_MAX, "killed by signal %d",
			 WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : TEST_FAILED;
}

/* Did the host demand this interface? */
static bool is_required(const char *need)
{
	return need && is_listed(need, option("require"), true);
}

static void report(unsigned nr, const struct test *t)
{
	struct timespec a, b;
	enum tap_result result = TAP_OK;
	char text[TAP_TEXT_MAX];
	const char *left;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &a);
	r = run_test(t);
	snprintf(text, sizeof(text), "%s", reason);
	left = clean_up();
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (r == TEST_SKIPPED)
		result = is_required(t->need) ? TAP_FAIL : TAP_SKIP;
	else if (r)
		result = TAP_FAIL;
	else if (left) {
		result = TAP_FAIL;
		snprintf(text, sizeof(text), "left behind: %s", left);
	}
	tap_result(status_fd, result, nr, t->name, text);
	if (result == TAP_FAIL && r && left)
		note("left behind: %s", left);
	note("took %lld ms", (b.tv_sec - a.tv_sec) * 1000LL +
				     (b.tv_nsec - a.tv_nsec) / 1000000);
}

/* Objects younger than 5 s are not reported: scan twice. */
static void report_leaks(unsigned nr)
{
	char *text = NULL, *save, *line;
	bool leaks;
	int r;

	/* Out of memory, it turns itself off, and then finds nothing. */
	r = put(KMEMLEAK, "scan");
	msleep(6000);
	r = r ?: put(KMEMLEAK, "scan");
	leaks = r < 0 || read_all(KMEMLEAK, &text) < 0 || *text;
	tap_result(status_fd, leaks ? TAP_FAIL : TAP_OK, nr, "kmemleak",
		   r < 0 ? str("scan: %s", strerror(-r)) : "see the report");
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		note("%s", line);
}

/* "part=1/2" is every second test, starting with the first. */
static bool is_in_part(size_t i)
{
	const char *text = option("part");
	unsigned part, parts;

	if (!text)
		return true;
	if (sscanf(text, "%u/%u", &part, &parts) != 2 || !part || part > parts)
		bail_out("functest.part=%s is no part: it is written 1/2",
			 text);
	return i % parts == part - 1;
}

static bool is_wanted(size_t i)
{
	const char *name = __start_functest_tests[i]->name;
	const char *only = option("only");

	return (!only || is_listed(name, only, false)) &&
	       !is_listed(name, option("without"), false) && is_in_part(i);
}

int main(int argc, char **argv)
{
	size_t nr = __stop_functest_tests - __start_functest_tests;
	unsigned wanted = 0, done = 0;
	bool leaks;

	if (getpid() != 1 && argc == 4 && !strcmp(argv[1], "-q"))
		return modprobe(argv[3]);
	if (getpid() != 1 && argc == 3 && !strcmp(argv[1], "touch"))
		touch_and_wait(argv[2]);
	if (getpid() != 1) {
		fprintf(stderr, "functest: runs as the guest's PID 1 only\n");
		return 2;
	}
	set_up();
	clean_start();
	find_interfaces(clean_up_early);
	leaks = exists(KMEMLEAK);
	for (size_t i = 0; i < nr; i++)
		wanted += is_wanted(i);
	if (!wanted)
		bail_out(
			"no test is left by functest.only and functest.without");
	tap_line(status_fd, "1..%u", wanted + leaks);
	for (size_t i = 0; i < nr; i++)
		if (is_wanted(i))
			report(++done, __start_functest_tests[i]);
	if (leaks)
		report_leaks(++done);
	tap_line(status_fd, "# cgmark: end");
	end_machine();
}
