/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oom subsystem: handlers of memory shortage in userspace.
 *
 * Most tests have one job that needs NEED MiB in a group with a limit of LIMIT,
 * so that it waits for a handler, which is the test itself, outside of the
 * group, or a process of its own.
 */
#include <linux/mempolicy.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "functest.h"

#define G H "/g"
#define LIMIT "8M"
#define MORE "32M"
#define NEED 12
/* A deadline that must not matter: if it did, the test would time out. */
#define LONG_MS 50000
#define LONG "50000"
/* How late something "immediate" may be. */
#define SLACK_MS 4000

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- jobs --- */

struct job {
	pid_t pid;
	int fd; /* readable once it has all the memory it wanted */
};

static int take_fault(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < len; i += 4096)
		p[i] = 1;
	return 0;
}

/* The kernel touches the memory. */
static int take_read(size_t len)
{
	const size_t piece = 1 << 20;
	int fd = open("/dev/zero", O_RDONLY);
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || p == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < len; i += piece)
		if (read(fd, p + i, piece) != (ssize_t)piece)
			return 2;
	return 0;
}

/* No page tables involved, and a lock of the file is held. */
static int take_tmpfs(size_t len)
{
	static char buf[1 << 20];
	int fd = open("/tmp", O_RDWR | O_TMPFILE, 0600);

	if (fd < 0)
		return 1;
	memset(buf, 1, sizeof(buf));
	for (; len; len -= sizeof(buf))
		if (write(fd, buf, sizeof(buf)) != sizeof(buf))
			return 2;
	return 0;
}

/*
 * A child that inherits oom.await is a handler too: an open file counts for as
 * long as anybody has it.  Keeps one descriptor, as number 3.
 */
static void close_all_but(int fd)
{
	must(sys(dup2(fd, 3)));
	must(sys(close_range(4, ~0U, 0)));
}

/* Keeps its memory until it is stopped. */
static struct job start(const char *group, int (*take)(size_t), unsigned mib)
{
	struct job job;
	int p[2];

	must(sys(pipe2(p, O_CLOEXEC)));
	job.pid = must(sys(fork()));
	if (job.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close_all_but(p[1]);
		must(attach(group, getpid()));
		if (take((size_t)mib << 20))
			_exit(1);
		must(sys(write(3, "x", 1)));
		for (;;)
			pause();
	}
	close(p[1]);
	job.fd = p[0];
	return job;
}

static bool is_done(const struct job *job)
{
	struct pollfd pfd = { .fd = job->fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1 && pfd.revents & POLLIN;
}

static bool is_gone(const struct job *job)
{
	siginfo_t info = { .si_pid = 0 };

	must(sys(waitid(P_PID, job->pid, &info, WEXITED | WNOHANG | WNOWAIT)));
	return info.si_pid == job->pid;
}

/* Killed by the OOM killer, or by the caller. */
static void wait_killed(struct job *job)
{
	wait_for(is_gone(job));
	wait_signal(job->pid, SIGKILL);
	check(!is_done(job));
	close(job->fd);
}

/* It got all that it wanted. */
static void wait_done(struct job *job)
{
	wait_for(is_done(job) || is_gone(job));
	check(is_done(job));
	check(!is_gone(job));
	stop(job->pid);
	close(job->fd);
}

/* --- groups and handlers --- */

static void make_group(const char *path, const char *limit, const char *delay)
{
	group(path);
	must(put(str("%s/memory.limit_in_bytes", path), limit));
	must(put(str("%s/oom.delay_ms", path), delay));
}

static void set_up(const char *delay)
{
	must(mount_v1(H, "memory,oom,name=t"));
	make_group(G, LIMIT, delay);
}

static long in_stat(const char *path, const char *key)
{
	return stat_value(str("%s/oom.stat", path), key);
}

static long limit_failures(const char *path)
{
	return number_in(str("%s/memory.failcnt", path));
}

static long nr_kills(const char *path)
{
	return stat_value(str("%s/memory.oom_control", path), "oom_kill");
}

static void wait_deferred(const char *path)
{
	wait_for(in_stat(path, "deferred") > 0);
}

static long inode_of(const char *path)
{
	struct stat st;

	must(sys(stat(path, &st)));
	return st.st_ino;
}

struct told {
	unsigned long long seq, group;
	char reason[16], event[16];
};

static struct told parse(const char *text)
{
	struct told t;
	int n = -1;

	if (sscanf(text, "seq %llu\nreason %15s\nevent %15s\ngroup %llu\n%n",
		   &t.seq, t.reason, t.event, &t.group, &n) != 4 ||
	    (text[n] && strncmp(text + n, "seq ", 4)))
		fail("not what oom.await should be: '%s'", text);
	return t;
}

/* The last event: older ones follow. */
static int read_await(int fd, struct told *ret)
{
	char text[2048];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	*ret = parse(text);
	return 0;
}

/* Become a handler; the descriptor is ready to be polled. */
static int handle(const char *path)
{
	int fd = must(
		sys(open(str("%s/oom.await", path), O_RDONLY | O_CLOEXEC)));
	struct told t;

	must(read_await(fd, &t));
	return fd;
}

static bool is_told(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLPRI };

	return must(sys(poll(&pfd, 1, ms * (int)patience()))) == 1;
}

static struct told wait_told(int fd)
{
	struct told t;

	if (!is_told(fd, 20000))
		fail("no event");
	must(read_await(fd, &t));
	return t;
}

static void check_event(const struct told *t, const char *event,
			const char *path)
{
	check_str(t->event, event);
	check_str(t->reason, "memcg");
	check_eq(t->group, inode_of(path));
}

static void check_told(int fd, const char *event, const char *path)
{
	struct told t = wait_told(fd);

	check_event(&t, event, path);
}

/* A process that is a handler and does nothing. */
static pid_t passive_handler(const char *path)
{
	int p[2];
	char c;
	pid_t pid;

	must(sys(pipe2(p, O_CLOEXEC)));
	pid = must(sys(fork()));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close_all_but(p[1]);
		handle(path);
		must(sys(write(3, "x", 1)));
		for (;;)
			pause();
	}
	check_eq(read(p[0], &c, 1), 1);
	close(p[0]);
	close(p[1]);
	return pid;
}

/* --- files --- */

static void check_mode(const char *file, unsigned mode)
{
	struct stat st;

	must(sys(stat(file, &st)));
	if ((st.st_mode & 07777) != mode)
		fail("mode of %s is %o", file, st.st_mode);
}

