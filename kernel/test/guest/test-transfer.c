/* SPDX-License-Identifier: GPL-2.0-only */
/* Splitting a hierarchy, and merging two. */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "functest.h"

#define NR_DIRS ARRAY_SIZE(tree_dirs)
#define ALL "cpu,pids,freezer,memory,misc,name=t"

static pid_t members[NR_DIRS];

/* A tree with a process in each group but the root, and limits. */
static void set_up(void)
{
	must(mount_v1(H, ALL));
	make_tree(H);
	for (size_t i = 1; i < NR_DIRS; i++)
		members[i] = sleeper(str(H "%s", tree_dirs[i]));
	must(put(H "/a/pids.max", "77"));
	must(put(H "/a/cpu.shares", "512"));
	must(put(H "/d/memory.limit_in_bytes", "64M"));
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

static int merge(const char *into, const char *subsys)
{
	return put(str("%s/cgroup.merge", into),
		   str("%d", hierarchy_of(subsys)));
}

TEST(split, keeps_state, "split")
{
	set_up();
	must(put(H "/cgroup.split", "s pids,memory"));
	must(mount_v1(H2, "name=s"));
	check(hierarchy_of("pids") != hierarchy_of("cpu"));
	check_eq(hierarchy_of("memory"), hierarchy_of("pids"));
	check_eq(number_in(H2 "/a/pids.max"), 77);
	check_eq(number_in(H2 "/d/memory.limit_in_bytes"), 64 << 20);
	check_eq(number_in(H "/a/cpu.shares"), 512);
	check(!exists(H "/a/pids.max"));
	check(!exists(H2 "/a/cpu.shares"));
	check_members("pids");
	check_members("cpu");
	check_pids(H2, NR_DIRS - 1);
	/* They are two now: changes in one do not affect the other. */
	must(attach(H2 "/d", members[1]));
	check_str(group_of(members[1], "pids"), "/d");
	check_str(group_of(members[1], "cpu"), tree_dirs[1]);
	must(put(H2 "/d/pids.max", "2"));
	check_eq(number_in(H2 "/d/pids.current"), 2);
}

TEST(split, usage_follows, "split")
{
	long before;

	set_up();
	before = number_in(H "/a/b/memory.usage_in_bytes");
	must(put(H "/cgroup.split", "s memory"));
	must(mount_v1(H2, "name=s"));
	check_eq(number_in(H2 "/a/b/memory.usage_in_bytes"), before);
	check(stat_value(H2 "/a/memory.stat", "total_rss") >= 0);
}

TEST(split, owners, "split")
{
	struct stat st;

	set_up();
	must(sys(chown(H "/d", 1000, 1001)));
	must(sys(chmod(H "/d", 0750)));
	must(sys(chown(H "/d/cgroup.procs", 1000, 0)));
	must(sys(chown(H "/d/pids.max", 1000, 0)));
	must(put(H "/a/notify_on_release", "1"));
	must(put(H "/cgroup.split", "s pids"));
	must(mount_v1(H2, "name=s"));
	must(sys(stat(H2 "/d", &st)));
	check_eq(st.st_uid, 1000);
	check_eq(st.st_gid, 1001);
	check_eq(st.st_mode & 07777, 0750);
	must(sys(stat(H2 "/d/cgroup.procs", &st)));
	check_eq(st.st_uid, 1000);
	must(sys(stat(H2 "/d/pids.max", &st)));
	check_eq(st.st_uid, 1000);
	must(sys(stat(H2 "/a/pids.max", &st)));
	check_eq(st.st_uid, 0);
	check_eq(number_in(H2 "/a/notify_on_release"), 1);
	check_eq(number_in(H2 "/a/b/notify_on_release"), 0);
}

static void check_attr(const char *path, const char *name, const char *value)
{
	char buf[64] = "";

	if (getxattr(path, name, buf, sizeof(buf) - 1) < 0)
		fail("%s of %s: %s", name, path, strerror(errno));
	check_str(buf, value);
}

static void set_attr(const char *path, const char *name, const char *value)
{
	must(sys(setxattr(path, name, value, strlen(value), 0)));
}

/* A root that only its owner may enter does not become one for all. */
TEST(split, attributes, "split")
{
	struct stat st;

	set_up();
	must(sys(chown(H, 1000, 1001)));
	must(sys(chmod(H, 0700)));
	must(sys(chown(H "/tasks", 1000, 0)));
	must(sys(chmod(H "/tasks", 0600)));
	must(sys(chmod(H "/memory.usage_in_bytes", 0400)));
	set_attr(H, "trusted.owner", "me");
	set_attr(H, "user.note", "root");
	set_attr(H "/d", "trusted.empty", "");
	set_attr(H "/d", "user.a", "1");
	set_attr(H "/d", "user.b", "22");
	set_attr(H "/a/pids.max", "user.c", "333");
	set_attr(H "/a/tasks", "trusted.d", "4444");
	must(put(H "/cgroup.split", "s pids,memory"));
	must(mount_v1(H2, "name=s"));
	must(sys(stat(H2, &st)));
	check_eq(st.st_mode & 07777, 0700);
	check_eq(st.st_uid, 1000);
	check_eq(st.st_gid, 1001);
	must(sys(stat(H2 "/tasks", &st)));
	check_eq(st.st_mode & 07777, 0600);
	check_eq(st.st_uid, 1000);
	must(sys(stat(H2 "/memory.usage_in_bytes", &st)));
	check_eq(st.st_mode & 07777, 0400);
	check_attr(H2, "trusted.owner", "me");
	check_attr(H2, "user.note", "root");
	check_attr(H2 "/d", "trusted.empty", "");
	check_attr(H2 "/d", "user.a", "1");
	check_attr(H2 "/d", "user.b", "22");
	check_attr(H2 "/a/pids.max", "user.c", "333");
	check_attr(H2 "/a/tasks", "trusted.d", "4444");
	/* They are counted: there can be 128 of a user. */
	for (int i = 2; i < 128; i++)
		set_attr(H2 "/d", str("user.x%d", i), "");
	check_eq(sys(setxattr(H2 "/d", "user.more", "", 0, 0)), -ENOSPC);
	must(sys(removexattr(H2 "/d", "user.b")));
	set_attr(H2 "/d", "user.more", "");
	/* Those of the old one are another's. */
	check_attr(H "/d", "user.b", "22");
}

/* --- groups that were removed and are still charged --- */

#define PAGES "/cg/pages"
#define MIB (1 << 20)

struct filler {
	const char *group, *file;
};

static int fill(void *arg)
{
	static char data[MIB];
	const struct filler *f = arg;
	int fd;

	must(attach(f->group, getpid()));
	memset(data, 1, sizeof(data));
	fd = must(sys(open(f->file, O_CREAT | O_WRONLY, 0600)));
	for (int i = 0; i < 4; i++)
		check_eq(write(fd, data, sizeof(data)), sizeof(data));
	return 0;
}

/* Charge 4 MiB of a file to the group, in which nobody remains. */
static void charge(const char *group, const char *file)
{
	struct filler f = { group, file };

	if (mkdir(PAGES, 0755) == 0)
		must(sys(mount("none", PAGES, "tmpfs", 0, NULL)));
	check_eq(in_child(fill, &f), 0);
}

static void uncharge(const char *file)
{
	must(sys(unlink(file)));
	put("/proc/sys/vm/drop_caches", "3");
}

static long cache_of(const char *group)
{
	return stat_value(str("%s/memory.stat", group), "total_cache");
}

/* What dies with the last mount: nothing that still counts pages. */
TEST(split, dying_group, "split")
{
	long before;

	must(mount_v1(H, "memory,devices,name=w"));
	before = cache_of(H);
	group(H "/z");
	charge(H "/z", PAGES "/f");
	must(sys(rmdir(H "/z")));
	must(put(H "/cgroup.split", "m memory"));
	must(mount_v1(H2, "name=m"));
	must(umount_v1(H2));
	msleep(2000);
	must(mount_v1(H2, "memory"));
	check(number_in(H2 "/memory.usage_in_bytes") > 0);
	check(cache_of(H2) >= before + 3 * MIB);
	must(umount_v1(H2));
	uncharge(PAGES "/f");
	wait_gone("memory", "memory");
}

/* The old hierarchy does not wait for what went with the subsystem. */
TEST(split, dying_group_goes_along, "split")
{
	int id;

	must(mount_v1(H, "memory,pids,name=w"));
	group(H "/z");
	charge(H "/z", PAGES "/f");
	must(sys(rmdir(H "/z")));
	must(put(H "/cgroup.split", "m memory"));
	must(umount_v1(H));
	wait_gone("pids", "pids");
	id = hierarchy_of("memory");
	check(id > 0);
	must(mount_v1(H2, "name=m"));
	check_eq(hierarchy_of("memory"), id);
	uncharge(PAGES "/f");
}

/* The same with a hierarchy that ends, and groups in groups. */
TEST(merge, dying_groups, "merge")
{
	long before;

	must(mount_v1(H, "memory,name=t"));
	must(mount_v1(H2, "devices,name=s"));
	make_tree(H);
	make_tree(H2);
	before = cache_of(H);
	group(H "/a/b/z");
	group(H "/a/b/z/y");
	charge(H "/a/b/z", PAGES "/f");
	charge(H "/a/b/z/y", PAGES "/g");
	must(sys(rmdir(H "/a/b/z/y")));
	must(sys(rmdir(H "/a/b/z")));
	must(merge(H2, "memory"));
	must(umount_v1(H));
	check(cache_of(H2 "/a/b") >= 8 * MIB);
	must(remove_below(H2));
	must(umount_v1(H2));
	msleep(2000);
	must(mount_v1(H2, "memory,devices"));
	check(cache_of(H2) >= before + 7 * MIB);
	uncharge(PAGES "/f");
	uncharge(PAGES "/g");
	wait_for(cache_of(H2) < before + MIB);
}

/* What they no longer count, their ancestors do not either. */
static void check_dying_count(const char *top)
{
	uncharge(PAGES "/g");
	wait_for(cache_of(str("%s/a/b", top)) < 5 * MIB);
	wait_for(cache_of(str("%s/a", top)) < 5 * MIB);
	check(cache_of(str("%s/a/b", top)) >= 4 * MIB);
	uncharge(PAGES "/f");
	wait_for(!cache_of(str("%s/a/b", top)));
	wait_for(!cache_of(str("%s/a", top)));
}

TEST(split, dying_groups_count, "split")
{
	must(mount_v1(H, "memory,pids,name=t"));
	make_tree(H);
	group(H "/a/b/z");
	group(H "/a/b/z/y");
	charge(H "/a/b/z", PAGES "/f");
	charge(H "/a/b/z/y", PAGES "/g");
	must(sys(rmdir(H "/a/b/z/y")));
	must(sys(rmdir(H "/a/b/z")));
	must(put(H "/cgroup.split", "s memory"));
	must(mount_v1(H2, "name=s"));
	check(cache_of(H2 "/a") >= 8 * MIB);
	check_dying_count(H2);
}

TEST(merge, dying_groups_count, "merge")
{
	must(mount_v1(H, "memory,pids,name=t"));
	make_tree(H);
	group(H "/a/b/z");
	charge(H "/a/b/z", PAGES "/f");
	must(sys(rmdir(H "/a/b/z")));
	must(put(H "/cgroup.split", "s memory"));
	must(mount_v1(H2, "name=s"));
	group(H2 "/a/b/y");
	charge(H2 "/a/b/y", PAGES "/g");
	must(sys(rmdir(H2 "/a/b/y")));
	must(merge(H, "memory"));
	must(umount_v1(H2));
	check(cache_of(H "/a") >= 8 * MIB);
	check_dying_count(H);
}

/* A zombie keeps its group, which was never told to go offline in time. */
TEST(split, just_removed, "split")
{
	pid_t z;

	for (int i = 0; i < 5; i++) {
		must(mount_v1(H, str("memory,pids,name=t%d", i)));
		group(H "/z");
		z = sleeper(H "/z");
		charge(H "/z", PAGES "/f");
		kill(z, SIGKILL);
		wait_for(state_of(z) == 'Z');
		wait_for(rmdir(H "/z") == 0);
		must(put(H "/cgroup.split", "m memory,pids"));
		must(mount_v1(H2, "name=m"));
		must(umount_v1(H2));
		msleep(20);
		must(mount_v1(H2, "memory,pids"));
		reap(z);
		uncharge(PAGES "/f");
		must(umount_v1(H2));
		must(umount_v1(H));
		wait_gone("memory,pids", "memory");
	}
}

/*
 * The old css of a zombie's group goes to a group that has another one, and
 * comes back to one that has had it.
 */
TEST(merge, zombie, "inherit")
{
	pid_t z[2];

	must(mount_v1(H, "memory,pids,name=t"));
	make_tree(H);
	for (int i = 0; i < 2; i++) {
		z[i] = sleeper(H "/a/b/c");
		kill(z[i], SIGKILL);
		wait_for(state_of(z[i]) == 'Z');
	}
	must(put(H "/a/b/c/pids.inherit", "1"));
	must(put(H "/a/b/c/memory.inherit", "1"));
	must(put(H "/cgroup.split", "s pids,memory"));
	must(mount_v1(H2, "name=s"));
	must(put(H2 "/a/b/c/pids.inherit", "0"));
	must(put(H2 "/a/b/c/memory.inherit", "0"));
	must(merge(H, "pids"));
	must(put(H "/cgroup.split", "r memory"));
	reap(z[0]);
	must(merge(H, "memory"));
	must(umount_v1(H2));
	must(sys(rmdir(H "/a/b/c")));
	check_eq(number_in(H "/a/pids.current"), 1);
	reap(z[1]);
	check_eq(number_in(H "/a/pids.current"), 0);
}

TEST(split, open_files_end, "split")
{
	char buf[32];
	int fd;

	set_up();
	fd = must(sys(open(H "/a/pids.current", O_RDONLY)));
	must(put(H "/cgroup.split", "s pids"));
	check_eq(sys(read(fd, buf, sizeof(buf))), -ENODEV);
	close(fd);
}

TEST(split, all_of_a_named_one, "split")
{
	set_up();
	must(put(H "/cgroup.split", "s cpu,pids,freezer,memory,misc"));
	must(mount_v1(H2, "name=s"));
	check_members("pids");
	check_members("name=t");
	check(!exists(H "/a/pids.max"));
}

static const char *const bad_splits[] = {
	"",	    "s",	 "s ",		 "s nosuch",
	"s pids,",  "s pids,io", "s perf_event", "a/b pids",
	"s cpuset",
};

TEST(split, errors, "split")
{
	char *before;

	set_up();
	before = snapshot(H);
	for (size_t i = 0; i < ARRAY_SIZE(bad_splits); i++)
		if (put(H "/cgroup.split", bad_splits[i]) != -EINVAL &&
		    *bad_splits[i])
			fail("'%s' was not refused with EINVAL", bad_splits[i]);
	must_fail(put(H "/cgroup.split", "t pids"), EEXIST);
	check_same(before, snapshot(H));
	check(!exists(H "/a/cgroup.split"));
}

TEST(split, nothing_left, "split")
{
	must(mount_v1(H, "pids"));
	must_fail(put(H "/cgroup.split", "s pids"), EINVAL);
}

TEST(split, cannot_move, "split")
{
	char *before;

	must(mount_v1(H, "perf_event,pids,name=t"));
	make_tree(H);
	before = snapshot(H);
	must_fail(put(H "/cgroup.split", "s perf_event"), EOPNOTSUPP);
	must_fail(put(H "/cgroup.split", "s perf_event,pids"), EOPNOTSUPP);
	check_same(before, snapshot(H));
	must(put(H "/cgroup.split", "s pids"));
}

/* The opener counts: passing on the descriptor gives no permission. */
static int split_as_user(void *arg)
{
	int fd = *(int *)arg;

	become_user();
	return write(fd, "s pids", 6) < 0 ? -errno : 0;
}

static int open_as_user(void *arg)
{
	become_user();
	return put(H "/cgroup.split", "s pids");
}

static int split_in_cgroupns(void *arg)
{
	must(sys(unshare(CLONE_NEWCGROUP)));
	return put(H "/cgroup.split", "s pids");
}

TEST(split, permission, "split")
{
	int fd;

	set_up();
	check_eq(in_child(open_as_user, NULL), -EACCES);
	must(sys(chmod(H "/cgroup.split", 0222)));
	check_eq(in_child(open_as_user, NULL), -EPERM);
	check_eq(in_child(split_in_cgroupns, NULL), -EPERM);
	fd = must(sys(open(H "/cgroup.split", O_WRONLY)));
	check_eq(in_child(split_as_user, &fd), 0);
	close(fd);
}

TEST(merge, keeps_state, "merge")
{
	set_up();
	for (int i = 0; i < 3; i++) {
		must(put(H "/cgroup.split", "s pids,memory"));
		must(mount_v1(H2, "name=s"));
		must(put(H2 "/a/pids.max", str("%d", 80 + i)));
		must(merge(H, "pids"));
		check_eq(hierarchy_of("pids"), hierarchy_of("cpu"));
		check_eq(number_in(H "/a/pids.max"), 80 + i);
		check_eq(number_in(H "/a/cpu.shares"), 512);
		check_eq(number_in(H "/d/memory.limit_in_bytes"), 64 << 20);
		check_members("pids");
		check_members("memory");
		check_pids(H, NR_DIRS - 1);
		/* What remains is empty and accepts nothing. */
		check(!group_of(members[1], "name=s"));
		check(!exists(H2 "/a"));
		must_fail(sys(mkdir(H2 "/x", 0755)), ENODEV);
		must_fail(put(H2 "/tasks", "0"), ENOENT);
		must(umount_v1(H2));
	}
}

/* What counts is where the tasks are in the hierarchy that stays. */
TEST(merge, aligns_tasks, "merge")
{
	set_up();
	must(put(H "/cgroup.split", "s pids,freezer"));
	must(mount_v1(H2, "name=s"));
	for (size_t i = 1; i < NR_DIRS; i++)
		must(attach(str(H2 "%s", tree_dirs[NR_DIRS - i]), members[i]));
	must(merge(H, "pids"));
	check_members("pids");
	check_members("cpu");
	check_pids(H, NR_DIRS - 1);
}

/* A hierarchy that has ended, but is still mounted, is nothing any more. */
TEST(merge, ended, "merge")
{
	static const char *const options[] = {
		"",
		"pids",
		"rebind,pids",
		"none,name=s",
		"rebind,none,name=s",
		"all",
		"rebind,signal",
	};
	char buf[64], *before;
	int fd;

	set_up();
	must(put(H "/cgroup.split", "s pids"));
	must(mount_v1(H2, "name=s"));
	fd = must(sys(open(H2 "/tasks", O_RDONLY)));
	must(merge(H, "pids"));
	before = snapshot(H);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		must_fail(remount_plainly(H2, options[i]), ENODEV);
	check_same(before, snapshot(H));
	check_eq(sys(read(fd, buf, sizeof(buf))), -ENODEV);
	close(fd);
	/* Nothing is left in it. */
	check_eq(rmdir(H2), -1);
	check_eq(errno, EBUSY);
	check(!exists(H2 "/tasks"));
	check(!exists(H2 "/cgroup.procs"));
	check(!exists(H2 "/cgroup.merge"));
	check(!exists(H2 "/release_agent"));
	must_fail(sys(mkdir(H2 "/x", 0755)), ENODEV);
	/* It gives nothing away and takes nothing. */
	must(put(H "/cgroup.split", "r pids"));
	must(umount_v1(H2));
	must(mount_v1(H2, "name=r"));
	check_members("pids");
}

/* Two that swallow each other: one of them ends. */
static int merge_id(void *arg)
{
	const int *id = arg;

	for (int i = 0; i < 20; i++)
		put(id[0] ? H2 "/cgroup.merge" : H "/cgroup.merge",
		    str("%d", id[1]));
	return 0;
}

TEST(merge, crosswise, "merge")
{
	for (unsigned i = 0; i < scaled(20); i++) {
		int a[2], b[2];
		pid_t pid;

		must(mount_v1(H, "pids,name=t"));
		must(mount_v1(H2, "freezer,name=s"));
		a[0] = 1;
		a[1] = hierarchy_of("pids");
		b[0] = 0;
		b[1] = hierarchy_of("freezer");
		pid = must(sys(fork()));
		if (pid == 0)
			_exit(merge_id(a));
		check_eq(in_child(merge_id, b), 0);
		wait_exit(pid, 0);
		check_eq(hierarchy_of("pids"), hierarchy_of("freezer"));
		must(umount_v1(H));
		must(umount_v1(H2));
		wait_for(hierarchy_of("pids") == 0);
	}
}

TEST(merge, unmounted, "merge")
{
	set_up();
	must(put(H "/cgroup.split", "s pids"));
	must(merge(H, "pids"));
	check_members("pids");
	/* The name is available again. */
	must(put(H "/cgroup.split", "s pids"));
}

TEST(merge, inheritance, "inherit")
{
	set_up();
	must(put(H "/a/b/c/pids.inherit", "1"));
	must(put(H "/cgroup.split", "s pids"));
	must(mount_v1(H2, "name=s"));
	check_eq(number_in(H2 "/a/b/c/pids.inherit"), 1);
	check(!exists(H2 "/a/b/c/pids.max"));
	check_eq(number_in(H2 "/a/b/pids.current"), 2);
	must(merge(H, "pids"));
	check_eq(number_in(H "/a/b/c/pids.inherit"), 1);
	check_eq(number_in(H "/a/b/pids.current"), 2);
	must(put(H "/a/b/c/pids.inherit", "0"));
	check_eq(number_in(H "/a/b/c/pids.current"), 1);
}

TEST(merge, errors, "merge")
{
	char *before, *before2;

	set_up();
	must(put(H "/cgroup.split", "s pids"));
	must(mount_v1(H2, "name=s"));
	must(put(H2 "/d/pids.max", "9"));
	before = snapshot(H);
	before2 = snapshot(H2);
	must_fail(put(H "/cgroup.merge", "0"), EINVAL);
	must_fail(put(H "/cgroup.merge", "x"), EINVAL);
	must_fail(put(H "/cgroup.merge", "99999"), ENOENT);
	must_fail(merge(H, "cpu"), EINVAL);
	check_same(before, snapshot(H));
	check_same(before2, snapshot(H2));
	/* A different tree, on either side. */
	group(H2 "/d/x");
	must_fail(merge(H, "pids"), EINVAL);
	must(sys(rmdir(H2 "/d/x")));
	group(H "/d/x");
	must_fail(merge(H, "pids"), EINVAL);
	must(sys(rmdir(H "/d/x")));
	must(sys(rename(H "/d", H "/e")));
	must_fail(merge(H, "pids"), EINVAL);
	must(sys(rename(H "/e", H "/d")));
	must(merge(H, "pids"));
	check_eq(number_in(H "/d/pids.max"), 9);
}

/* cpu refuses a real-time task in a group without real-time budget. */
TEST(merge, rollback, "merge")
{
	struct sched_param rt = { .sched_priority = 1 };
	char *before, *before2;

	must(mount_v1(H, "pids,name=t"));
	must(mount_v1(H2, "cpu,name=s"));
	make_tree(H);
	make_tree(H2);
	for (size_t i = 1; i < NR_DIRS; i++)
		members[i] = sleeper(str(H "%s", tree_dirs[i]));
	if (sched_setscheduler(members[2], SCHED_FIFO, &rt) < 0)
		skip("no real-time tasks: %s", strerror(errno));
	if (!exists(H2 "/a/cpu.rt_runtime_us"))
		skip("no RT_GROUP_SCHED");
	before = snapshot(H);
	before2 = snapshot(H2);
	must_fail(merge(H, "cpu"), EINVAL);
	check_same(before, snapshot(H));
	check_same(before2, snapshot(H2));
}

TEST(merge, fork_storm, "merge")
{
	struct storm storms[2];

	must(mount_v1(H, "pids,cpu,cpuacct,name=t"));
	make_tree(H);
	storms[0] = storm_start(H "/a/b", 3);
	storms[1] = storm_start(H "/d", 2);
	for (int i = 0; i < 15; i++) {
		must(put(H "/cgroup.split", "s pids,cpuacct"));
		msleep(2);
		must(merge(H, "pids"));
	}
	check(group_of(storms[0].pid, "pids"));
	for (size_t i = 0; i < ARRAY_SIZE(storms); i++)
		storm_stop(&storms[i]);
	wait_for(count_tasks(H) == 0);
	wait_for(number_in(H "/a/pids.current") == 0);
	wait_for(number_in(H "/d/pids.current") == 0);
}

/* --- the threads of one process go to several cpusets --- */

static char *status_of(pid_t tid, const char *key)
{
	const char *text = text_of(str("/proc/%d/status", tid));
	const char *p = strstr(text, key);

	check(p);
	return strndup(p + strlen(key), strcspn(p + strlen(key), "\n"));
}

/* Without the newline. */
static char *text_in(const char *dir, const char *file)
{
	const char *text = text_of(str(H "%s/%s", dir, file));

	return strndup(text, strcspn(text, "\n"));
}

static void make_cpusets(const char *top)
{
	static const char *const dirs[] = { "/a", "/d" };
	bool numa = exists("/sys/devices/system/node/node1");

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		const char *dir = str("%s%s", top, dirs[i]);

		must(put(str("%s/cpuset.cpus", dir), "0"));
		must(put(str("%s/cpuset.mems", dir), numa && i ? "1" : "0"));
	}
}

