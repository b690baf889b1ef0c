// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.memsw counts on v1 hierarchies only.  What the root had when memory came
 * from cgroup2, or has when it goes back, must not make the counter wrong: an
 * underflow is a splat.
 */
#include <sys/stat.h>

#include "functest.h"

#define FILES "/tmp/memsw"

enum {
	NR_FILES = 3000,  /* 2 to 3 MiB of inodes and dentries */
	PAGES = 40 << 10, /* fit into one batch */
};

/*
 * Inodes and dentries are charged to who makes them, and outlive it.  So do pages
 * that it has from the last CPU, and frees on the first.
 */
static int make_files(void *arg)
{
	const char **dir = arg;
	unsigned i;
	int fd;

	must(attach(*dir, getpid()));
	must(run_on(sysconf(_SC_NPROCESSORS_ONLN) - 1));
	memset(malloc(PAGES), 1, PAGES);
	for (i = 0; i < NR_FILES; i++) {
		fd = must(sys(
			open(str(FILES "/%u", i), O_CREAT | O_WRONLY, 0600)));
		close(fd);
	}
	must(run_on(0));
	return 0;
}

/* Objects that are charged to the root, as the group that had them is gone. */
static void leave_files(const char *dir)
{
	must(run_on(0));
	group(dir);
	must(sys(mkdir(FILES, 0700)));
	check_eq(in_child(make_files, &dir), 0);
	must(sys(rmdir(dir)));
}

static void remove_files(void)
{
	unsigned i;

	for (i = 0; i < NR_FILES; i++)
		must(sys(unlink(str(FILES "/%u", i))));
	must(sys(rmdir(FILES)));
}

/* What the root has now: its highest usage, after that was set to the current. */
static long usage(const char *counter)
{
	const char *path = str(H "/memory.%smax_usage_in_bytes", counter);

	must(put(path, "0"));
	return must(number_in(path));
}

/* What is charged as memory is mounted may remain in memsw. */
static bool counters_agree(void)
{
	long memory = usage(""), memsw = usage("memsw.");

	return memsw >= memory && memsw <= memory + (256 << 10);
}

static bool mounts_memory(void)
{
	drain_cpus();
	return mount_v1(H, "memory") == 0;
}

static void set_up(void)
{
	if (!is_there("memory"))
		skip("no memory");
}

TEST(memsw, charged_on_v1, NULL)
{
	set_up();
	must(mount_v1(H, "memory"));
	leave_files(H "/g");
	must(umount_v1(H));
	wait_gone("memory", "memory");
	remove_files();
	must(mount_v1(H, "memory"));
	wait_for(usage("") < NR_FILES * 500);
	wait_for(counters_agree());
}

TEST(memsw, charged_on_cgroup2, NULL)
{
	set_up();
	must(put(V2 "/cgroup.subtree_control", "+memory"));
	leave_files(V2 "/g");
	must(put(V2 "/cgroup.subtree_control", "-memory"));
	wait_for(mounts_memory());
	check(usage("") >= NR_FILES * 500);
	wait_for(counters_agree());
	remove_files();
	wait_for(usage("") < NR_FILES * 500);
	wait_for(counters_agree());
}
