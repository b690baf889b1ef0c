/* SPDX-License-Identifier: GPL-2.0-only */
/* Adding and removing subsystems of a v1 hierarchy with groups and tasks. */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "functest.h"

#define NR_DIRS ARRAY_SIZE(tree_dirs)
#define THREADS 3

/* A tree with a process of some threads in each group but the root. */
static pid_t members[NR_DIRS];

static void set_up(const char *options)
{
	must(mount_v1(H, options));
	make_tree(H);
	for (size_t i = 1; i < NR_DIRS; i++)
		members[i] =
			sleeper_threads(str(H "%s", tree_dirs[i]), THREADS - 1);
}

static void check_members(const char *controller)
{
	for (size_t i = 1; i < NR_DIRS; i++) {
		const char *path = group_of(members[i], controller);

		if (!path)
			fail("process %zu is not in %s", i, controller);
		check_str(path, tree_dirs[i]);
	}
}

static void check_file_everywhere(const char *file, bool wanted)
{
	for (size_t i = 1; i < NR_DIRS; i++)
		if (exists(str(H "%s/%s", tree_dirs[i], file)) != wanted)
			fail("%s is%s in %s", file, wanted ? " not" : "",
			     tree_dirs[i]);
}

static bool mount_shows(const char *word)
{
	const char *text = text_of("/proc/self/mounts");
	const char *line = strstr(text, "functest " H " ");

	check(line);
	return memmem(line, strcspn(line, "\n"), word, strlen(word)) != NULL;
}

TEST(binding, add, "rebind")
{
	struct subsys_info a, b;

	set_up("cpuacct,name=t");
	must(remount_v1(H, "cpuacct,pids,name=t"));
	check_file_everywhere("pids.max", true);
	check(mount_shows(",pids"));
	check_members("pids");
	check_members("cpuacct");
	check_members("name=t");
	check_pids(H, (NR_DIRS - 1) * THREADS);
	check(subsys_info("cpuacct", &a) && subsys_info("pids", &b));
	check(a.hierarchy > 0);
	check_eq(b.hierarchy, a.hierarchy);
	check_eq(b.nr_groups, NR_DIRS);
	check_str(text_of(H "/a/b/pids.max"), "max\n");
}

/* Not only files are there, but real state: a limit applies immediately. */
static int fork_once(void *arg)
{
	pid_t pid;

	must(attach(arg, getpid()));
	pid = fork();
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -errno : 0;
}

static char dir_d[] = H "/d";

TEST(binding, added_controls, "rebind")
{
	set_up("none,name=t");
	check_eq(in_child(fork_once, dir_d), 0);
	must(remount_v1(H, "pids,name=t"));
	must(put(H "/d/pids.max", str("%d", THREADS)));
	check_eq(in_child(fork_once, dir_d), -EAGAIN);
	must(remount_v1(H, "none,name=t"));
	check_eq(in_child(fork_once, dir_d), 0);
}

TEST(binding, remove, "rebind")
{
	char buf[16];
	int fd;

	set_up("cpuacct,pids,name=t");
	fd = must(sys(open(H "/a/pids.current", O_RDONLY)));
	must(remount_v1(H, "cpuacct,name=t"));
	check_file_everywhere("pids.max", false);
	check_file_everywhere("cpuacct.usage", true);
	check(!exists(H "/pids.current"));
	check_eq(sys(read(fd, buf, sizeof(buf))), -ENODEV);
	close(fd);
	check(!mount_shows("pids"));
	check_members("cpuacct");
	check(!group_of(members[1], "pids"));
	check_eq(hierarchy_of("pids"), 0);
	/* It is available to others. */
	must(mount_v1(H2, "pids"));
	group(H2 "/x");
	must(attach(H2 "/x", members[1]));
	check_pids(H2, THREADS);
}

/* Settings do not survive. */
TEST(binding, remove_and_add, "rebind")
{
	set_up("pids,name=t");
	must(put(H "/a/pids.max", "100"));
	must(remount_v1(H, "none,name=t"));
	must(remount_v1(H, "pids,name=t"));
	check_str(text_of(H "/a/pids.max"), "max\n");
	check_pids(H, (NR_DIRS - 1) * THREADS);
}