/*
 * In one hierarchy, the threads are in the root and in a; in the other, in a
 * and in d.  The tree of the first one is kept.
 */
static void threads_migrate(bool first_in_root)
{
	char *cpus, *mems;
	pid_t pid, tids[3], other;

	must(mount_v1(H, "none,name=t"));
	must(mount_v1(H2, "cpuset,name=u"));
	make_tree(H);
	make_tree(H2);
	make_cpusets(H2);
	must(put(H2 "/a/b/cpuset.cpus", "0"));
	must(put(H2 "/a/b/cpuset.mems", "0"));
	must(put(H2 "/a/b/c/cpuset.cpus", "0"));
	must(put(H2 "/a/b/c/cpuset.mems", "0"));
	pid = sleeper_threads(NULL, 2);
	wait_for(threads_of(pid, tids, 3) == 3);
	other = tids[first_in_root ? 2 : 1];
	must(attach_thread(H "/a", tids[first_in_root ? 1 : 2]));
	must(attach_thread(H "/d", other));
	must(attach_thread(H2 "/d", tids[0]));
	must(attach_thread(H2 "/a", tids[1]));
	must(attach_thread(H2 "/a/b", tids[2]));
	must(merge(H, "cpuset"));
	for (int i = 0; i < 3; i++) {
		bool is_in_d = tids[i] == other;
		const char *in = i == 0 ? "/" : is_in_d ? "/d" : "/a";

		check_str(group_of(tids[i], "cpuset"), in);
		cpus = status_of(tids[i], "Cpus_allowed_list:\t");
		mems = status_of(tids[i], "Mems_allowed_list:\t");
		check_str(cpus, text_in(in, "cpuset.cpus"));
		check_str(mems, text_in(in, "cpuset.mems"));
	}
	stop(pid);
}

TEST(merge, cpuset_threads, "merge")
{
	threads_migrate(false);
}

TEST(merge, cpuset_threads_root_first, "merge")
{
	threads_migrate(true);
}