TEST(oom, files, "oom")
{
	static const char *const dirs[] = { H, G, G "/x" };

	set_up("0");
	group(G "/x");
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		check_mode(str("%s/oom.delay_ms", dirs[i]), 0644);
		check_mode(str("%s/oom.await", dirs[i]), 0400);
		check_mode(str("%s/oom.control", dirs[i]), 0200);
		check_mode(str("%s/oom.stat", dirs[i]), 0444);
		check_str(text_of(str("%s/oom.delay_ms", dirs[i])), "0\n");
		check_str(text_of(str("%s/oom.await", dirs[i])),
			  "seq 0\nreason none\nevent none\ngroup 0\n");
		check_eq(in_stat(dirs[i], "oom"), 0);
		check_eq(in_stat(dirs[i], "deferred"), 0);
		check_eq(in_stat(dirs[i], "expired"), 0);
		check_mode(str("%s/oom.near_bytes", dirs[i]), 0644);
		check_str(text_of(str("%s/oom.near_bytes", dirs[i])), "0\n");
		check_eq(in_stat(dirs[i], "near"), 0);
		check_eq(in_stat(dirs[i], "handlers"), 0);
	}
}

TEST(oom, delay_values, "oom")
{
	static const char *const bad[] = { "60001", "-1", "x",
					   "1 2",   "1s", "4294967296" };

	set_up("0");
	must(put(G "/oom.delay_ms", "60000"));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (put(G "/oom.delay_ms", bad[i]) != -EINVAL)
			fail("'%s' was not refused with EINVAL", bad[i]);
	check_eq(number_in(G "/oom.delay_ms"), 60000);
	must(put(G "/oom.delay_ms", "1"));
	check_eq(number_in(G "/oom.delay_ms"), 1);
	must(put(G "/oom.delay_ms", "0"));
	/* A new group has no delay, whatever its parent has. */
	must(put(G "/oom.delay_ms", "7"));
	group(G "/x");
	check_eq(number_in(G "/x/oom.delay_ms"), 0);
	/* Nor has the root group of a new hierarchy. */
	must(put(H "/oom.delay_ms", "7"));
	must(remount_v1(H, "memory,name=t"));
	must(remount_v1(H, "memory,oom,name=t"));
	check_eq(number_in(H "/oom.delay_ms"), 0);
	check_eq(number_in(G "/oom.delay_ms"), 0);
}

TEST(oom, near_values, "oom")
{
	static const char *const bad[] = { "-1", "x", "1M", "1 2", "0x" };
	static const char *const good[] = { "1", "4096", "4097",
					    "18446744073709551615", "0" };

	set_up("0");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (put(G "/oom.near_bytes", bad[i]) != -EINVAL)
			fail("'%s' was not refused with EINVAL", bad[i]);
	must_fail(put(G "/oom.near_bytes", "18446744073709551616"), ERANGE);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		must(put(G "/oom.near_bytes", good[i]));
		check_str(text_of(G "/oom.near_bytes"), str("%s\n", good[i]));
	}
	/* Same as the delay. */
	must(put(G "/oom.near_bytes", "7"));
	must(put(H "/oom.near_bytes", "7"));
	group(G "/x");
	check_eq(number_in(G "/x/oom.near_bytes"), 0);
	must(remount_v1(H, "memory,name=t"));
	must(remount_v1(H, "memory,oom,name=t"));
	check_eq(number_in(H "/oom.near_bytes"), 0);
	check_eq(number_in(G "/oom.near_bytes"), 0);
}

TEST(oom, control_values, "oom")
{
	static const char *const bad[] = {
		"x",
		"killed",
		"kill 1",
		"extend",
		"extend ",
		"extend 0",
		"extend x",
		"extend -1",
		"extend 60001",
		"extend 1 2",
		"extend 4294967297",
		"Kill",
		"extend1",
	};

	set_up("100");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (put(G "/oom.control", bad[i]) != -EINVAL)
			fail("'%s' was not refused with EINVAL", bad[i]);
	must_fail(put(G "/oom.control", "kill"), ESRCH);
	must_fail(put(G "/oom.control", "kill\n"), ESRCH);
	must_fail(put(G "/oom.control", "extend 1"), ESRCH);
	must_fail(put(G "/oom.control", "extend 60000\n"), ESRCH);
}

TEST(oom, handlers_are_counted, "oom")
{
	int a, b, c;

	set_up("0");
	a = handle(G);
	b = handle(G);
	check_eq(in_stat(G, "handlers"), 2);
	check_eq(in_stat(H, "handlers"), 0);
	c = must(sys(dup(a)));
	close(a);
	check_eq(in_stat(G, "handlers"), 2);
	close(c);
	check_eq(in_stat(G, "handlers"), 1);
	close(b);
	check_eq(in_stat(G, "handlers"), 0);
	/* A file not read yet reports an event. */
	a = must(sys(open(G "/oom.await", O_RDONLY)));
	check(is_told(a, 0));
	must(sys(close(a)));
}

static int open_as_user(void *arg)
{
	int fd;

	become_user();
	fd = open(arg, O_RDONLY);
	return fd < 0 ? -errno : 0;
}

static int write_as_user(void *arg)
{
	become_user();
	return put(arg, strstr(arg, "control") ? "kill" : "1");
}

TEST(oom, unprivileged, "oom")
{
	char await[] = G "/oom.await", delay[] = G "/oom.delay_ms";
	char control[] = G "/oom.control", stats[] = G "/oom.stat";
	char near[] = G "/oom.near_bytes";

	set_up("100");
	check_eq(in_child(open_as_user, await), -EACCES);
	check_eq(in_child(open_as_user, control), -EACCES);
	check_eq(in_child(open_as_user, delay), 0);
	check_eq(in_child(open_as_user, near), 0);
	check_eq(in_child(open_as_user, stats), 0);
	check_eq(in_child(write_as_user, delay), -EACCES);
	check_eq(in_child(write_as_user, near), -EACCES);
	check_eq(in_child(write_as_user, control), -EACCES);
	/* A delegated file can be used. */
	must(sys(chown(await, 1000, 1000)));
	must(sys(chown(control, 1000, 1000)));
	check_eq(in_child(open_as_user, await), 0);
	check_eq(in_child(write_as_user, control), -ESRCH);
	check_eq(in_child(write_as_user, delay), -EACCES);
	check_eq(in_stat(G, "handlers"), 0);
}