TEST(binding, replace, "rebind")
{
	set_up("pids,name=t");
	must(remount_v1(H, "freezer,cpuacct,name=t"));
	check_file_everywhere("pids.max", false);
	check_file_everywhere("freezer.state", true);
	check_file_everywhere("cpuacct.usage", true);
	check_members("freezer");
	check_eq(hierarchy_of("pids"), 0);
	check_eq(hierarchy_of("freezer"), hierarchy_of("cpuacct"));
	must(put(H "/a/freezer.state", "FROZEN"));
	wait_for(!strcmp(text_of(H "/a/freezer.state"), "FROZEN\n"));
	check_str(text_of(H "/a/b/c/freezer.state"), "FROZEN\n");
	check_str(text_of(H "/d/freezer.state"), "THAWED\n");
	/* Frozen tasks are thawed when their freezer goes. */
	must(remount_v1(H, "pids,name=t"));
	check_pids(H, (NR_DIRS - 1) * THREADS);
	stop(members[1]);
}

static void add_and_remove(const char *name)
{
	/* The tests' kernels want debug with cpu; oom wants memory. */
	if (!strcmp(name, "debug") || !strcmp(name, "oom"))
		return;
	/* Refused without memory, see test-swap.c. */
	if (!strcmp(name, "swap"))
		return;
	if (hierarchy_of(name))
		fail("%s is bound already", name);
	must(remount_v1(H, str("%s,name=t", name)));
	check_members(name);
	check(hierarchy_of(name) > 0);
	must(remount_v1(H, "none,name=t"));
	check(!group_of(members[1], name));
	check_members("name=t");
	/* Subsystems that still have a css in use may stay behind, hidden. */
	if (strcmp(name, "memory") && strcmp(name, "blkio"))
		check_eq(hierarchy_of(name), 0);
}

TEST(binding, each_alone, "rebind")
{
	set_up("none,name=t");
	each_subsys(all_subsys(""), add_and_remove);
}

TEST(binding, all_at_once, "rebind")
{
	const char *all = all_subsys("debug");

	set_up("none,name=t");
	for (int i = 0; i < 3; i++) {
		must(remount_v1(H, str("%s,name=t", all)));
		check_members("memory");
		check_members("cpuset");
		check_members("cpu");
		check_pids(H, (NR_DIRS - 1) * THREADS);
		must(remount_v1(H, "none,name=t"));
		check_members("name=t");
	}
}

/* Moving subsystems one by one between hierarchies, both in use. */
TEST(binding, between_two, "rebind")
{
	set_up("cpu,pids,name=t");
	must(mount_v1(H2, "cpuacct,name=u"));
	group(H2 "/x");
	must(attach(H2 "/x", members[1]));
	must(remount_v1(H, "cpu,name=t"));
	must(remount_v1(H2, "cpuacct,pids,name=u"));
	check_members("cpu");
	check_str(group_of(members[1], "pids"), "/x");
	check_str(group_of(members[2], "pids"), "/");
	check_pids(H2, THREADS);
}

TEST(binding, many_groups, "rebind")
{
	struct subsys_info info;
	pid_t pids[200];
	const unsigned nr = scaled(ARRAY_SIZE(pids));

	must(mount_v1(H, "none,name=t"));
	for (unsigned i = 0; i < nr; i++) {
		group(str(H "/%u", i));
		pids[i] = sleeper(str(H "/%u", i));
	}
	must(remount_v1(H, "pids,name=t"));
	check_pids(H, nr);
	check(subsys_info("pids", &info));
	check_eq(info.nr_groups, nr + 1);
	must(remount_v1(H, "none,name=t"));
	for (unsigned i = 0; i < nr; i++)
		check_str(group_of(pids[i], "name=t"), str("/%u", i));
}

/* --- what changes nothing --- */

/*
 * What a script may have relied on: a hierarchy with groups takes no remount,
 * whatever it says.
 */
