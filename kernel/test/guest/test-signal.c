/* SPDX-License-Identifier: GPL-2.0-only */
/* Stateless subsystems, and the first of them: signal.send. */
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "functest.h"

#define NR 5

TEST(stateless, several_hierarchies, "signal")
{
	int id, id2;

	must(mount_v1(H, "signal,name=t"));
	must(mount_v1(H2, "pids,signal"));
	must(mount_v1("/cg/h3", "signal"));
	group(H "/x");
	group(H2 "/x");
	group("/cg/h3/x");
	check(exists(H "/x/signal.send"));
	check(exists(H2 "/x/signal.send"));
	check(exists("/cg/h3/x/signal.send"));
	check(!exists(H "/signal.send"));
	check(has_line(text_of("/proc/self/cgroup"),
		       str("%d:pids,signal:/", hierarchy_of("pids"))));
	/* One line each, with its own number of groups. */
	id = hierarchy_of("pids");
	check(has_line(text_of("/proc/cgroups"), str("signal\t%d\t2\t1", id)));
	/* A second mount with the same options gets the same hierarchy. */
	must(mount_v1("/cg/h4", "signal"));
	check(exists("/cg/h4/x"));
	id2 = hierarchy_of("pids");
	check_eq(id2, id);
}

TEST(stateless, identity, "signal")
{
	must(mount_v1(H, "pids,signal"));
	must_fail(mount_v1(H2, "pids"), EBUSY);
	must_fail(mount_v1(H2, "none,signal,name=x"), EINVAL);
	must_fail(mount_v1(H2, "none,signal"), EINVAL);
	must(mount_v1(H2, "signal,name=x"));
	must_fail(mount_v1("/cg/h3", "none,name=x"), EBUSY);
	must(mount_v1("/cg/h3", "name=x"));
	check(exists("/cg/h3/cgroup.procs"));
}

TEST(stateless, remount, "signal")
{
	char *before;

	must(mount_v1(H, "pids,name=t"));
	make_tree(H);
	must(remount_v1(H, "pids,signal,name=t"));
	for (size_t i = 1; i < ARRAY_SIZE(tree_dirs); i++)
		check(exists(str(H "%s/signal.send", tree_dirs[i])));
	group(H "/a/new");
	check(exists(H "/a/new/signal.send"));
	/* An empty remount changes nothing here either. */
	before = snapshot(H);
	must_fail(remount_plainly(H, "name=t"), EBUSY);
	check_same(before, snapshot(H));
	must(remount_v1(H, "signal,name=t"));
	check(!exists(H "/a/pids.max"));
	check(exists(H "/a/signal.send"));
	must(remount_v1(H, "none,name=t"));
	check(!exists(H "/a/signal.send"));
}

static int remount_in_cgroupns(void *arg)
{
	must(sys(unshare(CLONE_NEWCGROUP)));
	return remount_v1(H, "signal,name=t");
}

/* All or nothing, across both kinds. */
TEST(stateless, rollback, "signal")
{
	char *before;

	must(mount_v1(H, "none,name=t"));
	must(mount_v1(H2, "pids"));
	make_tree(H);
	before = snapshot(H);
	must_fail(remount_v1(H, "pids,signal,name=t"), EBUSY);
	check_same(before, snapshot(H));
	before = snapshot(H);
	check_eq(in_child(remount_in_cgroupns, NULL), -EPERM);
	check_same(before, snapshot(H));
}

/* --- signal.send --- */

static volatile int *received;

static void on_signal(int sig)
{
	__atomic_fetch_add(received, 1, __ATOMIC_SEQ_CST);
}

static void share_counter(void)
{
	received = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(received != MAP_FAILED);
}

static void *wait_in(void *tasks)
{
	must(put(tasks, "0"));
	for (;;)
		pause();
}

/* Processes whose leaders are in dir, and their threads in both by turns. */
static void start_processes(pid_t *pids, int sig, char *tasks, char *other)
{
	signal(sig, on_signal);
	for (int i = 0; i < NR; i++) {
		pids[i] = must(sys(fork()));
		if (pids[i] == 0) {
			pthread_t t;

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			must(put(tasks, "0"));
			for (int k = 0; k < 4; k++)
				pthread_create(&t, NULL, wait_in,
					       k & 1 ? tasks : other);
			for (;;)
				pause();
		}
	}
	signal(sig, SIG_DFL);
}

static char tasks_a[] = H "/a/tasks", tasks_d[] = H "/d/tasks";

/* Real-time signals are queued: two would be handled twice. */
TEST(signal, once_a_process, "signal")
{
	char *text = strdup(str("%d", SIGRTMIN + 3));
	pid_t pids[NR];

	share_counter();
	must(mount_v1(H, "signal,name=t"));
	make_tree(H);
	start_processes(pids, SIGRTMIN + 3, tasks_a, tasks_d);
	wait_for(count_tasks(H) == NR * 5);
	must(put(H "/a/signal.send", text));
	wait_for(*received >= NR);
	msleep(50);
	check_eq(*received, NR);
	/* A group with threads only, and no leader. */
	must(put(H "/d/signal.send", text));
	wait_for(*received >= 2 * NR);
	msleep(50);
	check_eq(*received, 2 * NR);
	/* Not recursive: nobody is in b. */
	must_fail(put(H "/a/b/signal.send", text), ESRCH);
	must(put(H "/d/signal.send", "9"));
	for (int i = 0; i < NR; i++)
		reap(pids[i]);
	wait_for(count_tasks(H) == 0);
}