/* --- hierarchies --- */

TEST(oom, needs_memory_or_cpuset, "oom")
{
	char *before;

	must_fail(mount_v1(H, "oom"), EINVAL);
	must_fail(mount_v1(H, "oom,pids"), EINVAL);
	must_fail(mount_v1(H, "oom,name=t"), EINVAL);
	check_eq(hierarchy_of("oom"), 0);
	must(mount_v1(H, "memory,pids,oom,name=t"));
	make_tree(H);
	before = snapshot(H);
	must_fail(remount_v1(H, "oom,name=t"), EINVAL);
	must_fail(remount_v1(H, "pids,oom,name=t"), EINVAL);
	must_fail(put(H "/cgroup.split", "s memory"), EINVAL);
	must_fail(put(H "/cgroup.split", "s oom"), EINVAL);
	must_fail(put(H "/cgroup.split", "s oom,pids"), EINVAL);
	check_same(before, snapshot(H));
	must(remount_v1(H, "memory,pids,name=t"));
	check(!exists(H "/a/oom.stat"));
	check_eq(hierarchy_of("oom"), 0);
	must(remount_v1(H, "memory,oom,name=t"));
	check(exists(H "/a/b/c/oom.stat"));
	must(remount_v1(H, "memory,cpuset,oom,name=t"));
	must(remount_v1(H, "cpuset,oom,name=t"));
	check(exists(H "/a/b/c/oom.stat"));
	wait_for(hierarchy_of("memory") == 0);
	must_fail(remount_v1(H, "oom,name=t"), EINVAL);
	must_fail(put(H "/cgroup.split", "s cpuset"), EINVAL);
	must(remount_v1(H, "none,name=t"));
	check(!exists(H "/a/oom.stat"));
	must(mount_v1(H2, "cpuset,oom,name=u"));
	check(exists(H2 "/oom.await"));
}

/* Settings move along, open files do not. */
TEST(oom, split_and_merge, "oom")
{
	struct told t;
	int fd;

	must(mount_v1(H, "memory,pids,oom,name=t"));
	make_group(G, LIMIT, LONG);
	fd = handle(G);
	must(put(H "/cgroup.split", "s memory,oom"));
	must_fail(read_await(fd, &t), ENODEV);
	check(is_told(fd, 0));
	must(mount_v1(H2, "memory,oom,name=s"));
	check_eq(number_in(H2 "/g/oom.delay_ms"), LONG_MS);
	check_eq(in_stat(H2 "/g", "handlers"), 0);
	close(fd);
	fd = handle(H2 "/g");
	check_eq(in_stat(H2 "/g", "handlers"), 1);
	must(put(H "/cgroup.merge", str("%d", hierarchy_of("oom"))));
	must_fail(read_await(fd, &t), ENODEV);
	close(fd);
	check_eq(number_in(G "/oom.delay_ms"), LONG_MS);
	check_eq(in_stat(G, "handlers"), 0);
}

/* --- events --- */

/* A delay long enough for a handler to act, even on a slow kernel. */
static const char *patient_ms(unsigned ms)
{
	return str("%u", ms * patience());
}

/* A job that waits for a handler; fd, if not NULL, gets the handler's file. */
static struct job deferred_job(const char *delay_ms, int *fd)
{
	struct job job;
	int handler;

	set_up(delay_ms);
	handler = handle(G);
	job = start(G, take_fault, NEED);
	check_told(handler, "oom", G);
	if (fd)
		*fd = handler;
	return job;
}

/*
 * The kernel would kill the main job, as it is larger.  The handler kills the
 * other one instead, and the main job comes to its end.
 */
static void survive(int (*take)(size_t))
{
	struct job low, job;
	int fd;

	set_up(LONG);
	must(put(G "/memory.limit_in_bytes", "16M"));
	fd = handle(G);
	low = start(G, take_fault, 5);
	wait_for(is_done(&low));
	check(!is_told(fd, 0));
	job = start(G, take, NEED);
	check_told(fd, "oom", G);
	check(!is_done(&job) && !is_gone(&job));
	must(sys(kill(low.pid, SIGKILL)));
	reap(low.pid);
	wait_done(&job);
	check(in_stat(G, "oom") >= 1);
	check(in_stat(G, "deferred") >= 1);
	check_eq(in_stat(G, "expired"), 0);
	check_eq(nr_kills(G), 0);
	check_eq(stat_value(G "/memory.oom_control", "under_oom"), 0);
}

TEST(oom, survive_fault, "oom")
{
	survive(take_fault);
}

TEST(oom, survive_read, "oom")
{
	survive(take_read);
}

TEST(oom, survive_tmpfs, "oom")
{
	survive(take_tmpfs);
}

/* Without a handler, or without a delay, nothing changes. */
TEST(oom, nobody_cares, "oom")
{
	struct job job;
	int fd;

	set_up(LONG);
	job = start(G, take_fault, NEED);
	wait_killed(&job);
	must(put(G "/oom.delay_ms", "0"));
	fd = handle(G);
	job = start(G, take_fault, NEED);
	wait_killed(&job);
	check(!is_told(fd, 0));
	check_eq(in_stat(G, "oom"), 0);
	check_eq(in_stat(G, "deferred"), 0);
	check_eq(nr_kills(G), 2);
}

/* More memory helps as much as fewer processes. */
TEST(oom, limit_raised, "oom")
{
	struct job job = deferred_job(LONG, NULL);

	/* The handler is notified before this. */
	wait_for(stat_value(G "/memory.oom_control", "under_oom") == 1);
	must(put(G "/memory.limit_in_bytes", MORE));
	wait_done(&job);
	check_eq(in_stat(G, "oom"), 1);
	check_eq(in_stat(G, "expired"), 0);
}

static void check_elapsed(long since, long min)
{
	long ms = now_ms() - since;

	if (ms < min || ms > min + SLACK_MS * patience())
		fail("after %ld ms, not %ld", ms, min);
}

TEST(oom, passive_handler_is_overruled, "oom")
{
	struct job job;
	struct told t;
	long began = now_ms();
	int fd;

	set_up("1000");
	fd = handle(G);
	job = start(G, take_fault, NEED);
	wait_killed(&job);
	check_elapsed(began, 1000);
	t = wait_told(fd);
	check_eq(t.seq, 2);
	check_str(t.event, "expired");
	check_eq(in_stat(G, "oom"), 1);
	check_eq(in_stat(G, "deferred"), 1);
	check_eq(in_stat(G, "expired"), 1);
	check_eq(nr_kills(G), 1);
}