TEST(binding, needs_the_word, "rebind")
{
	static const char *const options[] = {
		"",
		"all",
		"name=t",
		"none,name=t",
		"cpuacct,name=t",
		"cpuacct,pids,name=t",
		"cpuacct,pids",
		"cpuacct,pids,freezer,name=t",
		"freezer,name=t",
		"cpuacct,pids,name=t,release_agent=/bin/true",
	};
	char *before;

	set_up("cpuacct,pids,name=t");
	must(put(H "/a/pids.max", "77"));
	before = snapshot(H);
	must_fail(sys(mount("functest", H, "cgroup", MS_REMOUNT, NULL)), EBUSY);
	must_fail(sys(mount("functest", H, "cgroup", MS_REMOUNT | MS_RDONLY,
			    NULL)),
		  EBUSY);
	must_fail(sys(mount("functest", H, "cgroup", MS_REMOUNT | MS_RDONLY,
			    "cpuacct,pids,name=t")),
		  EBUSY);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		must_fail(remount_plainly(H, options[i]), EBUSY);
		check_same(before, snapshot(H));
		before = snapshot(H);
	}
	check_str(text_of(H "/a/pids.max"), "77\n");
	/* The word changes subsystems and nothing else. */
	must_fail(remount_v1(H, "cpuacct,name=t,release_agent=/bin/true"),
		  EBUSY);
	must_fail(remount_v1(H, "cpuacct,pids,name=t,release_agent=/bin/true"),
		  EBUSY);
	check_same(before, snapshot(H));
	check_str(text_of(H "/release_agent"), "\n");
	/* It is a question of the groups. */
	for (size_t i = 1; i < NR_DIRS; i++)
		stop(members[i]);
	must(remove_below(H));
	wait_for(remount_plainly(H, "cpuacct,pids,name=t,"
				    "release_agent=/bin/true") == 0);
	check_str(text_of(H "/release_agent"), "/bin/true\n");
	must(remount_plainly(H, "cpuacct,name=t"));
	check_eq(hierarchy_of("pids"), 0);
}

/* With the word, say what you want. */
TEST(binding, word_alone, "rebind")
{
	set_up("cpuacct,pids,name=t");
	must_fail(mount_v1(H2, "rebind,freezer"), EINVAL);
	must_fail(remount_plainly(H, "rebind"), EINVAL);
	must_fail(remount_plainly(H, "rebind,name=t"), EINVAL);
	check_eq(hierarchy_of("freezer"), 0);
	check_eq(hierarchy_of("pids"), hierarchy_of("cpuacct"));
}

TEST(binding, same_set, "rebind")
{
	char *before;

	set_up("cpuacct,pids,name=t");
	must(put(H "/a/pids.max", "77"));
	before = snapshot(H);
	must(remount_v1(H, "cpuacct,pids,name=t"));
	must(remount_v1(H, "cpuacct,pids"));
	check_same(before, snapshot(H));
	check(!mount_shows("rebind"));
	check_str(text_of(H "/a/pids.max"), "77\n");
}

TEST(binding, none_removes_all, "rebind")
{
	set_up("cpuacct,pids,name=t");
	must(remount_v1(H, "none,name=t"));
	check_eq(hierarchy_of("pids"), 0);
	check_eq(hierarchy_of("cpuacct"), 0);
	check_members("name=t");
}

static void refused(const char *options, int err)
{
	int memory = hierarchy_of("memory");
	char *before = snapshot(H);

	must_fail(remount_v1(H, options), err);
	/* If it was there for a moment, it can take a while to leave. */
	wait_for(hierarchy_of("memory") == memory);
	check_same(before, snapshot(H));
}

TEST(binding, bad_options, "rebind")
{
	set_up("cpuacct,pids,name=t");
	refused("cpuacct,pids,nosuch,name=t", EINVAL);
	refused("cpuacct,name=u", EINVAL);
	refused("cpuacct,noprefix,name=t", EINVAL);
	refused("cpuacct,none,name=t", EINVAL);
	refused("cpuacct,all,name=t", EINVAL);
	refused("none", EINVAL);
	refused("cpuacct,favordynmods,name=t", EINVAL);
	refused("cpuacct,rebind=1,name=t", EINVAL);
}

TEST(binding, busy_elsewhere, "rebind")
{
	set_up("cpuacct,name=t");
	must(mount_v1(H2, "pids"));
	refused("cpuacct,pids,name=t", EBUSY);
	/* all or nothing: freezer alone would have been possible */
	refused("freezer,pids,name=t", EBUSY);
	check_eq(hierarchy_of("freezer"), 0);
	must(umount_v1(H2));
	wait_for(hierarchy_of("pids") == 0);
	must(remount_v1(H, "cpuacct,pids,name=t"));
}

TEST(binding, busy_on_v2, "rebind")
{
	set_up("cpuacct,name=t");
	must(put(V2 "/cgroup.subtree_control", "+pids"));
	group(V2 "/x");
	refused("cpuacct,pids,name=t", EBUSY);
	must(sys(rmdir(V2 "/x")));
	must(put(V2 "/cgroup.subtree_control", "-pids"));
	wait_for(remount_v1(H, "cpuacct,pids,name=t") == 0);
	check_pids(H, (NR_DIRS - 1) * THREADS);
}

