/* SPDX-License-Identifier: GPL-2.0-only */
/* SUBSYS.inherit: sharing the state of the parent. */
#include "functest.h"

#define NR_DIRS ARRAY_SIZE(tree_dirs)

static pid_t members[NR_DIRS];

static void set_up(const char *options)
{
	must(mount_v1(H, options));
	make_tree(H);
	for (size_t i = 1; i < NR_DIRS; i++)
		members[i] = sleeper(str(H "%s", tree_dirs[i]));
}

TEST(inherit, on_and_off, "inherit")
{
	set_up("pids,name=t");
	check_eq(number_in(H "/a/b/c/pids.inherit"), 0);
	check(!exists(H "/pids.inherit"));
	must(put(H "/a/b/c/pids.max", "5"));
	must(put(H "/a/b/c/pids.inherit", "1"));
	check(!exists(H "/a/b/c/pids.max"));
	check_eq(number_in(H "/a/b/c/pids.inherit"), 1);
	check_eq(number_in(H "/a/b/pids.current"), 2);
	check_str(group_of(members[3], "pids"), tree_dirs[3]);
	/* doing it again is not an error */
	must(put(H "/a/b/c/pids.inherit", "1"));
	must(put(H "/a/b/c/pids.inherit", "0"));
	must(put(H "/a/b/c/pids.inherit", "0"));
	check_str(text_of(H "/a/b/c/pids.max"), "max\n");
	check_eq(number_in(H "/a/b/c/pids.current"), 1);
	check_eq(number_in(H "/a/b/pids.current"), 2);
}

static char dir_c[] = H "/a/b/c";

static int fork_in(void *dir)
{
	pid_t pid;

	must(attach(dir, getpid()));
	pid = fork();
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -errno : 0;
}

TEST(inherit, limit_of_the_parent, "inherit")
{
	set_up("pids,name=t");
	must(put(H "/a/b/pids.max", "3"));
	must(put(H "/a/b/c/pids.inherit", "1"));
	check_eq(in_child(fork_in, dir_c), -EAGAIN);
	must(put(H "/a/b/pids.max", "max"));
	check_eq(in_child(fork_in, dir_c), 0);
}

TEST(inherit, tree_rules, "inherit")
{
	char *before;

	set_up("pids,name=t");
	before = snapshot(H);
	must_fail(put(H "/a/pids.inherit", "1"), EBUSY);
	must_fail(put(H "/a/b/pids.inherit", "1"), EBUSY);
	must_fail(put(H "/a/pids.inherit", "2"), EINVAL);
	must_fail(put(H "/a/pids.inherit", "x"), EINVAL);
	must_fail(put(H "/a/pids.inherit", "-1"), EINVAL);
	check_same(before, snapshot(H));
	must(put(H "/a/b/c/pids.inherit", "1"));
	must(put(H "/a/b/pids.inherit", "1"));
	must_fail(put(H "/a/b/c/pids.inherit", "0"), ENOENT);
	check_eq(number_in(H "/a/pids.current"), 3);
	/* A group created below has no choice, and no flag of its own. */
	group(H "/a/b/x");
	check_eq(number_in(H "/a/b/x/pids.inherit"), 1);
	check(!exists(H "/a/b/x/pids.max"));
	must(put(H "/a/b/pids.inherit", "0"));
	check_eq(number_in(H "/a/b/x/pids.inherit"), 0);
	check(exists(H "/a/b/x/pids.max"));
	/* c has one. */
	check_eq(number_in(H "/a/b/c/pids.inherit"), 1);
	check_eq(number_in(H "/a/b/pids.current"), 2);
}

static void toggle(const char *name)
{
	must(put(str(H "/a/b/c/%s.inherit", name), "1"));
	check_str(group_of(members[3], name), tree_dirs[3]);
	must(put(str(H "/a/b/c/%s.inherit", name), "0"));
	must(put(str(H "/a/b/c/%s.inherit", name), "1"));
	must(put(str(H "/a/b/c/%s.inherit", name), "0"));
}

TEST(inherit, each_subsystem, "inherit")
{
	const char *all = all_subsys("signal");

	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	for (size_t i = 1; i < NR_DIRS; i++)
		members[i] = sleeper(str(H "%s", tree_dirs[i]));
	must(remount_v1(H, str("%s,name=t", all)));
	each_subsys(all, toggle);
}