static void overruled_stopped(int (*take)(size_t))
{
	struct job job;
	pid_t handler;
	long began;

	set_up("1000");
	handler = passive_handler(G);
	must(sys(kill(handler, SIGSTOP)));
	wait_for(state_of(handler) == 'T');
	began = now_ms();
	job = start(G, take, NEED);
	wait_killed(&job);
	check_elapsed(began, 1000);
	check_eq(in_stat(G, "expired"), 1);
	stop(handler);
	check_eq(in_stat(G, "handlers"), 0);
}

TEST(oom, stopped_handler_fault, "oom")
{
	overruled_stopped(take_fault);
}

TEST(oom, stopped_handler_read, "oom")
{
	overruled_stopped(take_read);
}

TEST(oom, stopped_handler_tmpfs, "oom")
{
	overruled_stopped(take_tmpfs);
}

static void overruled_killed(int (*take)(size_t))
{
	struct job job;
	pid_t handler;
	long began;

	set_up(LONG);
	handler = passive_handler(G);
	job = start(G, take, NEED);
	wait_deferred(G);
	msleep(100);
	check(!is_gone(&job));
	began = now_ms();
	stop(handler);
	wait_killed(&job);
	check_elapsed(began, 0);
	check_eq(in_stat(G, "expired"), 0);
	check_eq(nr_kills(G), 1);
}

TEST(oom, killed_handler_fault, "oom")
{
	overruled_killed(take_fault);
}

TEST(oom, killed_handler_read, "oom")
{
	overruled_killed(take_read);
}

TEST(oom, killed_handler_tmpfs, "oom")
{
	overruled_killed(take_tmpfs);
}

/* A handler that gives up by itself. */
TEST(oom, delay_withdrawn, "oom")
{
	struct job job = deferred_job(LONG, NULL);

	must(put(G "/oom.delay_ms", "0"));
	wait_killed(&job);
	check_eq(in_stat(G, "expired"), 0);
}

/*
 * There can be a moment without waiters if memory that the kernel freed late is
 * enough for another page.
 */
static void control(const char *dir, const char *command)
{
	int r;

	wait_for((r = put(str("%s/oom.control", dir), command)) != -ESRCH);
	must(r);
}

TEST(oom, extend, "oom")
{
	struct job job;
	long began;

	job = deferred_job(patient_ms(500), NULL);
	began = now_ms();
	control(G, str("extend %s", patient_ms(1000)));
	/* This does not shorten the deadline. */
	control(H, "extend 1");
	wait_killed(&job);
	check_elapsed(began, 1000 * patience());
	check_eq(in_stat(G, "expired"), 1);
	must_fail(put(G "/oom.control", "extend 5000"), ESRCH);
}

TEST(oom, extend_again, "oom")
{
	struct job job = deferred_job(patient_ms(500), NULL);

	for (int i = 0; i < 4; i++) {
		control(G, str("extend %s", patient_ms(2000)));
		msleep(200 * patience());
	}
	check(!is_gone(&job));
	must(put(G "/memory.limit_in_bytes", MORE));
	wait_done(&job);
	check_eq(in_stat(G, "expired"), 0);
}

/*
 * When notified, a handler lets the kernel choose, and again after each further
 * notification: if memory that the last job left late is enough for a page, the
 * event ends along with its command, and another one begins.
 */
static void kill_until_gone(int fd, const char *from, struct job *job)
{
	const char *control = str("%s/oom.control", from);
	long until = now_ms() + LONG_MS;
	struct told t = { .event = "" };
	bool is_due = true;

	for (bool ends = false; !ends;) {
		/* It still finds what it was told before that. */
		ends = is_gone(job);
		if (is_told(fd, ends ? 0 : 10)) {
			must(read_await(fd, &t));
			is_due = true;
		}
		/* ESRCH: nobody waits for a moment, or any more. */
		if (is_due && put(control, "kill") == 0)
			is_due = false;
		if (now_ms() > until)
			fail("told '%s', said 'kill', and nobody was", t.event);
	}
	wait_killed(job);
	check_event(&t, "expired", G);
}

/* From here, or from further up. */
TEST(oom, control_kill, "oom")
{
	static const char *const from[] = { G, H };

	set_up(LONG);
	for (size_t i = 0; i < ARRAY_SIZE(from); i++) {
		int fd = handle(G);
		struct job job = start(G, take_fault, NEED);
		long began;

		check_told(fd, "oom", G);
		began = now_ms();
		kill_until_gone(fd, from[i], &job);
		check_elapsed(began, 0);
		close(fd);
	}
	check(in_stat(G, "expired") >= 2);
	check(in_stat(G, "oom") >= 2);
	check_eq(nr_kills(G), 2);
}

/* One kill for each deadline, however many wait. */
TEST(oom, one_kill_at_a_time, "oom")
{
	struct job jobs[4];
	unsigned nr = 0;
	int fd;

	set_up(LONG);
	must(put(G "/memory.limit_in_bytes", "40M"));
	fd = handle(G);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		jobs[i] = start(G, take_fault, 12);
	/* Three of them fit, one does not. */
	check_told(fd, "oom", G);
	control(G, "kill");
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		wait_for(is_done(&jobs[i]) || is_gone(&jobs[i]));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		nr += is_gone(&jobs[i]);
		stop(jobs[i].pid);
	}
	check_eq(nr, 1);
	check_eq(in_stat(G, "expired"), 1);
	check_eq(nr_kills(G), 1);
}

/* Each shortage is an event of its own, with all of the delay. */
TEST(oom, one_after_the_other, "oom")
{
	int fd;

	set_up(patient_ms(700));
	fd = handle(G);
	for (int i = 0; i < 3; i++) {
		struct job job = start(G, take_fault, NEED);

		check_told(fd, "oom", G);
		msleep(250 * patience());
		must(put(G "/memory.limit_in_bytes", MORE));
		wait_done(&job);
		wait_for(put(G "/memory.limit_in_bytes", LIMIT) == 0);
	}
	check_eq(in_stat(G, "expired"), 0);
	/* More, if what the last job left late was enough for another page. */
	check(in_stat(G, "oom") >= 3);
}