/* --- who may --- */

static int remount_as_user(void *options)
{
	become_user();
	return remount_v1(H, options);
}

static int remount_in_userns(void *options)
{
	int r = enter_user_ns();

	return r < 0 ? r : remount_v1(H, options);
}

static int remount_in_cgroupns(void *options)
{
	int r = sys(unshare(CLONE_NEWCGROUP));

	return r < 0 ? r : remount_v1(H, options);
}

/* A new mount, whose superblock belongs to our user namespace. */
static int own_mount(const char *options, const char *again)
{
	int r = enter_user_ns();

	if (r == 0)
		r = sys(unshare(CLONE_NEWNS | CLONE_NEWCGROUP));
	if (r == 0)
		r = mount_v1(H2, options);
	if (r < 0) {
		note("no mount of its own: %s", strerror(-r));
		return -ENOSYS;
	}
	return sys(mount("functest", H2, "cgroup", MS_REMOUNT, again));
}

static int remount_in_container(void *options)
{
	return own_mount("cpuacct,name=t", str("rebind,%s", (char *)options));
}

static int remount_plainly_in_container(void *options)
{
	return own_mount("cpuacct,name=t", options);
}

static void not_for(int (*who)(void *))
{
	static char more[] = "cpuacct,pids,name=t", less[] = "none,name=t",
		    other[] = "pids,name=t";
	char *const all[] = { more, less, other };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		char *before = snapshot(H);

		check_eq(in_child(who, all[i]), -EPERM);
		check_same(before, snapshot(H));
	}
}

TEST(binding, not_for_users, "rebind")
{
	set_up("cpuacct,name=t");
	not_for(remount_as_user);
}

TEST(binding, not_in_userns, "rebind")
{
	set_up("cpuacct,name=t");
	not_for(remount_in_userns);
}

TEST(binding, not_in_cgroupns, "rebind")
{
	set_up("cpuacct,name=t");
	check_eq(chmod("/cg", 0777), 0);
	not_for(remount_in_container);
	not_for(remount_in_cgroupns);
}

/* Whatever it returns, it must not bind anything. */
TEST(binding, empty_in_container, "rebind")
{
	static char empty[] = "", all[] = "all";
	char *before;

	set_up("cpuacct,name=t");
	before = snapshot(H);
	in_child(remount_in_container, empty);
	check_same(before, snapshot(H));
	before = snapshot(H);
	in_child(remount_in_container, all);
	check_same(before, snapshot(H));
	before = snapshot(H);
	in_child(remount_plainly_in_container, empty);
	check_same(before, snapshot(H));
}

/* New files in a delegated directory belong to root. */
TEST(binding, delegated_directory, "rebind")
{
	struct stat st;

	set_up("cpuacct,name=t");
	must(sys(chown(H "/a", 1000, 1000)));
	must(sys(chown(H "/a/cgroup.procs", 1000, 1000)));
	must(remount_v1(H, "cpuacct,pids,name=t"));
	must(sys(stat(H "/a/pids.max", &st)));
	check_eq(st.st_uid, 0);
	must(sys(stat(H "/a/cgroup.procs", &st)));
	check_eq(st.st_uid, 1000);
}

/* --- failures on the way --- */

static void set_fifo(pid_t pid)
{
	struct sched_param param = { .sched_priority = 1 };

	must(sys(sched_setscheduler(pid, SCHED_FIFO, &param)));
}

static void set_other(pid_t pid)
{
	struct sched_param param = { .sched_priority = 0 };

	must(sys(sched_setscheduler(pid, SCHED_OTHER, &param)));
}

/* cpu refuses a real-time task in a group without real-time budget. */
TEST(binding, rollback, "rebind")
{
	set_up("pids,name=t");
	must(put(H "/a/pids.max", "123"));
	set_fifo(members[3]);
	if (remount_v1(H, "cpu,pids,name=t") == 0)
		skip("no CONFIG_RT_GROUP_SCHED");
	refused("cpu,pids,name=t", EINVAL);
	refused("cpu,pids,freezer,cpuset,memory,name=t", EINVAL);
	/* and what was to be removed stays, with its settings */
	refused("cpu,freezer,name=t", EINVAL);
	check_str(text_of(H "/a/pids.max"), "123\n");
	check_pids(H, (NR_DIRS - 1) * THREADS);
	check_eq(hierarchy_of("cpu"), 0);
	check_eq(hierarchy_of("freezer"), 0);
	set_other(members[3]);
	must(remount_v1(H, "cpu,pids,name=t"));
	check_members("cpu");
	check_str(text_of(H "/a/pids.max"), "123\n");
}

