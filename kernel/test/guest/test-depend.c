/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A subsystem that refuses hierarchies: the kernel was booted with
 * cgroup_debug_requires=cpu.
 */
#include "functest.h"

TEST(depend, mount, "depend")
{
	must_fail(mount_v1(H, "debug"), EXDEV);
	must_fail(mount_v1(H, "debug,pids"), EXDEV);
	check_eq(hierarchy_of("debug"), 0);
	check_eq(hierarchy_of("pids"), 0);
	must(mount_v1(H, "debug,cpu"));
}

TEST(depend, remount, "depend")
{
	char *before;

	must(mount_v1(H, "pids,name=t"));
	make_tree(H);
	sleeper(H "/a/b");
	before = snapshot(H);
	must_fail(remount_v1(H, "pids,debug,name=t"), EXDEV);
	check_same(before, snapshot(H));
	must(remount_v1(H, "pids,cpu,debug,name=t"));
	/* A subsystem that another one needs stays. */
	before = snapshot(H);
	must_fail(remount_v1(H, "pids,debug,name=t"), EXDEV);
	must_fail(remount_v1(H, "debug,name=t"), EXDEV);
	check_same(before, snapshot(H));
	must(remount_v1(H, "debug,cpu,name=t"));
	must(remount_v1(H, "pids,name=t"));
	check(!exists(H "/a/cpu.shares"));
}

TEST(depend, split_and_merge, "depend")
{
	char *before;

	must(mount_v1(H, "pids,cpu,debug,name=t"));
	make_tree(H);
	before = snapshot(H);
	must_fail(put(H "/cgroup.split", "s debug"), EXDEV);
	must_fail(put(H "/cgroup.split", "s cpu"), EXDEV);
	must_fail(put(H "/cgroup.split", "s cpu,pids"), EXDEV);
	check_same(before, snapshot(H));
	before = snapshot(H);
	must(put(H "/cgroup.split", "s cpu,debug"));
	must(put(H "/cgroup.merge", str("%d", hierarchy_of("cpu"))));
	check_same(before, snapshot(H));
}
