/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the processes do that last.  They wait for a signal at the end; what
 * they may not do, they go without.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fuzz.h"

#define MIB (1UL << 20)
#define BUSY 100 /* rounds; then it sleeps, for others to go on */

static void *wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

static void start_threads(unsigned nr)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	while (nr--)
		pthread_create(&thread, &attr, wait_for_ever, NULL);
}

static void live_with_threads(void)
{
	signal(SIGUSR1, SIG_IGN);
	start_threads(2);
}

static void live_with_zombies(void)
{
	for (int i = 0; i < 2; i++)
		if (fork() == 0)
			_exit(0);
}

static void live_without_leader(void)
{
	start_threads(2);
	pthread_exit(NULL);
}

static void live_by_forking(void)
{
	for (int i = 0; i < BUSY; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid > 0)
			reap(pid);
		msleep(4);
	}
}

static char *take(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; p != MAP_FAILED && i < bytes; i += 4096)
		p[i] = 1;
	return p;
}

static void live_on_memory(void)
{
	take(2 * MIB);
}

static void live_on_swap(void)
{
	char *p = take(MIB);

	for (int k = 0; k < BUSY; k++) {
		madvise(p, MIB, MADV_PAGEOUT);
		msleep(20);
		for (size_t i = 0; i < MIB; i += 16384)
			p[i]++;
	}
}

/* What it forks shares pages and slots of the swap. */
static void live_on_shared_memory(void)
{
	char *p = take(MIB);

	if (fork() == 0)
		madvise(p, MIB, MADV_PAGEOUT);
}

static int live_in_parents_memory(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	wait_for_ever(NULL);
	return 0;
}

/* Another process has the mm, and no thread group owns it. */
static void live_with_other_owner(void)
{
	static char stack[16384] __attribute__((aligned(16)));

	if (fork())
		return;
	clone(live_in_parents_memory, stack + sizeof(stack), CLONE_VM | SIGCHLD,
	      NULL);
	take(MIB / 2);
	msleep(50);
	_exit(0);
}

static void live_in_cgroup_ns(void)
{
	unshare(CLONE_NEWCGROUP);
}

static void live_in_pid_ns(void)
{
	if (unshare(CLONE_NEWPID) == 0 && fork() == 0)
		start_threads(1);
}

/* Root of its own namespaces, who tries what only the real one may. */
static void live_in_user_ns(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0)
		return;
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", str("0 %u 1", me == ROOT ? 0 : 1000));
	if (mount("none", "/tmp", "cgroup", 0, "pids") < 0 &&
	    mount("none", "/tmp", "cgroup", 0, "name=n0") < 0)
		return;
	mount("none", "/tmp", "cgroup", MS_REMOUNT, "rebind,memory");
	mount("none", "/tmp", "cgroup", MS_REMOUNT, "");
	put("/tmp/cgroup.split", "n1 pids");
	mkdir("/tmp/a", 0755);
	put("/tmp/a/cgroup.procs", "0");
}

static void live_on_sockets(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);
	int rx = socket(AF_INET, SOCK_DGRAM, 0);
	int tx = socket(AF_INET, SOCK_DGRAM, 0);

	bind(rx, (struct sockaddr *)&to, sizeof(to));
	getsockname(rx, (struct sockaddr *)&to, &len);
	connect(tx, (struct sockaddr *)&to, len);
	for (int i = 0; i < BUSY; i++) {
		char buf[512] = "";

		send(tx, buf, sizeof(buf), MSG_DONTWAIT);
		recv(rx, buf, sizeof(buf), MSG_DONTWAIT);
		msleep(20);
	}
}

/* Sleeps, but the cpu controller may refuse it. */
static void live_in_real_time(void)
{
	struct sched_param p = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_RR, &p);
}

static void live_after_exec(void)
{
	execl("/proc/self/exe", "fuzz", "pause", NULL);
}

const struct life lives[] = {
	{ live_with_threads, false },	  { live_with_threads, false },
	{ live_with_zombies, false },	  { live_without_leader, false },
	{ live_by_forking, true },	  { live_on_memory, false },
	{ live_on_swap, true },		  { live_on_shared_memory, false },
	{ live_with_other_owner, false }, { live_in_cgroup_ns, false },
	{ live_in_pid_ns, false },	  { live_in_user_ns, false },
	{ live_on_sockets, true },	  { live_in_real_time, false },
	{ live_after_exec, false },
};
const unsigned nr_lives = ARRAY_SIZE(lives);