/*
 * What a failed remount took from the default hierarchy goes back there with
 * what was set: enabled for children that are not there yet, and who may use
 * which file.
 */
TEST(binding, rollback_on_v2, "rebind")
{
	struct stat st;
	char buf[64];
	int fd;

	set_up("pids,name=t");
	must(put(V2 "/cgroup.subtree_control", "+cpu +memory"));
	must(sys(chown(V2 "/memory.reclaim", 1000, 1001)));
	must(sys(chmod(V2 "/memory.reclaim", 0640)));
	must(sys(chmod(V2 "/memory.stat", 0400)));
	fd = must(sys(open(V2 "/memory.stat", O_RDONLY)));
	set_fifo(members[3]);
	if (remount_v1(H, "cpu,pids,name=t") == 0)
		skip("no CONFIG_RT_GROUP_SCHED");
	check(strstr(text_of(V2 "/cgroup.subtree_control"), "cpu"));
	must_fail(remount_v1(H, "cpu,memory,freezer,name=t"), EINVAL);
	wait_for(hierarchy_of("memory") == 0);
	check(strstr(text_of(V2 "/cgroup.subtree_control"), "cpu"));
	check(strstr(text_of(V2 "/cgroup.subtree_control"), "memory"));
	must(sys(stat(V2 "/memory.reclaim", &st)));
	check_eq(st.st_uid, 1000);
	check_eq(st.st_gid, 1001);
	check_eq(st.st_mode & 07777, 0640);
	must(sys(stat(V2 "/memory.stat", &st)));
	check_eq(st.st_mode & 07777, 0400);
	check_eq(sys(pread(fd, buf, sizeof(buf), 0)), -ENODEV);
	close(fd);
	check(stat_value(V2 "/memory.stat", "file") > 0);
	group(V2 "/x");
	check(exists(V2 "/x/cpu.weight"));
	check(exists(V2 "/x/memory.max"));
	must(sys(rmdir(V2 "/x")));
	must(put(V2 "/cgroup.subtree_control", "-cpu -memory"));
	/* What succeeded does not come back by itself. */
	set_other(members[3]);
	must(put(V2 "/cgroup.subtree_control", "+cpu"));
	/* What was in the group on v2 is freed some time later. */
	wait_for(remount_v1(H, "cpu,memory,pids,name=t") == 0);
	check(!exists(V2 "/memory.reclaim"));
	check(stat_value(H "/memory.stat", "total_cache") > 0);
	must(remount_v1(H, "pids,name=t"));
	for (size_t i = 1; i < NR_DIRS; i++)
		stop(members[i]);
	wait_for(hierarchy_of("memory") == 0);
	check(!strstr(text_of(V2 "/cgroup.subtree_control"), "cpu"));
	must(sys(stat(V2 "/memory.reclaim", &st)));
	check_eq(st.st_uid, 0);
	check_eq(st.st_mode & 07777, 0200);
}

/* --- tasks in odd states --- */

static pid_t zombie(const char *dir)
{
	pid_t pid = sleeper(dir);

	kill(pid, SIGKILL);
	wait_for(state_of(pid) == 'Z');
	return pid;
}

TEST(binding, zombies, "rebind")
{
	pid_t z[NR_DIRS], late;

	set_up("cpuacct,name=t");
	for (size_t i = 1; i < NR_DIRS; i++)
		z[i] = zombie(str(H "%s", tree_dirs[i]));
	must(remount_v1(H, "cpuacct,pids,memory,name=t"));
	/* A zombie is not attached to anything new. */
	check_pids(H, (NR_DIRS - 1) * THREADS);
	late = zombie(H "/a/b");
	must(remount_v1(H, "cpuacct,name=t"));
	check_eq(hierarchy_of("pids"), 0);
	must(remount_v1(H, "cpuacct,pids,name=t"));
	check_pids(H, (NR_DIRS - 1) * THREADS);
	for (size_t i = 1; i < NR_DIRS; i++)
		reap(z[i]);
	reap(late);
	check_pids(H, (NR_DIRS - 1) * THREADS);
	must(remount_v1(H, "none,name=t"));
}

