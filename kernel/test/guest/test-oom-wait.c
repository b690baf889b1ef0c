/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handlers that do not answer, by those who own a group: what they can hold up,
 * and for how long.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "functest.h"

#define G H "/g"
#define LIMIT_MIB 8
/* A deadline that must not matter: if it did, the test would time out. */
#define LONG "50000"
#define MAX_MS "/proc/sys/vm/cgroup_oom_max_ms"
#define NR_JOBS 6

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void set_up(const char *delay_ms)
{
	must(mount_v1(H, "memory,oom,name=t"));
	group(G);
	must(put(G "/memory.limit_in_bytes", str("%dM", LIMIT_MIB)));
	must(put(G "/oom.delay_ms", delay_ms));
}

static long in_stat(const char *key)
{
	return stat_value(G "/oom.stat", key);
}

static int become_handler(void)
{
	return must(sys(open(G "/oom.await", O_RDONLY | O_CLOEXEC)));
}

/* Closes what it inherits, as that would make it a handler. */
static pid_t start(void (*fn)(void))
{
	pid_t pid = must(sys(fork()));

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(sys(close_range(3, ~0U, 0)));
	fn();
	_exit(0);
}

static bool is_gone(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	must(sys(waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT)));
	return info.si_pid == pid;
}

/* Until nothing fits any more, in a file that is kept by the directory. */
static void fill(const char *path)
{
	static char buf[1 << 16];
	int fd = must(sys(open("/tmp/full", O_CREAT | O_WRONLY, 0600)));

	must(attach(path, getpid()));
	while (write(fd, buf, sizeof(buf)) == sizeof(buf))
		;
}

static void fill_with_file(void)
{
	fill(G);
}

static void fill_child(void)
{
	fill(G "/x");
}

static void extend_for_ever(void)
{
	for (;;) {
		put(G "/oom.control", "extend 60000");
		msleep(100);
	}
}

static void make_group_in_full_one(void)
{
	must(sys(mkdir(G "/x", 0755)));
}

static void make_group_beside(void)
{
	must(sys(mkdir(H "/y", 0755)));
}

/* Whoever owns a group must not stop those who make groups. */
TEST(oom_wait, mkdir_goes_on, "oom")
{
	pid_t filler, extender, inside, beside;
	int fd;

	set_up(LONG);
	fd = become_handler();
	filler = start(fill_with_file);
	wait_for(in_stat("deferred") > 0);
	extender = start(extend_for_ever);
	inside = start(make_group_in_full_one);
	beside = start(make_group_beside);
	wait_for(is_gone(beside));
	wait_for(is_gone(inside));
	wait_exit(beside, 0);
	wait_exit(inside, 0);
	check(!is_gone(filler));
	check_eq(in_stat("expired"), 0);
	stop(extender);
	stop(filler);
	close(fd);
	must(sys(unlink("/tmp/full")));
}

static void take_much(void)
{
	size_t len = (LIMIT_MIB + 4) << 20;
	char *p;

	must(attach(G, getpid()));
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		 -1, 0);
	for (size_t i = 0; i < len; i += 4096)
		p[i] = 1;
	for (;;)
		pause();
}

static int write_limit_as_user(void *arg)
{
	become_user();
	return put(MAX_MS, arg);
}

/* Only the administrator can have an event last longer. */
TEST(oom_wait, extended_up_to_the_limit, "oom")
{
	char much[] = "1000000";
	pid_t job, extender;
	long began;
	int fd;

	set_up(LONG);
	check_eq(number_in(MAX_MS), 60000);
	must_fail(put(MAX_MS, "-1"), EINVAL);
	check_eq(in_child(write_limit_as_user, much), -EACCES);
	must(put(MAX_MS, str("%u", 1500 * patience())));
	fd = become_handler();
	began = now_ms();
	job = start(take_much);
	extender = start(extend_for_ever);
	wait_for(is_gone(job));
	wait_signal(job, SIGKILL);
	check(now_ms() - began >= 1500 * patience());
	check_eq(in_stat("expired"), 1);
	/* 0: no time at all. */
	must(put(MAX_MS, "0"));
	job = start(take_much);
	wait_for(is_gone(job));
	wait_signal(job, SIGKILL);
	check_eq(in_stat("expired"), 1);
	check_eq(in_stat("deferred"), 1);
	must(put(MAX_MS, "60000"));
	stop(extender);
	close(fd);
}