TEST(signal, errors, "signal")
{
	static const char *const bad[] = {
		"65", "-1", "x", "9x", "1 2", "0x9", "4294967305", "SIGKILL"
	};
	pid_t pid;
	int fd;

	must(mount_v1(H, "signal,name=t"));
	make_tree(H);
	pid = sleeper(H "/d");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (put(H "/d/signal.send", bad[i]) != -EINVAL)
			fail("'%s' was not refused with EINVAL", bad[i]);
	check_eq(state_of(pid), 'S');
	must(put(H "/d/signal.send", "0"));
	must_fail(put(H "/a/signal.send", "0"), ESRCH);
	must_fail(put(H "/a/signal.send", "9"), ESRCH);
	/* A zombie does not count. */
	must(sys(kill(pid, SIGKILL)));
	wait_for(state_of(pid) == 'Z');
	must_fail(put(H "/d/signal.send", "0"), ESRCH);
	reap(pid);
	fd = must(sys(open(H "/a/b/c/signal.send", O_WRONLY)));
	must(sys(rmdir(H "/a/b/c")));
	check_eq(sys(write(fd, "9", 1)), -ENODEV);
	close(fd);
}

static int send_as_user(void *arg)
{
	become_user();
	return put(H "/d/signal.send", arg);
}

static int send_by_inherited(void *arg)
{
	int fd = *(int *)arg;

	become_user();
	return write(fd, "0", 1) < 0 ? -errno : 0;
}

static int be_user_in_d(void *arg)
{
	must(attach(H "/d", getpid()));
	become_user();
	*received = 1;
	for (;;)
		pause();
	return 0;
}

TEST(signal, permission, "signal")
{
	char nine[] = "9", zero[] = "0";
	pid_t root, user;
	int fd;

	share_counter();
	must(mount_v1(H, "signal,name=t"));
	make_tree(H);
	root = sleeper(H "/d");
	check_eq(in_child(send_as_user, zero), -EACCES);
	must(sys(chmod(H "/d/signal.send", 0222)));
	check_eq(in_child(send_as_user, zero), -EPERM);
	check_eq(in_child(send_as_user, nine), -EPERM);
	/* What counts is the opener. */
	fd = must(sys(open(H "/d/signal.send", O_WRONLY)));
	check_eq(in_child(send_by_inherited, &fd), 0);
	close(fd);
	/* Signals those that it may signal, and leaves the others alone. */
	user = must(sys(fork()));
	if (user == 0)
		_exit(be_user_in_d(NULL));
	wait_for(*received);
	check_eq(in_child(send_as_user, nine), 0);
	reap(user);
	check_eq(state_of(root), 'S');
}

/* A process that waits for the signal, and expects the sender's PID there. */
static pid_t start_expecting(volatile int *sender, int nr)
{
	pid_t pid = must(sys(fork()));
	siginfo_t info;
	sigset_t set;

	if (pid) {
		wait_for(*received == nr);
		return pid;
	}
	/* "0": the caller, whatever its PID is here */
	must(put(H "/d/cgroup.procs", "0"));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	on_signal(0);
	if (sigwaitinfo(&set, &info) != SIGUSR1 || info.si_code != SI_USER)
		_exit(2);
	_exit(info.si_pid == *sender ? 0 : 3);
}

/*
 * The receiver is told the PID that the sender has in the receiver's namespace.
 */
TEST(signal, pid_namespace, "signal")
{
	volatile int *outer, *inner;
	pid_t pids[2], writer, init;
	sigset_t set;

	share_counter();
	outer = received + 1;
	inner = received + 2;
	must(mount_v1(H, "signal,name=t"));
	make_tree(H);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(sys(sigprocmask(SIG_BLOCK, &set, NULL)));
	pids[0] = start_expecting(outer, 1);
	must(sys(unshare(CLONE_NEWPID)));
	/* PID 1 of the namespace; its exit would kill the others. */
	init = sleeper(NULL);
	pids[1] = start_expecting(inner, 2);
	writer = must(sys(fork()));
	if (writer == 0) {
		*inner = getpid();
		wait_for(*outer);
		_exit(put(H "/d/signal.send", str("%d", SIGUSR1)) ? 1 : 0);
	}
	*outer = writer;
	wait_exit(writer, 0);
	check_eq(*inner, 3);
	wait_exit(pids[0], 0);
	wait_exit(pids[1], 0);
	stop(init);
}