TEST(oom, two_handlers, "oom")
{
	struct job job;
	pid_t other;
	int a, b;

	set_up(LONG);
	a = handle(G);
	b = handle(G);
	other = passive_handler(G);
	job = start(G, take_fault, NEED);
	check_told(a, "oom", G);
	check_told(b, "oom", G);
	/* As long as one is left, it is in charge. */
	stop(other);
	close(a);
	msleep(300);
	check(!is_gone(&job));
	check_eq(in_stat(G, "handlers"), 1);
	must(put(G "/memory.limit_in_bytes", MORE));
	wait_done(&job);
	close(b);
}

/* A handler cannot wait for itself. */
static pid_t exceed_as_handler(const char *path)
{
	pid_t pid = must(sys(fork()));

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	handle(path);
	must(attach(G, getpid()));
	take_fault((size_t)NEED << 20);
	_exit(0);
}

TEST(oom, handler_in_the_group, "oom")
{
	long began = now_ms();
	pid_t handler, pid;

	set_up(LONG);
	must(put(H "/oom.delay_ms", LONG));
	wait_signal(exceed_as_handler(G), SIGKILL);
	check_elapsed(began, 0);
	began = now_ms();
	wait_signal(exceed_as_handler(H), SIGKILL);
	check_elapsed(began, 0);
	check_eq(in_stat(G, "deferred"), 0);
	/* It can wait for another one, until it would be in charge itself. */
	handler = passive_handler(G);
	pid = exceed_as_handler(H);
	wait_deferred(G);
	msleep(200);
	check(state_of(pid) != 'Z');
	began = now_ms();
	stop(handler);
	wait_signal(pid, SIGKILL);
	check_elapsed(began, 0);
	check_eq(in_stat(G, "expired"), 0);
}

TEST(oom, nested, "oom")
{
	struct job job;
	pid_t inner;
	int outer;
	long nr;

	set_up(LONG);
	must(put(G "/memory.limit_in_bytes", MORE));
	make_group(G "/x", MORE, "0");
	make_group(G "/x/y", LIMIT, LONG);
	/* y has no handler, x no delay. */
	outer = handle(G);
	inner = passive_handler(G "/x");
	job = start(G "/x/y", take_fault, NEED);
	check_told(outer, "oom", G "/x/y");
	stop(inner);
	must(put(G "/x/y/memory.limit_in_bytes", MORE));
	wait_done(&job);
	wait_for(put(G "/x/y/memory.limit_in_bytes", LIMIT) == 0);
	check_eq(in_stat(G "/x/y", "oom"), 1);
	check_eq(in_stat(G "/x", "oom"), 0);
	check_eq(in_stat(G, "oom"), 0);
	/* y has one: the outer is not notified until it takes over. */
	inner = passive_handler(G "/x/y");
	job = start(G "/x/y", take_fault, NEED);
	/* One event more, if what the last job left late gave it a page. */
	wait_for(in_stat(G "/x/y", "oom") >= 2);
	check(!is_told(outer, 200));
	nr = in_stat(G "/x/y", "oom");
	stop(inner);
	check_told(outer, "oom", G "/x/y");
	check(in_stat(G "/x/y", "oom") > nr);
	msleep(200);
	check(!is_gone(&job));
	close(outer);
	wait_killed(&job);
	check_eq(in_stat(G "/x/y", "expired"), 0);
}

/* What counts is the group whose limit was reached, not that of the task. */
TEST(oom, limit_of_the_parent, "oom")
{
	struct job job;
	int fd;

	set_up(LONG);
	make_group(G "/x", MORE, LONG);
	fd = handle(G);
	close(handle(G "/x"));
	job = start(G "/x", take_fault, NEED);
	check_told(fd, "oom", G);
	check_eq(in_stat(G "/x", "deferred"), 0);
	must(put(G "/memory.limit_in_bytes", MORE));
	wait_done(&job);
}

TEST(oom, inherited, "oom")
{
	struct job job;
	int fd;

	if (!have("inherit"))
		skip("the kernel has no inherit");
	set_up(LONG);
	must(put(G "/memory.limit_in_bytes", MORE));
	make_group(G "/x", LIMIT, "10");
	must(put(G "/x/oom.inherit", "1"));
	check(!exists(G "/x/oom.stat"));
	fd = handle(G);
	job = start(G "/x", take_fault, NEED);
	check_told(fd, "oom", G);
	/* It gets its own meanwhile, without a handler. */
	must(put(G "/x/oom.inherit", "0"));
	msleep(200);
	check(!is_gone(&job));
	must(put(G "/x/memory.limit_in_bytes", MORE));
	wait_done(&job);
	check_eq(in_stat(G, "expired"), 0);
}

/* Both userspace interfaces at once: first ours, then the older one. */
TEST(oom, with_oom_control, "oom")
{
	struct job job;
	int fd;

	set_up(patient_ms(1000));
	must(put(G "/memory.oom_control", "1"));
	fd = handle(G);
	job = start(G, take_fault, NEED);
	check_told(fd, "oom", G);
	check_told(fd, "expired", G);
	msleep(500);
	check(!is_gone(&job) && !is_done(&job));
	check_eq(nr_kills(G), 0);
	must(put(G "/memory.limit_in_bytes", MORE));
	wait_done(&job);
}

/* A waiter can be killed, along with the locks it holds. */
TEST(oom, waiter_killed, "oom")
{
	static int (*const takes[])(size_t) = { take_fault, take_read,
						take_tmpfs };
	long began = now_ms();
	int fd;

	set_up(LONG);
	fd = handle(G);
	for (size_t i = 0; i < ARRAY_SIZE(takes); i++) {
		struct job job = start(G, takes[i], NEED);

		check_told(fd, "oom", G);
		must(sys(kill(job.pid, SIGKILL)));
		wait_killed(&job);
	}
	check_elapsed(began, 0);
	check_eq(nr_kills(G), 0);
}

/* --- near --- */

