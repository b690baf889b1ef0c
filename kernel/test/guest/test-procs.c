/* SPDX-License-Identifier: GPL-2.0-only */
/* cgroup.procs with the threads of a process in several groups. */
#include <pthread.h>

#include "functest.h"

#define THREADS 5

static pid_t pid, tids[THREADS];

static void set_up(void)
{
	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	pid = sleeper_threads(H "/a", THREADS - 1);
	wait_for(threads_of(pid, tids, THREADS) == THREADS);
}

static bool lists(const char *dir, pid_t tgid)
{
	return has_line(text_of(str("%s/cgroup.procs", dir)), str("%d", tgid));
}

TEST(procs, listed_where_a_thread_is, NULL)
{
	set_up();
	must(attach_thread(H "/d", tids[1]));
	must(attach_thread(H "/d", tids[2]));
	/* once, whoever is where */
	check_str(text_of(H "/a/cgroup.procs"), str("%d\n", pid));
	check_str(text_of(H "/d/cgroup.procs"), str("%d\n", pid));
	/* any thread id moves all of them */
	must(put(H "/a/b/cgroup.procs", str("%d", tids[2])));
	check(lists(H "/a/b", pid));
	check(!lists(H "/a", pid));
	check(!lists(H "/d", pid));
	check_eq(count_tasks(H), THREADS);
}

TEST(procs, errors, NULL)
{
	set_up();
	must_fail(put(H "/d/cgroup.procs", "x"), EINVAL);
	must_fail(put(H "/d/cgroup.procs", "-1"), EINVAL);
	must_fail(put(H "/d/cgroup.procs", "999999"), ESRCH);
	check(lists(H "/a", pid));
}

TEST(procs, partial, "procs")
{
	set_up();
	check_str(text_of(H "/a/cgroup.procs_partial"), "");
	must(attach_thread(H "/d", tids[1]));
	must(attach_thread(H "/d", tids[3]));
	check_str(text_of(H "/a/cgroup.procs_partial"),
		  str("%d %d %d\n", pid, THREADS - 2, THREADS));
	check_str(text_of(H "/d/cgroup.procs_partial"),
		  str("%d %d %d\n", pid, 2, THREADS));
	check_str(text_of(H "/a/b/cgroup.procs_partial"), "");
	must(attach(H "/d", pid));
	check_str(text_of(H "/a/cgroup.procs_partial"), "");
	check_str(text_of(H "/d/cgroup.procs_partial"), "");
	must_fail(put(H "/d/cgroup.procs_partial", "0"), EINVAL);
}

static void *outlive_leader(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

/* The leader is a zombie, the process is not. */
TEST(procs, dead_leader, "procs")
{
	pid_t p;

	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	p = must(sys(fork()));
	if (p == 0) {
		pthread_t t;

		must(attach(H "/a", getpid()));
		for (int i = 0; i < 2; i++)
			pthread_create(&t, NULL, outlive_leader, NULL);
		pthread_exit(NULL);
	}
	wait_for(state_of(p) == 'Z' && count_tasks(H) == 2);
	check(lists(H "/a", p));
	/* all of its live threads are here */
	check_str(text_of(H "/a/cgroup.procs_partial"), "");
	must(put(H "/d/cgroup.procs", str("%d", p)));
	check(lists(H "/d", p));
	check(!lists(H "/a", p));
	must(sys(kill(p, SIGKILL)));
	reap(p);
}

static int look_from_new_pid_ns(void *arg)
{
	char *text;
	pid_t child;
	int status;

	must(sys(unshare(CLONE_NEWPID)));
	child = must(sys(fork()));
	if (child == 0) {
		must(read_all(H "/a/cgroup.procs_partial", &text));
		_exit(*text ? 1 : 0);
	}
	must(sys(waitpid(child, &status, 0)));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

TEST(procs, pid_namespace, "procs")
{
	set_up();
	must(attach_thread(H "/d", tids[1]));
	check_eq(in_child(look_from_new_pid_ns, NULL), 0);
}