/* A system call takes too much before it returns. */
static void take_with_one_read(void)
{
	size_t len = (LIMIT_MIB + 8) << 20;
	int fd = must(sys(open("/dev/zero", O_RDONLY)));
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(attach(G, getpid()));
	_exit(read(fd, p, len) == (ssize_t)len ? 1 : 2);
}

TEST(oom_wait, not_far_beyond_the_limit, "oom")
{
	int fd;
	pid_t job;

	set_up(LONG);
	fd = become_handler();
	job = start(take_with_one_read);
	wait_for(is_gone(job));
	wait_signal(job, SIGKILL);
	/* 2 MiB are allowed, and some for its end */
	check(number_in(G "/memory.max_usage_in_bytes") <
	      (LIMIT_MIB + 3) * (1 << 20));
	close(fd);
}

/* The limit of the parent, who has no handler, is another matter. */
TEST(oom_wait, limit_of_the_parent, "oom")
{
	pid_t job;
	int fd;

	set_up("0");
	group(G "/x");
	must(put(G "/x/memory.limit_in_bytes", str("%dM", LIMIT_MIB)));
	must(put(G "/x/oom.delay_ms", LONG));
	fd = must(sys(open(G "/x/oom.await", O_RDONLY | O_CLOEXEC)));
	job = start(fill_child);
	wait_for(is_gone(job));
	reap(job);
	/* some is for its end */
	check(number_in(G "/memory.max_usage_in_bytes") <
	      (LIMIT_MIB + 1) * (1 << 20));
	close(fd);
	must(sys(unlink("/tmp/full")));
}

/* Cannot be killed by the OOM killer. */
static void read_as_protected(void)
{
	size_t len = 256 << 10;
	int fd = must(sys(open("/dev/zero", O_RDONLY)));
	char *p;

	/* no page faults after that */
	must(sys(mlockall(MCL_CURRENT)));
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		 -1, 0);
	must(put("/proc/self/oom_score_adj", "-1000"));
	must(attach(G, getpid()));
	read(fd, p, len);
}

/* Those who wait for the same handler wait as long as one of them would. */
TEST(oom_wait, all_at_once, "oom")
{
	const unsigned delay = 2000 * patience();
	pid_t filler, jobs[NR_JOBS];
	long began;
	int fd;

	set_up(str("%u", delay));
	filler = start(fill_with_file);
	wait_for(is_gone(filler));
	reap(filler);
	fd = become_handler();
	began = now_ms();
	for (int i = 0; i < NR_JOBS; i++)
		jobs[i] = start(read_as_protected);
	for (int i = 0; i < NR_JOBS; i++) {
		wait_for(is_gone(jobs[i]));
		reap(jobs[i]);
	}
	note("%ld ms for a delay of %u", now_ms() - began, delay);
	check(in_stat("deferred") >= NR_JOBS);
	check(now_ms() - began < NR_JOBS / 2 * delay);
	close(fd);
	must(sys(unlink("/tmp/full")));
}

/* The older interface is told when tasks begin to wait, not when they gave up. */
TEST(oom_wait, eventfd, "oom")
{
	int efd = must(sys(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)));
	int ofd, fd;
	uint64_t nr;
	pid_t job;

	set_up(LONG);
	ofd = must(sys(open(G "/memory.oom_control", O_RDONLY | O_CLOEXEC)));
	must(put(G "/cgroup.event_control", str("%d %d", efd, ofd)));
	fd = become_handler();
	job = start(take_much);
	wait_for(in_stat("deferred") > 0);
	wait_for(read(efd, &nr, sizeof(nr)) == sizeof(nr));
	check_eq(in_stat("expired"), 0);
	stop(job);
	close(fd);
	close(ofd);
	close(efd);
}