/* Notified before the limit is reached, without an event there. */
TEST(oom, near, "oom")
{
	struct job job;
	struct told t;
	int fd;

	set_up("0");
	must(put(G "/memory.limit_in_bytes", "32M"));
	must(put(G "/oom.near_bytes", str("%u", 12 << 20)));
	fd = handle(G);
	job = start(G, take_fault, 16);
	wait_done(&job);
	check(!is_told(fd, 0));
	job = start(G, take_tmpfs, 24);
	wait_for(is_done(&job));
	t = wait_told(fd);
	check_eq(t.seq, 1);
	check_str(t.event, "near");
	check_str(t.reason, "memcg");
	check_eq(t.group, inode_of(G));
	check(!is_told(fd, 200));
	check_eq(in_stat(G, "near"), 1);
	check_eq(in_stat(G, "oom"), 0);
	check_eq(limit_failures(G), 0);
	/* Usage stays there, without another notification. */
	for (int i = 0; i < 3; i++) {
		struct job more = start(G, take_fault, 2);

		wait_done(&more);
	}
	check(!is_told(fd, 0));
	/* It drops, and comes back. */
	wait_done(&job);
	job = start(G, take_fault, 4);
	wait_done(&job);
	msleep(200);
	job = start(G, take_fault, 24);
	check_told(fd, "near", G);
	wait_done(&job);
	check_eq(in_stat(G, "near"), 2);
}

/* First one, then the other. */
TEST(oom, near_and_oom, "oom")
{
	struct job job;
	int fd;

	set_up(LONG);
	must(put(G "/oom.near_bytes", str("%u", 2 << 20)));
	fd = handle(G);
	job = start(G, take_fault, 7);
	check_told(fd, "near", G);
	wait_done(&job);
	job = start(G, take_fault, NEED);
	wait_deferred(G);
	msleep(50);
	check_told(fd, "oom", G);
	must(put(G "/memory.limit_in_bytes", MORE));
	wait_done(&job);
}

/*
 * Each level has a limit of its own; the nearest handler serves it.  A handler
 * that arrives late is notified as well.
 */
TEST(oom, near_nested, "oom")
{
	struct job job;
	int fd;

	set_up("0");
	must(put(G "/memory.limit_in_bytes", "40M"));
	make_group(G "/x", "16M", "0");
	must(put(G "/oom.near_bytes", str("%u", 8 << 20)));
	must(put(G "/x/oom.near_bytes", str("%u", 6 << 20)));
	job = start(G "/x", take_fault, 12);
	wait_for(is_done(&job));
	check_eq(in_stat(G "/x", "near"), 0);
	fd = handle(H);
	wait_done(&job);
	job = start(G "/x", take_fault, 12);
	check_told(fd, "near", G "/x");
	wait_done(&job);
	close(handle(G "/x"));
	close(fd);
	fd = handle(G);
	job = start(G, take_fault, 35);
	check_told(fd, "near", G);
	wait_done(&job);
	check_eq(in_stat(G "/x", "near"), 1);
	check_eq(in_stat(G, "near"), 1);
}

/* Less can be left without a charge, too. */
TEST(oom, near_by_writing, "oom")
{
	struct job job;
	int fd;

	set_up("0");
	must(put(G "/memory.limit_in_bytes", "64M"));
	must(put(G "/oom.near_bytes", str("%u", 8 << 20)));
	fd = handle(G);
	job = start(G, take_fault, 20);
	wait_for(is_done(&job));
	check(!is_told(fd, 0));
	must(put(G "/memory.limit_in_bytes", "48M"));
	check(!is_told(fd, 0));
	must(put(G "/memory.limit_in_bytes", "26M"));
	check_told(fd, "near", G);
	/* Another one only after there was more. */
	msleep(200);
	must(put(G "/memory.limit_in_bytes", "25M"));
	check(!is_told(fd, 0));
	must(put(G "/memory.limit_in_bytes", "48M"));
	must(put(G "/memory.limit_in_bytes", "26M"));
	check_told(fd, "near", G);
	/* Another value, while less is left. */
	must(put(G "/memory.limit_in_bytes", "48M"));
	check(!is_told(fd, 0));
	must(put(G "/oom.near_bytes", str("%u", 40 << 20)));
	check_told(fd, "near", G);
	check_eq(in_stat(G, "near"), 3);
	wait_done(&job);
}

/* --- things go while somebody waits --- */

TEST(oom, group_removed, "oom")
{
	struct job job;
	struct told t;
	int fd;

	job = deferred_job(LONG, &fd);
	must(attach(H, job.pid));
	must(sys(rmdir(G)));
	must_fail(read_await(fd, &t), ENODEV);
	check(is_told(fd, 0));
	/* Nobody is left there to kill, and there is room where it is now. */
	wait_done(&job);
	must(sys(close(fd)));
}