/* After SIGKILL, none of the processes is left, nor any of their children. */
TEST(signal, fork_storm, "signal")
{
	share_counter();
	must(mount_v1(H, "signal,name=t"));
	make_tree(H);
	for (unsigned round = 0; round < scaled(40); round++) {
		*received = 0;
		for (int i = 0; i < 4; i++) {
			if (must(sys(fork())))
				continue;
			must(attach(H "/d", getpid()));
			on_signal(0);
			/* Each forks the next; it waits, or exits at once. */
			for (;;) {
				pid_t pid = fork();

				if (pid > 0 && !(round & 1))
					waitpid(pid, NULL, 0);
				if (pid)
					_exit(0);
			}
		}
		while (*received < 4)
			msleep(1);
		msleep(round % 7);
		must(put(H "/d/signal.send", "9"));
		/* Killed processes need some time to die. */
		wait_for(count_tasks(H) == 0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

/* --- several writes, and forks --- */

#define SIG_A (SIGRTMIN + 1)
#define SIG_B (SIGRTMIN + 2)

static int in_status(pid_t pid)
{
	int status;

	must(sys(waitpid(pid, &status, 0)));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void block_both(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIG_A);
	sigaddset(set, SIG_B);
	must(sys(sigprocmask(SIG_BLOCK, set, NULL)));
}

/* Which of the two came at the end of the fork, 1 and 2. */
static int came_by_fork(const sigset_t *set)
{
	const struct timespec ts = { .tv_nsec = 300000000 };
	siginfo_t info;
	int ret = 0;

	while (sigtimedwait(set, &info, &ts) > 0)
		if (info.si_code == SI_KERNEL)
			ret |= info.si_signo == SIG_A ? 1 : 2;
	return ret;
}

#define SLOW_TRIES 64

/* What is told of a fork; its begin by a byte in the pipe. */
static struct slow_fork {
	int begin[2];
	volatile long ns;    /* how long one took without signals */
	volatile int result; /* of came_by_fork() */
} * slow;

static long ns_of_a_fork(void)
{
	struct timespec from, to;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &from);
	pid = must(sys(fork()));
	if (pid == 0)
		_exit(0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	in_status(pid);
	return (to.tv_sec - from.tv_sec) * 1000000000L +
	       (to.tv_nsec - from.tv_nsec);
}

/* Forks slowly, as it has much memory, and tells what the child got. */
static void fork_slowly(void)
{
	const size_t len = 96 << 20;
	sigset_t set;
	pid_t pid;
	char *p;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(attach(H "/d", getpid()));
	block_both(&set);
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		 -1, 0);
	check(p != MAP_FAILED);
	for (size_t i = 0; i < len; i += 4096)
		p[i] = 1;
	slow->ns = ns_of_a_fork();
	check(write(slow->begin[1], "", 1) == 1);
	pid = fork();
	if (pid == 0)
		_exit(came_by_fork(&set));
	slow->result = in_status(pid);
	for (;;)
		pause();
}

/* The two at one eighth after the other of the time that the fork takes. */
static int signal_during_a_fork(int eighth)
{
	pid_t pid;
	char c;

	slow->result = -1;
	pid = must(sys(fork()));
	if (pid == 0)
		fork_slowly();
	check(read(slow->begin[0], &c, 1) == 1);
	usleep(slow->ns / 8000 * eighth);
	must(put(H "/d/signal.send", str("%d", SIG_A)));
	must(put(H "/d/signal.send", str("%d", SIG_B)));
	wait_for(slow->result >= 0);
	stop(pid);
	return slow->result;
}

/* Both are for the child, if its fork was under way when both were sent. */
TEST(signal, two_during_a_fork, "signal")
{
	const struct sched_param first = { .sched_priority = 1 };
	bool both = false;

	slow = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(slow != MAP_FAILED);
	must(sys(pipe(slow->begin)));
	must(mount_v1(H, "signal,name=t"));
	make_tree(H);
	/* Run at once when there is something to read, and when it is time. */
	must(sys(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK,
				    &first)));
	for (int i = 0; i < SLOW_TRIES && !both; i++)
		both = signal_during_a_fork(i % 8) == 3;
	check(both);
}

static void ignore_and_fork(void)
{
	signal(SIGUSR1, SIG_IGN);
	must(attach(H "/d", getpid()));
	on_signal(0);
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
	}
}

static int send_usr1(void *arg)
{
	(void)arg;
	return put(H "/d/signal.send", str("%d", SIGUSR1));
}

/* However much is forked meanwhile, a write comes to its end. */
TEST(signal, ignored_by_a_fork_storm, "signal")
{
	share_counter();
	must(mount_v1(H, "signal,name=t"));
	make_tree(H);
	for (int i = 0; i < 8; i++)
		if (must(sys(fork())) == 0)
			ignore_and_fork();
	wait_for(*received == 8);
	for (unsigned i = 0; i < scaled(100); i++) {
		pid_t pid = must(sys(fork()));

		if (pid == 0)
			_exit(send_usr1(NULL) ? 1 : 0);
		wait_for(state_of(pid) == 'Z');
		reap(pid);
	}
	wait_for((put(H "/d/signal.send", "9"), count_tasks(H) == 0));
}