/* A handler that is late still learns what happened. */
TEST(oom_wait, events_are_kept, "oom")
{
	const unsigned delay = 300 * patience();
	unsigned long long seq, last = 0;
	unsigned nr = 0, nr_oom = 0;
	char text[2048], event[16];
	const char *p = text;
	ssize_t n;
	int fd;

	set_up(str("%u", delay));
	fd = become_handler();
	check_str(text_of(G "/oom.await"),
		  "seq 0\nreason none\nevent none\ngroup 0\n");
	/* Each ends with the job. */
	for (int i = 0; i < 10; i++) {
		pid_t job = start(take_much);

		wait_for(is_gone(job));
		reap(job);
	}
	n = must(sys(pread(fd, text, sizeof(text) - 1, 0)));
	text[n] = '\0';
	for (; p; p = strstr(p, "\n\n"), p = p ? p + 2 : NULL, nr++) {
		check(sscanf(p, "seq %llu\nreason memcg\nevent %15s", &seq,
			     event) == 2);
		check(nr == 0 || seq == last - 1);
		last = seq;
		nr_oom += !strcmp(event, "oom");
	}
	check_eq(nr, 16);
	check(nr_oom >= 7);
	close(fd);
}

TEST(oom_wait, too_many_handlers, "oom")
{
	int fds[64];

	set_up("0");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = become_handler();
	must_fail(sys(open(G "/oom.await", O_RDONLY)), EUSERS);
	check_eq(in_stat("handlers"), 64);
	close(fds[0]);
	fds[0] = become_handler();
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	check_eq(in_stat("handlers"), 0);
}

/* --- memory nodes --- */

static void set_up_node1(void)
{
	must(mount_v1(H, "cpuset,oom,name=t"));
	group(G);
	must(put(G "/oom.delay_ms", LONG));
	must(put(G "/cpuset.cpus", "0"));
	must(put(G "/cpuset.mems", "1"));
}

/* Allocations under a lock with interrupts off, when there is little memory. */
static void queue_signals(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	union sigval value = { 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	must(sys(sigprocmask(SIG_BLOCK, &set, NULL)));
	must(sys(setrlimit(RLIMIT_SIGPENDING, &limit)));
	must(attach(G, getpid()));
	for (int i = 0; i < 60000; i++)
		sigqueue(getpid(), SIGRTMIN, value);
}

static void take_node1(void)
{
	size_t len = (size_t)1 << 30;
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	must(attach(G, getpid()));
	for (size_t i = 0; i < len; i += 4096)
		p[i] = 1;
}

TEST(oom_nodes, near_in_atomic_context, "oom_nodes")
{
	pid_t taker, sender;
	int fd;

	set_up_node1();
	must(put(G "/oom.near_bytes", str("%u", 256 << 20)));
	fd = become_handler();
	taker = start(take_node1);
	wait_for(in_stat("deferred") > 0);
	check(in_stat("near") > 0);
	sender = start(queue_signals);
	wait_for(is_gone(sender) || is_gone(taker));
	stop(taker);
	stop(sender);
	close(fd);
}

static void read_in_node1(void)
{
	size_t len = (size_t)1 << 30;
	int fd = must(sys(open("/dev/zero", O_RDONLY)));
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	must(attach(G, getpid()));
	for (size_t i = 0; i < len; i += 1 << 20)
		if (read(fd, p + i, 1 << 20) != 1 << 20)
			_exit(1);
}

/* There is nothing to take beyond the end of memory. */
TEST(oom_nodes, system_calls_do_not_wait, "oom_nodes")
{
	pid_t job;
	int fd;

	set_up_node1();
	fd = become_handler();
	job = start(read_in_node1);
	wait_for(is_gone(job));
	wait_signal(job, SIGKILL);
	close(fd);
}