static void *exit_leader(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

/* The leader is a zombie; its threads are alive and must move. */
static pid_t headless(const char *dir)
{
	pid_t pid = must(sys(fork()));

	if (pid == 0) {
		pthread_t thread;

		must(attach(dir, getpid()));
		if (pthread_create(&thread, NULL, exit_leader, NULL))
			_exit(1);
		pthread_exit(NULL);
	}
	wait_for(state_of(pid) == 'Z');
	return pid;
}

TEST(binding, dead_leader, "rebind")
{
	pid_t pid, tids[2];

	must(mount_v1(H, "cpuacct,name=t"));
	make_tree(H);
	pid = headless(H "/a");
	check_eq(threads_of(pid, tids, 2), 2);
	must(remount_v1(H, "cpuacct,pids,freezer,name=t"));
	check_str(group_of(tids[1], "pids"), "/a");
	check_eq(number_in(H "/a/tasks"), tids[1]);
	check_eq(number_in(H "/a/pids.current"), 1);
	must(remount_v1(H, "cpuacct,name=t"));
	check_str(group_of(tids[1], "cpuacct"), "/a");
	stop(pid);
}

TEST(binding, split_process, "rebind")
{
	pid_t tids[4], pid;

	must(mount_v1(H, "cpuacct,name=t"));
	make_tree(H);
	pid = sleeper_threads(H "/a", 3);
	check_eq(threads_of(pid, tids, 4), 4);
	must(attach_thread(H "/a/b", tids[1]));
	must(attach_thread(H "/d", tids[2]));
	must(remount_v1(H, "cpuacct,pids,cpu,name=t"));
	check_str(group_of(tids[0], "pids"), "/a");
	check_str(group_of(tids[1], "pids"), "/a/b");
	check_str(group_of(tids[2], "cpu"), "/d");
	check_pids(H, 4);
	must(remount_v1(H, "freezer,name=t"));
	check_str(group_of(tids[1], "freezer"), "/a/b");
	must(put(H "/a/b/freezer.state", "FROZEN"));
	check(state_of(tids[0]) == 'S');
}

static int pin_namespace(void *fd)
{
	must(attach(H "/a/b", getpid()));
	must(sys(unshare(CLONE_NEWCGROUP)));
	must(attach(H "/d", getpid()));
	must(sys(write(*(int *)fd, "x", 1)));
	for (;;)
		pause();
}

/* A cgroup namespace keeps the css_set of its root, and a css with it. */
TEST(binding, pinned_by_namespace, "rebind")
{
	int p[2];
	char c;
	pid_t pid;

	set_up("pids,cpuacct,name=t");
	must(sys(pipe(p)));
	pid = must(sys(fork()));
	if (pid == 0)
		_exit(pin_namespace(&p[1]));
	check_eq(read(p[0], &c, 1), 1);
	must(remount_v1(H, "cpuacct,name=t"));
	check_eq(hierarchy_of("pids"), 0);
	must(remount_v1(H, "freezer,pids,name=t"));
	check_str(group_of(pid, "freezer"), "/d");
	stop(pid);
}

TEST(binding, cpuset, "rebind")
{
	cpu_set_t before, after;

	set_up("none,name=t");
	must(sys(sched_getaffinity(members[2], sizeof(before), &before)));
	must(remount_v1(H, "cpuset,name=t"));
	check_members("cpuset");
	check_str(text_of(H "/a/b/c/cpuset.cpus"), text_of(H "/cpuset.cpus"));
	check_str(text_of(H "/a/cpuset.mems"), text_of(H "/cpuset.mems"));
	check_str(text_of(H "/a/cgroup.clone_children"), "0\n");
	must(sys(sched_getaffinity(members[2], sizeof(after), &after)));
	check(CPU_EQUAL(&before, &after));
	/* A group created later is empty, as always on v1. */
	group(H "/later");
	check_str(text_of(H "/later/cpuset.cpus"), "\n");
	must_fail(attach(H "/later", members[1]), ENOSPC);
	must(remount_v1(H, "none,name=t"));
	check_members("name=t");
}

/*
 * The css of a group that was just removed is offline a little later, and a
 * zombie keeps it for longer.
 */
TEST(binding, just_removed, "rebind")
{
	for (int i = 0; i < 5; i++) {
		pid_t z;

		must(mount_v1(H, "pids,cpuacct,name=t"));
		group(H "/z");
		group(H "/z/y");
		z = zombie(H "/z/y");
		wait_for(rmdir(H "/z/y") == 0);
		must(sys(rmdir(H "/z")));
		must(remount_v1(H, "cpuacct,name=t"));
		check_eq(hierarchy_of("pids"), 0);
		must(mount_v1(H2, "pids"));
		must(umount_v1(H2));
		reap(z);
		must(umount_v1(H));
		wait_for(hierarchy_of("pids") == 0);
		wait_gone("cpuacct", "cpuacct");
	}
}

/* --- memory stays until its pages are gone --- */

#define PAGES "/cg/pages"

static int fill_file(void *dir)
{
	static char data[1 << 20];
	int fd;

	must(attach(dir, getpid()));
	memset(data, 1, sizeof(data));
	fd = must(sys(open(PAGES "/file", O_CREAT | O_WRONLY, 0600)));
	check_eq(write(fd, data, sizeof(data)), sizeof(data));
	return 0;
}

static char dir_a[] = H "/a";

static void charge_pages(void)
{
	if (mkdir(PAGES, 0755) < 0)
		check_eq(errno, EEXIST);
	must(sys(mount("none", PAGES, "tmpfs", 0, NULL)));
	check_eq(in_child(fill_file, dir_a), 0);
	check(number_in(H "/a/memory.usage_in_bytes") >= 1 << 20);
}

static void release_pages(void)
{
	must(sys(unlink(PAGES "/file")));
	put("/proc/sys/vm/drop_caches", "3");
}

TEST(binding, memory_parks, "rebind")
{
	int id;

	set_up("memory,cpuacct,name=t");
	id = hierarchy_of("memory");
	charge_pages();
	must(remount_v1(H, "cpuacct,name=t"));
	check_file_everywhere("memory.usage_in_bytes", false);
	check(!exists(H "/memory.usage_in_bytes"));
	check(!mount_shows("memory"));
	check(!group_of(members[1], "memory"));
	check_eq(hierarchy_of("memory"), id);
	must_fail(mount_v1(H2, "memory"), EBUSY);
	must_fail(mount_v1(H2, "memory,name=u"), EBUSY);
	/* other changes go on meanwhile */
	must(remount_v1(H, "cpuacct,pids,name=t"));
	check_pids(H, (NR_DIRS - 1) * THREADS);
	release_pages();
	wait_for(hierarchy_of("memory") == 0);
	must(mount_v1(H2, "memory"));
	group(H2 "/x");
	must(attach(H2 "/x", members[1]));
}

/* Leaves charges in the stock of a CPU. */
static int charge_on_isolated(void *arg)
{
	const size_t len = 1 << 20;
	char *p;

	(void)arg;
	must(attach(V2 "/alone", getpid()));
	must(run_on(1));
	must(attach(H "/a", getpid()));
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		 -1, 0);
	check(p != MAP_FAILED);
	memset(p, 1, len);
	return 0;
}