TEST(inherit, freezer_reaches_inheritors, "inherit")
{
	set_up("freezer,name=t");
	must(put(H "/a/b/c/freezer.inherit", "1"));
	must(put(H "/a/b/freezer.state", "FROZEN"));
	wait_for(!strcmp(text_of(H "/a/b/freezer.state"), "FROZEN\n"));
	must(sys(kill(members[3], SIGKILL)));
	msleep(50);
	check(state_of(members[3]) != 'Z' && state_of(members[3]));
	must(put(H "/a/b/freezer.state", "THAWED"));
	wait_for(state_of(members[3]) == 'Z');
}

/*
 * A group that gets CPUs of its own again leaves its siblings what they have for
 * themselves.
 */
TEST(inherit, beside_exclusive, "inherit")
{
	const char *all;
	char *before;

	must(mount_v1(H, "cpuset,name=t"));
	all = text_of(H "/cpuset.cpus");
	group(H "/mine");
	group(H "/g");
	members[0] = sleeper(H);
	must(put(H "/g/cpuset.inherit", "1"));
	must(attach(H "/g", members[0]));

	/* it could have some, but has none */
	must(put(H "/mine/cpuset.cpu_exclusive", "1"));
	must(put(H "/g/cpuset.inherit", "0"));
	check_str(text_of(H "/g/cpuset.cpus"), all);
	check_str(text_of(H "/g/cpuset.mems"), text_of(H "/cpuset.mems"));

	must(put(H "/g/cpuset.inherit", "1"));
	must(put(H "/mine/cpuset.cpus", "0"));
	before = snapshot(H);
	if (strcmp(all, "0\n")) {
		must(put(H "/g/cpuset.inherit", "0"));
		check(!strchr(text_of(H "/g/cpuset.cpus"), '0'));
		check_str(text_of(H "/mine/cpuset.cpus"), "0\n");
		return;
	}
	/* nothing is left for its process */
	must_fail(put(H "/g/cpuset.inherit", "0"), ENOSPC);
	check_same(before, snapshot(H));
}

TEST(inherit, forgotten_with_the_subsystem, "inherit")
{
	set_up("pids,name=t");
	must(put(H "/d/pids.inherit", "1"));
	must(remount_v1(H, "none,name=t"));
	check(!exists(H "/d/pids.inherit"));
	must(remount_v1(H, "pids,name=t"));
	check_eq(number_in(H "/d/pids.inherit"), 0);
	check_pids(H, NR_DIRS - 1);
}

TEST(inherit, removed_group, "inherit")
{
	int fd;

	set_up("pids,name=t");
	group(H "/x");
	fd = must(sys(open(H "/x/pids.inherit", O_WRONLY)));
	must(sys(rmdir(H "/x")));
	check_eq(sys(write(fd, "1", 1)), -ENODEV);
	close(fd);
	fd = must(sys(open(H "/d/pids.inherit", O_WRONLY)));
	must(remount_v1(H, "none,name=t"));
	check_eq(sys(write(fd, "1", 1)), -ENODEV);
	close(fd);
}

static int toggle_as_user(void *arg)
{
	become_user();
	return put(H "/d/pids.inherit", "1");
}

TEST(inherit, permission, "inherit")
{
	set_up("pids,name=t");
	check_eq(in_child(toggle_as_user, NULL), -EACCES);
	/* The file is delegated like any other. */
	must(sys(chown(H "/d/pids.inherit", 1000, 1000)));
	check_eq(in_child(toggle_as_user, NULL), 0);
}

TEST(inherit, rollback, "inherit")
{
	struct sched_param rt = { .sched_priority = 1 };
	char *before;

	set_up("cpu,name=t");
	must(put(H "/d/cpu.inherit", "1"));
	if (sched_setscheduler(members[4], SCHED_FIFO, &rt) < 0) {
		must(put(H "/cpu.rt_runtime_us", "950000"));
		skip("no real-time tasks: %s", strerror(errno));
	}
	before = snapshot(H);
	must_fail(put(H "/d/cpu.inherit", "0"), EINVAL);
	check_same(before, snapshot(H));
}

TEST(inherit, fork_storm, "inherit")
{
	struct storm s;

	set_up("pids,cpu,name=t");
	s = storm_start(H "/a/b/c", 4);
	for (int i = 0; i < 30; i++) {
		must(put(H "/a/b/c/pids.inherit", i & 1 ? "0" : "1"));
		must(put(H "/a/b/c/cpu.inherit", i & 2 ? "0" : "1"));
		msleep(1);
	}
	storm_stop(&s);
	wait_for(count_tasks(H) == NR_DIRS - 1);
	wait_for(number_in(H "/a/pids.current") == 3);
}