/* A handler that sleeps in poll() while its file is removed. */
static pid_t sleeping_handler(const char *path)
{
	pid_t pid = must(sys(fork()));
	struct told t;
	int fd;

	if (pid) {
		wait_for(in_stat(path, "handlers") == 1);
		wait_for(state_of(pid) == 'S');
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = handle(path);
	check(is_told(fd, LONG_MS));
	check_eq(read_await(fd, &t), -ENODEV);
	_exit(0);
}

TEST(oom, file_removed_while_polled, "oom")
{
	long began = now_ms();
	pid_t pid;

	set_up(LONG);
	pid = sleeping_handler(G);
	must(sys(rmdir(G)));
	wait_exit(pid, 0);
	pid = sleeping_handler(H);
	must(remount_v1(H, "memory,name=t"));
	wait_exit(pid, 0);
	check_elapsed(began, 0);
}

/* Nor is the exit of one handler an event for others. */
TEST(oom, handler_leaves, "oom")
{
	int a, b;

	set_up(LONG);
	a = handle(G);
	b = handle(G);
	close(a);
	check(!is_told(b, 100));
}

/* The parent's handler also serves the removed group. */
TEST(oom, group_removed_below, "oom")
{
	struct job job;
	int fd;

	set_up(LONG);
	must(put(G "/memory.limit_in_bytes", MORE));
	make_group(G "/x", LIMIT, "0");
	fd = handle(G);
	job = start(G "/x", take_fault, NEED);
	check_told(fd, "oom", G "/x");
	must(attach(G, job.pid));
	must(sys(rmdir(G "/x")));
	control(G, "kill");
	wait_done(&job);
}

TEST(oom, subsystem_removed, "oom")
{
	struct job job;
	int fd;

	job = deferred_job(LONG, &fd);
	must(remount_v1(H, "memory,name=t"));
	wait_killed(&job);
	must(sys(close(fd)));
	must(remount_v1(H, "memory,oom,name=t"));
	check_eq(in_stat(G, "handlers"), 0);
}

TEST(oom, both_removed, "oom")
{
	struct job job;
	int fd;

	job = deferred_job(LONG, &fd);
	must(remount_v1(H, "none,name=t"));
	/* No limit is left. */
	wait_done(&job);
	must(sys(close(fd)));
}

/* The old file of a handler has come to its end, and says so. */
static void check_ended(int fd)
{
	struct told t;

	check(is_told(fd, 0));
	must_fail(read_await(fd, &t), ENODEV);
	close(fd);
}

/*
 * The job waits until the handler has found its new file, which tells what has
 * happened so far.
 */
TEST(oom, split_meanwhile, "oom")
{
	struct job job;
	int fd;

	must(mount_v1(H, "memory,pids,oom,name=t"));
	make_group(G, LIMIT, LONG);
	fd = handle(G);
	job = start(G, take_fault, NEED);
	check_told(fd, "oom", G);
	must(put(H "/cgroup.split", "s memory,oom"));
	check_ended(fd);
	must(mount_v1(H2, "memory,oom,name=s"));
	msleep(100);
	check(!is_done(&job) && !is_gone(&job));
	fd = must(sys(open(H2 "/g/oom.await", O_RDONLY)));
	check_told(fd, "oom", H2 "/g");
	check_eq(in_stat(H2 "/g", "oom"), 1);

	/* and back */
	must(put(H "/cgroup.merge", str("%d", hierarchy_of("oom"))));
	check_ended(fd);
	msleep(100);
	check(!is_done(&job) && !is_gone(&job));
	fd = must(sys(open(G "/oom.await", O_RDONLY)));
	check_told(fd, "oom", G);
	check_eq(in_stat(G, "oom"), 1);
	check_eq(in_stat(G, "expired"), 0);
	must(put(G "/memory.limit_in_bytes", MORE));
	wait_done(&job);
	check_eq(nr_kills(G), 0);
}

/* Nobody waits for long for a handler that does not come back. */
TEST(oom, split_for_good, "oom")
{
	long began;
	struct job job;
	int fd;

	must(mount_v1(H, "memory,pids,oom,name=t"));
	make_group(G, LIMIT, LONG);
	fd = handle(G);
	job = start(G, take_fault, NEED);
	check_told(fd, "oom", G);
	began = now_ms();
	must(put(H "/cgroup.split", "s memory,oom"));
	check_ended(fd);
	wait_killed(&job);
	check_elapsed(began, 10000);
	must(mount_v1(H2, "memory,oom,name=s"));
	/* this is over: a new event has no handler at all */
	began = now_ms();
	job = start(H2 "/g", take_fault, NEED);
	wait_killed(&job);
	check_elapsed(began, 0);
	check_eq(in_stat(H2 "/g", "oom"), 1);
}

/* A deadline that comes earlier holds. */
TEST(oom, split_before_the_deadline, "oom")
{
	const char *ms = patient_ms(1000);
	struct job job;
	int fd;

	must(mount_v1(H, "memory,pids,oom,name=t"));
	make_group(G, LIMIT, ms);
	fd = handle(G);
	job = start(G, take_fault, NEED);
	check_told(fd, "oom", G);
	must(put(H "/cgroup.split", "s memory,oom"));
	check_ended(fd);
	must(mount_v1(H2, "memory,oom,name=s"));
	wait_killed(&job);
	check_eq(in_stat(H2 "/g", "expired"), 1);
}

/* --- memory nodes --- */

#define NODE1 "/sys/devices/system/node/node1"

static long node1_free_mib(void)
{
	const char *p = strstr(text_of(NODE1 "/meminfo"), "MemFree:");

	check(p);
	return strtol(p + strlen("MemFree:"), NULL, 10) / 1024;
}

static void set_up_nodes(const char *options, const char *delay)
{
	must(mount_v1(H, options));
	group(G);
	must(put(G "/oom.delay_ms", delay));
	if (exists(G "/cpuset.mems")) {
		must(put(G "/cpuset.cpus", "0"));
		must(put(G "/cpuset.mems", "1"));
	}
}

static int bind_to_node1(void)
{
	unsigned long mask = 2;

	return syscall(SYS_set_mempolicy, MPOL_BIND, &mask, 8);
}

static int take_bound_fault(size_t len)
{
	return bind_to_node1() ? 3 : take_fault(len);
}

static void survive_node(const char *options, int (*hold)(size_t),
			 int (*take)(size_t), const char *reason)
{
	struct job low, job;
	struct told t;
	int fd;

	set_up_nodes(options, LONG);
	fd = handle(G);
	low = start(G, hold, node1_free_mib() - 60);
	wait_for(is_done(&low));
	check(!is_told(fd, 0));
	job = start(G, take, 80);
	t = wait_told(fd);
	check_str(t.event, "oom");
	check_str(t.reason, reason);
	check_eq(t.group, inode_of(G));
	check(!is_done(&job) && !is_gone(&job));
	must(sys(kill(low.pid, SIGKILL)));
	reap(low.pid);
	wait_done(&job);
	check_eq(in_stat(G, "expired"), 0);
}

TEST(oom_nodes, survive_fault, "oom_nodes")
{
	survive_node("cpuset,oom,name=t", take_fault, take_fault, "cpuset");
}

TEST(oom_nodes, survive_mempolicy, "oom_nodes")
{
	survive_node("memory,oom,name=t", take_bound_fault, take_bound_fault,
		     "mempolicy");
}

TEST(oom_nodes, passive_handler_is_overruled, "oom_nodes")
{
	struct job low, job;
	pid_t handler;
	long began;

	set_up_nodes("cpuset,oom,name=t", "1000");
	handler = passive_handler(G);
	low = start(G, take_fault, node1_free_mib() - 60);
	wait_for(is_done(&low));
	must(sys(kill(handler, SIGSTOP)));
	began = now_ms();
	job = start(G, take_fault, 80);
	/* The kernel takes the larger one. */
	wait_for(is_gone(&low));
	check_elapsed(began, 1000);
	wait_done(&job);
	check_eq(in_stat(G, "expired"), 1);
	stop(handler);
}

TEST(oom_nodes, killed_handler_is_overruled, "oom_nodes")
{
	struct job low, job;
	pid_t handler;
	long began;

	set_up_nodes("cpuset,oom,name=t", LONG);
	handler = passive_handler(G);
	low = start(G, take_fault, node1_free_mib() - 60);
	wait_for(is_done(&low));
	job = start(G, take_fault, 80);
	wait_deferred(G);
	msleep(100);
	check(!is_gone(&low) && !is_gone(&job));
	began = now_ms();
	stop(handler);
	wait_for(is_gone(&low));
	check_elapsed(began, 0);
	wait_done(&job);
	check_eq(in_stat(G, "expired"), 0);
}

/* Nobody has to die. */
TEST(oom_nodes, more_nodes, "oom_nodes")
{
	struct job job;
	struct told t;
	int fd;

	set_up_nodes("cpuset,oom,name=t", LONG);
	fd = handle(G);
	job = start(G, take_fault, node1_free_mib() + 20);
	t = wait_told(fd);
	check_str(t.event, "oom");
	must(put(G "/cpuset.mems", "0-1"));
	wait_done(&job);
	check_eq(in_stat(G, "expired"), 0);
}

TEST(oom_nodes, near, "oom_nodes")
{
	struct job job;
	struct told t;
	int fd;

	set_up_nodes("cpuset,oom,name=t", LONG);
	must(put(G "/oom.near_bytes", str("%u", 64 << 20)));
	fd = handle(G);
	job = start(G, take_fault, node1_free_mib() + 20);
	t = wait_told(fd);
	check_str(t.event, "near");
	check_str(t.reason, "cpuset");
	check_eq(t.group, inode_of(G));
	must(put(G "/cpuset.mems", "0-1"));
	wait_done(&job);
	check(in_stat(G, "near") >= 1);
}

/* With cpuset in another hierarchy, the handler is not involved. */
TEST(oom_nodes, other_hierarchy, "oom_nodes")
{
	struct job job;
	int fd;

	set_up_nodes("memory,oom,name=t", LONG);
	must(mount_v1(H2, "cpuset"));
	group(H2 "/g");
	must(put(H2 "/g/cpuset.cpus", "0"));
	must(put(H2 "/g/cpuset.mems", "1"));
	must(attach(H2 "/g", getpid()));
	fd = handle(G);
	job = start(G, take_fault, node1_free_mib() + 20);
	wait_killed(&job);
	check(!is_told(fd, 0));
	check_eq(in_stat(G, "deferred"), 0);
}

/* --- storms --- */

/* Allocate and exit, again and again, in all ways. */
static pid_t start_glutton(const char *path, unsigned seed)
{
	pid_t pid = must(sys(fork()));
	struct rng rng;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	rng_seed(&rng, seed);
	for (;;) {
		static int (*const takes[])(size_t) = { take_fault, take_read,
							take_tmpfs };
		unsigned how = rng_below(&rng, 3), mib = rng_below(&rng, 14);

		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (attach(path, getpid()) == 0)
				takes[how]((size_t)mib << 20);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

/* Kill one of a group, as a handler would. */
static void kill_one(const char *path)
{
	char *text;

	if (read_all(str("%s/cgroup.procs", path), &text) < 0)
		return;
	if (*text)
		kill(atoi(text), SIGKILL);
	free(text);
}

static pid_t start_handler(const char *path, unsigned seed)
{
	pid_t pid = must(sys(fork()));
	struct rng rng;
	struct told t;
	int fd = -1;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	rng_seed(&rng, seed);
	for (;;) {
		if (fd < 0)
			fd = open(str("%s/oom.await", path), O_RDONLY);
		if (fd < 0 || read_await(fd, &t) < 0 || !rng_below(&rng, 8)) {
			close(fd);
			fd = -1;
			msleep(rng_below(&rng, 5));
			continue;
		}
		if (!is_told(fd, 20))
			continue;
		switch (rng_below(&rng, 4)) {
		case 0:
			put(str("%s/oom.control", path), "kill");
			break;
		case 1:
			put(str("%s/oom.control", path), "extend 30");
			break;
		case 2:
			msleep(rng_below(&rng, 40));
			break;
		default:
			kill_one(path);
		}
	}
}

/* More rounds if processes are slow to fill their memory. */
static bool storm_lasts(unsigned rounds)
{
	return rounds < scaled(80) ||
	       (rounds < 800 && nr_kills(G) + nr_kills(G "/x") < 3);
}

TEST(oom, storm, "oom")
{
	pid_t pids[10];
	struct rng rng;
	size_t nr = 0;

	set_up("50");
	must(put(H "/oom.delay_ms", "100"));
	make_group(G "/x", "12M", "20");
	for (int i = 0; i < 3; i++) {
		pids[nr++] = start_glutton(G, i);
		pids[nr++] = start_glutton(G "/x", i + 3);
	}
	pids[nr++] = start_handler(H, 11);
	pids[nr++] = start_handler(G, 12);
	pids[nr++] = start_handler(G "/x", 13);
	pids[nr++] = start_handler(G "/x", 14);
	rng_seed(&rng, 5);
	for (unsigned i = 0; storm_lasts(i); i++) {
		const char *path = rng_below(&rng, 2) ? G : G "/x";

		msleep(rng_below(&rng, 60));
		switch (rng_below(&rng, 4)) {
		case 0:
			put(str("%s/oom.delay_ms", path),
			    str("%u", rng_below(&rng, 100)));
			break;
		case 1:
			if (!rng_below(&rng, 8)) {
				must(remount_v1(H, "memory,name=t"));
				must(remount_v1(H, "memory,oom,name=t"));
			}
			break;
		case 2:
			put(str("%s/memory.limit_in_bytes", path),
			    str("%uM", 8 + rng_below(&rng, 16)));
			break;
		default:
			text_of(str("%s/oom.stat", path));
		}
	}
	note("limit hit %ld and %ld times, %ld and %ld kills",
	     limit_failures(G), limit_failures(G "/x"), nr_kills(G),
	     nr_kills(G "/x"));
	check(nr_kills(G) + nr_kills(G "/x") > 0);
	for (size_t i = 0; i < nr; i++)
		stop(pids[i]);
	/* Only orphans are left in the groups. */
	put(H "/oom.delay_ms", "0");
	wait_for((kill_one(G), kill_one(G "/x"), count_tasks(H) == 0));
	check_eq(in_stat(G, "handlers"), 0);
	check_eq(in_stat(G "/x", "handlers"), 0);
	check_eq(in_stat(H, "handlers"), 0);
	must_fail(put(H "/oom.control", "kill"), ESRCH);
}