/* Nothing else happens on a CPU that is isolated. */
TEST(binding, memory_on_isolated_cpu, "rebind_smp")
{
	must(put(V2 "/cgroup.subtree_control", "+cpuset"));
	group(V2 "/alone");
	must(put(V2 "/alone/cpuset.cpus", "1"));
	must(put(V2 "/alone/cpuset.cpus.partition", "isolated"));
	check_str(text_of(V2 "/alone/cpuset.cpus.partition"), "isolated\n");
	must(mount_v1(H, "memory,cpuacct,name=t"));
	group(H "/a");
	check_eq(in_child(charge_on_isolated, NULL), 0);
	/* which leaves CPUs alone that are isolated */
	put(H "/a/memory.force_empty", "0");
	must(sys(rmdir(H "/a")));
	must(remount_v1(H, "cpuacct,name=t"));
	wait_for(hierarchy_of("memory") == 0);
	must(sys(rmdir(V2 "/alone")));
	must(put(V2 "/cgroup.subtree_control", "-cpuset"));
}

TEST(binding, parked_comes_back, "rebind")
{
	int id;

	set_up("memory,name=t");
	id = hierarchy_of("memory");
	charge_pages();
	must(remount_v1(H, "none,name=t"));
	check_eq(hierarchy_of("memory"), id);
	must(remount_v1(H, "memory,name=t"));
	check_file_everywhere("memory.usage_in_bytes", true);
	check(mount_shows("memory"));
	check_members("memory");
	check_eq(hierarchy_of("memory"), id);
	must(remount_v1(H, "none,name=t"));
	release_pages();
	wait_for(hierarchy_of("memory") == 0);
	check_members("name=t");
}

/* The hierarchy goes away while memory is still in it. */
TEST(binding, parked_and_unmounted, "rebind")
{
	set_up("memory,name=t");
	charge_pages();
	must(remount_v1(H, "none,name=t"));
	for (size_t i = 1; i < NR_DIRS; i++)
		stop(members[i]);
	must(remove_below(H));
	must(umount_v1(H));
	release_pages();
}

/* --- storms --- */

TEST(binding, fork_storm, "rebind")
{
	static const char *const sets[] = {
		"pids,name=t",	      "cpu,pids,freezer,name=t",
		"none,name=t",	      "cpuset,pids,cpuacct,name=t",
		"memory,pids,name=t",
	};
	struct storm storms[3];
	unsigned rounds = scaled(20);

	set_up("none,name=t");
	storms[0] = storm_start(H "/a", 4);
	storms[1] = storm_start(H "/a/b/c", 1);
	storms[2] = storm_start(H "/d", 8);
	for (unsigned i = 0; i < rounds; i++) {
		must(remount_v1(H, sets[i % ARRAY_SIZE(sets)]));
		msleep(3);
	}
	must(remount_v1(H, "pids,name=t"));
	for (size_t i = 0; i < ARRAY_SIZE(storms); i++) {
		check(group_of(storms[i].pid, "pids"));
		storm_stop(&storms[i]);
	}
	/* their children have exited by themselves, and PID 1 reaps them */
	wait_for(count_tasks(H) == (NR_DIRS - 1) * THREADS);
	wait_for(number_in(H "/d/pids.current") == THREADS);
	wait_for(number_in(H "/a/pids.current") == 3 * THREADS);
	check_members("pids");
	check_pids(H, (NR_DIRS - 1) * THREADS);
}

static void make_and_remove(void)
{
	for (;;) {
		mkdir(H "/a/x", 0755);
		mkdir(H "/a/x/y", 0755);
		attach(H "/a/x", getpid());
		attach(H "/a/b", getpid());
		rmdir(H "/a/x/y");
		rmdir(H "/a/x");
	}
}

static void read_files(void)
{
	static const char *const files[] = {
		"/a/pids.current", "/a/b/cpuacct.usage", "/a/b/c/tasks",
		"/d/memory.stat",  "/a/cpuset.cpus",
	};
	char *text;

	for (;;)
		for (size_t i = 0; i < ARRAY_SIZE(files); i++)
			if (read_all(str(H "%s", files[i]), &text) == 0)
				free(text);
}

/* mkdir, rmdir, attach and reads of files that come and go. */
TEST(binding, group_storm, "rebind")
{
	static void (*const fns[])(void) = { make_and_remove, read_files };
	pid_t pids[2];

	set_up("cpuacct,name=t");
	for (size_t i = 0; i < ARRAY_SIZE(fns); i++) {
		pids[i] = must(sys(fork()));
		if (pids[i] == 0)
			fns[i]();
	}
	for (unsigned i = 0; i < scaled(10); i++) {
		must(remount_v1(H, "cpuacct,pids,memory,name=t"));
		msleep(2);
		must(remount_v1(H, "cpuset,cpuacct,name=t"));
		msleep(2);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fns); i++)
		stop(pids[i]);
	must(remount_v1(H, "pids,name=t"));
	wait_for(number_in(H "/a/pids.current") == 3 * THREADS);
	check_members("pids");
	check_pids(H, (NR_DIRS - 1) * THREADS);
}

/* Two concurrent remounts: each call is refused or done completely. */
static int remount_often(void *options)
{
	for (int i = 0; i < 10; i++) {
		int r = remount_v1(H, options);

		if (r < 0 && r != -EBUSY)
			return r;
		r = remount_v1(H, "none,name=t");
		if (r < 0 && r != -EBUSY)
			return r;
	}
	return 0;
}

TEST(binding, two_remount, "rebind")
{
	static char a[] = "pids,cpu,name=t", b[] = "freezer,pids,name=t";
	pid_t pid;

	set_up("none,name=t");
	pid = must(sys(fork()));
	if (pid == 0)
		_exit(remount_often(a) ? 1 : 0);
	check_eq(in_child(remount_often, b), 0);
	wait_exit(pid, 0);
	must(remount_v1(H, "pids,name=t"));
	check_members("pids");
	check_pids(H, (NR_DIRS - 1) * THREADS);
}
