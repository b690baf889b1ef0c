/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The swap subsystem.  The swap device is a ram disk, which keeps the pages it
 * got, so that all tests together cost the guest its size.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "functest.h"

#define DEVICE "/dev/ram0"
#define DEVICE_MIB 96
#define MIB (1L << 20)
#define PAGE 4096L
#define G H "/g"
#define NO_LIMIT "9223372036854771712\n"

/* What mkswap(8) writes. */
static void make_swap(void)
{
	static char page[PAGE];
	uint32_t *header = (uint32_t *)(page + 1024);
	int fd = must(sys(open(DEVICE, O_RDWR | O_CLOEXEC)));

	header[0] = 1;				 /* version */
	header[1] = DEVICE_MIB * MIB / PAGE - 1; /* last page */
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	check_eq(sys(pwrite(fd, page, PAGE, 0)), PAGE);
	must(sys(fsync(fd)));
	close(fd);
}

static void swap_on(void)
{
	make_swap();
	must(sys(swapon(DEVICE, 0)));
}

static void swap_off(void)
{
	must(sys(swapoff(DEVICE)));
}

static void limit(const char *dir, const char *memory, const char *swap)
{
	must(put(str("%s/memory.limit_in_bytes", dir), memory));
	must(put(str("%s/swap.limit_in_bytes", dir), swap));
}

static void set_up(const char *memory, const char *swap)
{
	swap_on();
	must(mount_v1(H, "memory,swap,name=t"));
	group(G);
	limit(G, memory, swap);
}

static long usage(const char *dir)
{
	return number_in(str("%s/swap.usage_in_bytes", dir));
}

/*
 * Slots are freed along with the processes that had them, except for pages of
 * the swap cache that were locked at that moment: they stay until reclaimed.
 */
static bool is_unused(const char *dir)
{
	static unsigned tries;

	if (usage(dir) == 0)
		return true;
	if (++tries % 100 == 0)
		put(G "/memory.force_empty", "0");
	return false;
}

static long max_usage(const char *dir)
{
	return number_in(str("%s/swap.max_usage_in_bytes", dir));
}

static long stat_of(const char *dir, const char *key)
{
	return stat_value(str("%s/swap.stat", dir), key);
}

/* --- processes that want more memory than they may have --- */

enum { TOUCH, READ, DROP, FORK, QUIT };

struct hog {
	pid_t pid;
	int to, from; /* pipes: a command, and its result when it is done */
	long bytes;
};

static bool hog_huge;
static const char *hog_file;

static void fill(char *mem, long bytes)
{
	for (long i = 0; i < bytes; i += PAGE)
		*(long *)(mem + i) = i + 1;
}

static long nr_wrong(const char *mem, long bytes)
{
	long wrong = 0;

	for (long i = 0; i < bytes; i += PAGE)
		wrong += *(const long *)(mem + i) != i + 1;
	return wrong;
}

static char *hog_map(long bytes)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS, fd = -1;
	long align = 2 * MIB;
	char *mem;

	if (hog_file) {
		fd = open(hog_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || ftruncate(fd, bytes) < 0)
			_exit(1);
		flags = MAP_SHARED;
		align = 0;
	}
	mem = mmap(NULL, bytes + align, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (mem == MAP_FAILED)
		_exit(1);
	if (align)
		mem += -(uintptr_t)mem & (align - 1);
	if (hog_huge && madvise(mem, bytes, MADV_HUGEPAGE) < 0)
		_exit(1);
	return mem;
}

/* A child that shares all slots, and lives until the process ends. */
static long hog_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid < 0 ? -errno : 0;
}

static void hog_main(int in, int out, long bytes)
{
	char *mem = hog_map(bytes), command;

	while (read(in, &command, 1) == 1) {
		long result = 0;

		if (command == TOUCH)
			fill(mem, bytes);
		else if (command == READ)
			result = nr_wrong(mem, bytes);
		else if (command == DROP)
			result = sys(munmap(mem, bytes));
		else if (command == FORK)
			result = hog_fork();
		else
			break;
		if (write(out, &result, sizeof(result)) != sizeof(result))
			break;
	}
	_exit(0);
}

static struct hog hog_start(const char *dir, long mib)
{
	struct hog h = { .bytes = mib * MIB };
	int to[2], from[2];

	must(sys(pipe2(to, O_CLOEXEC)));
	must(sys(pipe2(from, O_CLOEXEC)));
	h.pid = must(sys(fork()));
	if (h.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(to[1]);
		close(from[0]);
		if (attach(dir, getpid()) < 0)
			_exit(1);
		hog_main(to[0], from[1], h.bytes);
	}
	close(to[0]);
	close(from[1]);
	h.to = to[1];
	h.from = from[0];
	return h;
}

/* -EPIPE if that killed it. */
static long hog_do(struct hog *h, char command)
{
	long result;

	if (write(h->to, &command, 1) != 1)
		return -errno;
	if (read(h->from, &result, sizeof(result)) != sizeof(result))
		return -EPIPE;
	return result;
}

static void hog_end(struct hog *h)
{
	stop(h->pid);
	close(h->to);
	close(h->from);
}

/* The OOM killer takes the hog; its command pipe may break first. */
static void check_oom_killed(struct hog *h)
{
	wait_signal(h->pid, SIGKILL);
	close(h->to);
	close(h->from);
}

/* The hogs share a file, which goes away when PID 1 unmounts everything. */
static void use_tmpfs(void)
{
	mkdir("/cg/tmp", 0755);
	must(sys(mount("none", "/cg/tmp", "tmpfs", 0, NULL)));
	hog_file = "/cg/tmp/swapped";
}

/*
 * Read everything back without a limit: a process that reads more than its
 * limit is sometimes killed with swap to spare, even without this series.
 */
static void check_intact(struct hog *h, const char *dir)
{
	must(put(str("%s/memory.limit_in_bytes", dir), "-1"));
	check_eq(hog_do(h, READ), 0);
}

/* One that has filled its memory. */
static struct hog hog_in(const char *dir, long mib)
{
	struct hog h = hog_start(dir, mib);

	must(hog_do(&h, TOUCH));
	return h;
}

/* --- files --- */

static const char *const files[] = {
	"usage_in_bytes", "max_usage_in_bytes", "limit_in_bytes", "failcnt",
	"stat",
};

TEST(swap, files, "swap")
{
	must(mount_v1(H, "memory,swap"));
	group(G);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		check(exists(str(H "/swap.%s", files[i])));
		check(exists(str(G "/swap.%s", files[i])));
	}
	check_str(text_of(G "/swap.usage_in_bytes"), "0\n");
	check_str(text_of(G "/swap.max_usage_in_bytes"), "0\n");
	check_str(text_of(G "/swap.limit_in_bytes"), NO_LIMIT);
	check_str(text_of(H "/swap.limit_in_bytes"), NO_LIMIT);
	check_str(text_of(G "/swap.failcnt"), "0\n");
	check_str(text_of(G "/swap.stat"), "refused 0\nremoved 0\n"
					   "hierarchical_limit " NO_LIMIT);
}

static const struct {
	const char *text, *value;
} limits[] = {
	{ "0", "0\n" },
	{ "4096", "4096\n" },
	{ "8191", "4096\n" },
	{ "12K", "12288\n" },
	{ "16M", "16777216\n" },
	{ "16m", "16777216\n" },
	{ "2G", "2147483648\n" },
	{ "1T", "1099511627776\n" },
	{ "0x2000", "8192\n" },
	{ " 1M \n", "1048576\n" },
	{ "-1", NO_LIMIT },
	{ "-1\n", NO_LIMIT },
	{ "9223372036854775807", NO_LIMIT },
};

TEST(swap, limits, "swap")
{
	must(mount_v1(H, "memory,swap"));
	group(G);
	group(G "/x");
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		must(put(G "/swap.limit_in_bytes", limits[i].text));
		check_str(text_of(G "/swap.limit_in_bytes"), limits[i].value);
	}
	must(put(G "/swap.limit_in_bytes", "1M"));
	must(put(G "/x/swap.limit_in_bytes", "2M"));
	check_eq(stat_of(G "/x", "hierarchical_limit"), MIB);
	must(put(G "/x/swap.limit_in_bytes", "8K"));
	check_eq(stat_of(G "/x", "hierarchical_limit"), 8192);
	check_eq(stat_of(G, "hierarchical_limit"), MIB);
}

static const char *const bad_limits[] = {
	"\n",  " ",   "-",   "-2",  "-1M",	 "--1", "x",	 "K",	 "1X",
	"1M1", "1 2", "1MB", "max", "unlimited", "+1",	"1,000", "1.5M",
};

static const char *const bad_resets[] = {
	"1", "-1", "x", "18446744073709551615", "18446744073709551616",
};

TEST(swap, errors, "swap")
{
	must(mount_v1(H, "memory,swap"));
	group(G);
	must(put(G "/swap.limit_in_bytes", "1M"));
	for (size_t i = 0; i < ARRAY_SIZE(bad_limits); i++)
		if (put(G "/swap.limit_in_bytes", bad_limits[i]) != -EINVAL)
			fail("'%s' was not refused with EINVAL", bad_limits[i]);
	check_eq(number_in(G "/swap.limit_in_bytes"), MIB);
	for (size_t i = 0; i < ARRAY_SIZE(bad_resets); i++)
		if (put(G "/swap.failcnt", bad_resets[i]) >= 0 ||
		    put(G "/swap.max_usage_in_bytes", bad_resets[i]) >= 0)
			fail("'%s' was not refused", bad_resets[i]);
	must_fail(put(G "/swap.failcnt", "1"), EINVAL);
	must_fail(put(G "/swap.max_usage_in_bytes", "1"), EINVAL);
	must(put(G "/swap.failcnt", "0"));
	must(put(G "/swap.max_usage_in_bytes", "0"));
	must_fail(put(H "/swap.limit_in_bytes", "1M"), EINVAL);
	must_fail(put(H "/swap.limit_in_bytes", "-1"), EINVAL);
	must_fail(put(H "/swap.limit_in_bytes", "x"), EINVAL);
	must_fail(put(G "/swap.usage_in_bytes", "0"), EINVAL);
	must_fail(put(G "/swap.stat", "0"), EINVAL);
}

TEST(swap, removed_group, "swap")
{
	char buf[64];
	int in, out;

	must(mount_v1(H, "memory,swap,name=t"));
	group(G);
	in = must(sys(open(G "/swap.usage_in_bytes", O_RDONLY)));
	out = must(sys(open(G "/swap.limit_in_bytes", O_WRONLY)));
	must(sys(rmdir(G)));
	check_eq(sys(read(in, buf, sizeof(buf))), -ENODEV);
	check_eq(sys(write(out, "1M", 2)), -ENODEV);
	close(in);
	close(out);
	group(G);
	in = must(sys(open(G "/swap.stat", O_RDONLY)));
	out = must(sys(open(G "/swap.failcnt", O_WRONLY)));
	must(remount_v1(H, "memory,name=t"));
	check_eq(sys(read(in, buf, sizeof(buf))), -ENODEV);
	check_eq(sys(write(out, "0", 1)), -ENODEV);
	close(in);
	close(out);
}

/* --- an unprivileged user --- */

static int all_as_user(void *arg)
{
	become_user();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *path = str(G "/swap.%s", files[i]);
		char *text;

		must(read_all(path, &text));
		must_fail(put(path, "0"), EACCES);
		must_fail(put(str(H "/swap.%s", files[i]), "0"), EACCES);
	}
	must_fail(remount_v1(H, "memory,name=t"), EPERM);
	must_fail(mount_v1("/tmp/user", "memory,swap"), EPERM);
	return 0;
}

static int limit_as_user(void *arg)
{
	become_user();
	must_fail(put(G "/swap.limit_in_bytes", "x"), EINVAL);
	return put(G "/swap.limit_in_bytes", "3M");
}

static int bind_in_user_ns(void *arg)
{
	must(enter_user_ns());
	must_fail(mount_v1("/tmp/user", "memory,swap"), EPERM);
	must_fail(remount_v1(H, "memory,name=t"), EPERM);
	return 0;
}

TEST(swap, unprivileged, "swap")
{
	must(mount_v1(H, "memory,swap,name=t"));
	group(G);
	check_eq(in_child(all_as_user, NULL), 0);
	check_eq(number_in(G "/swap.limit_in_bytes"), 9223372036854771712);
	check_eq(in_child(bind_in_user_ns, NULL), 0);
	/* The file is delegated like any other. */
	must(sys(chown(G "/swap.limit_in_bytes", 1000, 1000)));
	check_eq(in_child(limit_as_user, NULL), 0);
	check_eq(number_in(G "/swap.limit_in_bytes"), 3 * MIB);
}

/* --- binding --- */

TEST(swap, needs_memory, "swap")
{
	char *before;

	must_fail(mount_v1(H, "swap"), EINVAL);
	must_fail(mount_v1(H, "swap,name=t"), EINVAL);
	must_fail(mount_v1(H, "pids,swap"), EINVAL);
	check_eq(hierarchy_of("swap"), 0);
	check_eq(hierarchy_of("pids"), 0);
	must(mount_v1(H, "pids,name=t"));
	make_tree(H);
	before = snapshot(H);
	must_fail(remount_v1(H, "pids,swap,name=t"), EINVAL);
	must_fail(remount_v1(H, "swap,name=t"), EINVAL);
	check_same(before, snapshot(H));
	must(remount_v1(H, "pids,memory,swap,name=t"));
	check_eq(hierarchy_of("swap"), hierarchy_of("memory"));
	/* memory stays while swap does. */
	before = snapshot(H);
	must_fail(remount_v1(H, "pids,swap,name=t"), EINVAL);
	must_fail(remount_v1(H, "swap,name=t"), EINVAL);
	must_fail(mount_v1(H2, "swap"), EINVAL);
	check_same(before, snapshot(H));
	must(remount_v1(H, "memory,name=t"));
	check_eq(hierarchy_of("swap"), 0);
	check(!exists(H "/a/swap.stat"));
	must_fail(mount_v1(H2, "swap,name=u"), EINVAL);
	must(remount_v1(H, "memory,swap,name=t"));
	check(exists(H "/a/b/c/swap.stat"));
	must(remount_v1(H, "none,name=t"));
	check_eq(hierarchy_of("swap"), 0);
}

/* "all" is what can be mounted together: booted with cgroup_no_v1=memory. */
TEST(swap, all_without_memory, NULL)
{
	if (!is_there("swap") || mount_v1(H, "memory") == 0)
		skip("memory is there, or swap is not");
	must_fail(mount_v1(H, "swap"), EINVAL);
	must(mount_v1(H, "all"));
	check(hierarchy_of("pids") > 0);
	check_eq(hierarchy_of("swap"), 0);
}

/*
 * A subsystem that needs one that needs another one that is not there: booted
 * with cgroup_no_v1=memory cgroup_debug_requires=swap.
 */
TEST(swap, all_without_debug, NULL)
{
	if (!is_there("swap") || mount_v1(H, "debug") != -EXDEV)
		skip("debug does not need swap");
	must_fail(mount_v1(H, "debug,swap"), EINVAL);
	must(mount_v1(H, "all"));
	check(hierarchy_of("pids") > 0);
	check_eq(hierarchy_of("swap"), 0);
	check_eq(hierarchy_of("debug"), 0);
}

TEST(swap, transfer, "split")
{
	char *before;

	if (!have("swap"))
		skip("the kernel has no swap");
	must(mount_v1(H, "memory,swap,pids,cpu,name=t"));
	make_tree(H);
	before = snapshot(H);
	must_fail(put(H "/cgroup.split", "s swap"), EOPNOTSUPP);
	must_fail(put(H "/cgroup.split", "s memory,swap"), EOPNOTSUPP);
	must_fail(put(H "/cgroup.split", "s memory"), EINVAL);
	check_same(before, snapshot(H));
	must(put(H "/a/swap.limit_in_bytes", "1M"));
	must(put(H "/cgroup.split", "s pids"));
	check_eq(number_in(H "/a/swap.limit_in_bytes"), MIB);
	/* Others can be merged into it, but not the other way round. */
	must(mount_v1(H2, "name=s"));
	before = snapshot(H);
	must_fail(put(H2 "/cgroup.merge", str("%d", hierarchy_of("swap"))),
		  EOPNOTSUPP);
	check_same(before, snapshot(H));
	must(put(H "/cgroup.merge", str("%d", hierarchy_of("pids"))));
	check_eq(hierarchy_of("pids"), hierarchy_of("swap"));
	check_eq(number_in(H "/a/swap.limit_in_bytes"), MIB);
}

TEST(swap, not_on_v2, "swap")
{
	const char *list = text_of(V2 "/cgroup.controllers");

	check(!strstr(list, "swap"));
	check(put(V2 "/cgroup.subtree_control", "+swap") < 0);
}

/* --- limits --- */

TEST(swap, fits, "swap")
{
	struct hog h;

	set_up("32M", "16M");
	h = hog_in(G, 40);
	check(usage(G) >= 6 * MIB && usage(G) <= 16 * MIB);
	check_intact(&h, G);
	check(max_usage(G) <= 16 * MIB);
	check_eq(usage(H), usage(G));
	check_eq(stat_of(G, "refused"), 0);
	hog_end(&h);
	wait_for(is_unused(G));
	check(max_usage(G) >= 6 * MIB);
	must(put(G "/swap.max_usage_in_bytes", "0"));
	check_eq(max_usage(G), 0);
	swap_off();
}

TEST(swap, at_limit, "swap")
{
	struct hog h;

	set_up("32M", "16380K");
	hog_huge = true;
	h = hog_start(G, 64);
	must_fail(hog_do(&h, TOUCH), EPIPE);
	check_oom_killed(&h);
	check(max_usage(G) <= 16380 * 1024);
	check(max_usage(G) >= 15 * MIB);
	check(number_in(G "/swap.failcnt") > 0);
	check(stat_of(G, "refused") > 0);
	check(stat_value(G "/memory.oom_control", "oom_kill") == 1);
	wait_for(is_unused(G));
	must(put(G "/swap.failcnt", "0"));
	check_eq(number_in(G "/swap.failcnt"), 0);
	/* Another process finds all of it again. */
	h = hog_in(G, 40);
	check_intact(&h, G);
	hog_end(&h);
	swap_off();
	check_eq(usage(H), 0);
}

TEST(swap, none_at_all, "swap")
{
	struct hog h;

	set_up("32M", "0");
	h = hog_start(G, 40);
	must_fail(hog_do(&h, TOUCH), EPIPE);
	check_oom_killed(&h);
	check_eq(max_usage(G), 0);
	swap_off();
}

/* The limit of one group does not affect another. */
TEST(swap, neighbour, "swap")
{
	struct hog h;

	set_up("32M", "4M");
	group(H "/n");
	limit(H "/n", "32M", "-1");
	h = hog_start(G, 64);
	must_fail(hog_do(&h, TOUCH), EPIPE);
	check_oom_killed(&h);
	check(max_usage(G) <= 4 * MIB);
	h = hog_in(H "/n", 64);
	check(usage(H "/n") >= 30 * MIB);
	check_intact(&h, H "/n");
	hog_end(&h);
	swap_off();
	check_eq(usage(H), 0);
}

TEST(swap, below_usage, "swap")
{
	struct hog h, h2;
	long before;

	set_up("32M", "32M");
	h = hog_in(G, 44);
	before = usage(G);
	check(before >= 10 * MIB);
	must(put(G "/swap.limit_in_bytes", "4M"));
	check_eq(number_in(G "/swap.limit_in_bytes"), 4 * MIB);
	check_eq(usage(G), before);
	must(put(G "/swap.max_usage_in_bytes", "0"));
	check_eq(max_usage(G), before);
	/* The bigger one dies, and leaves enough for the smaller one. */
	h2 = hog_start(G, 24);
	must(hog_do(&h2, TOUCH));
	check_oom_killed(&h);
	check_eq(max_usage(G), before);
	check_eq(hog_do(&h2, READ), 0);
	check(usage(G) <= 4 * MIB);
	hog_end(&h2);
	wait_for(is_unused(G));
	swap_off();
}

TEST(swap, hierarchical, "swap")
{
	struct hog h;

	set_up("128M", "8196K");
	group(G "/x");
	group(G "/y");
	limit(G "/x", "32M", "-1");
	limit(G "/y", "32M", "4100K");
	check_eq(stat_of(G "/x", "hierarchical_limit"), 8196 * 1024);
	/* Small pages may stop at the limit without a failure. */
	hog_huge = true;
	h = hog_start(G "/x", 64);
	must_fail(hog_do(&h, TOUCH), EPIPE);
	check_oom_killed(&h);
	check(max_usage(G) <= 8196 * 1024);
	/* It includes what the parent then refused. */
	check(max_usage(G "/x") <= 11 * MIB);
	check(max_usage(G) >= 7 * MIB);
	check(number_in(G "/swap.failcnt") > 0);
	check_eq(number_in(G "/x/swap.failcnt"), 0);
	check_eq(number_in(H "/swap.failcnt"), 0);
	check(stat_of(G "/x", "refused") > 0);
	check_eq(stat_of(G, "refused"), 0);
	must(put(G "/swap.failcnt", "0"));
	h = hog_start(G "/y", 64);
	must_fail(hog_do(&h, TOUCH), EPIPE);
	check_oom_killed(&h);
	check(max_usage(G "/y") <= 4100 * 1024);
	check(number_in(G "/y/swap.failcnt") > 0);
	check_eq(number_in(G "/swap.failcnt"), 0);
	wait_for(is_unused(G));
	swap_off();
}

/* --- who pays, and until when --- */

TEST(swap, swapoff, "swap")
{
	struct hog h;

	set_up("32M", "32M");
	h = hog_in(G, 48);
	check(usage(G) >= 12 * MIB);
	must(put(G "/memory.limit_in_bytes", "128M"));
	swap_off();
	check_eq(usage(G), 0);
	check_eq(usage(H), 0);
	check_eq(hog_do(&h, READ), 0);
	/* And again, with new records. */
	swap_on();
	check_eq(usage(G), 0);
	must(put(G "/memory.limit_in_bytes", "32M"));
	check(usage(G) >= 12 * MIB);
	check_intact(&h, G);
	hog_end(&h);
	wait_for(is_unused(G));
	swap_off();
}

TEST(swap, huge_pages, "swap")
{
	long before = stat_value("/proc/vmstat", "thp_swpout");
	struct hog h;

	/* Neither is a multiple of 2 MiB: some have to be split. */
	set_up("33M", "39M");
	hog_huge = true;
	h = hog_in(G, 64);
	check(stat_value("/proc/vmstat", "thp_swpout") > before);
	check(usage(G) >= 28 * MIB);
	check(max_usage(G) <= 39 * MIB);
	check_intact(&h, G);
	/* And again, by what writes to them. */
	must(put(G "/memory.limit_in_bytes", "33M"));
	check(usage(G) >= 28 * MIB);
	must(put(G "/memory.limit_in_bytes", "-1"));
	must(hog_do(&h, TOUCH));
	must(put(G "/memory.limit_in_bytes", "33M"));
	check_intact(&h, G);
	hog_end(&h);
	wait_for(is_unused(G));
	must(put(G "/memory.limit_in_bytes", "33M"));
	h = hog_start(G, 96);
	must_fail(hog_do(&h, TOUCH), EPIPE);
	check_oom_killed(&h);
	check(max_usage(G) <= 39 * MIB);
	/* The last odd MiB was used as well, by small pages. */
	check(max_usage(G) > 38 * MIB);
	wait_for(is_unused(G));
	swap_off();
}

TEST(swap, tmpfs, "swap")
{
	struct hog h;
	long before;

	set_up("32M", "32M");
	use_tmpfs();
	h = hog_in(G, 48);
	before = usage(G);
	check(before >= 12 * MIB);
	hog_end(&h);
	/* The file remains. */
	check_eq(usage(G), before);
	h = hog_start(G, 48);
	check_intact(&h, G);
	must(put(G "/memory.limit_in_bytes", "32M"));
	check(usage(G) >= 12 * MIB);
	must(sys(truncate(hog_file, 2 * MIB)));
	check(usage(G) <= 2 * MIB);
	hog_end(&h);
	must(sys(unlink(hog_file)));
	wait_for(is_unused(G));
	swap_off();
}

TEST(swap, shared_by_fork, "swap")
{
	struct hog h;
	long before;

	set_up("32M", "32M");
	h = hog_in(G, 48);
	before = usage(G);
	must(hog_do(&h, FORK));
	check(usage(G) <= before + MIB);
	before = usage(G);
	check(before >= 12 * MIB);
	/* The child still has them. */
	must(hog_do(&h, DROP));
	check(usage(G) >= before - MIB);
	hog_end(&h);
	wait_for(is_unused(G));
	swap_off();
}

TEST(swap, moved_process, "swap")
{
	struct hog h;
	long before;

	set_up("32M", "32M");
	group(H "/n");
	limit(H "/n", "64M", "32M");
	must(put(H "/n/memory.move_charge_at_immigrate", "1"));
	h = hog_in(G, 48);
	before = usage(G);
	must(attach(H "/n", h.pid));
	check_eq(usage(G), before);
	/* From now on, pages swapped are the other one's. */
	must(hog_do(&h, TOUCH));
	must(put(H "/n/memory.limit_in_bytes", "24M"));
	check(usage(H "/n") > 0);
	check_eq(usage(H), usage(G) + usage(H "/n"));
	must(put(G "/memory.limit_in_bytes", "-1"));
	check_intact(&h, H "/n");
	hog_end(&h);
	wait_for(is_unused(H));
	swap_off();
}

static bool removed(const char *dir)
{
	return rmdir(dir) == 0;
}

TEST(swap, rmdir, "swap")
{
	struct hog h;
	long before;

	set_up("128M", "64M");
	group(G "/x");
	group(G "/x/y");
	limit(G "/x", "128M", "-1");
	limit(G "/x/y", "32M", "-1");
	use_tmpfs();
	h = hog_in(G "/x/y", 48);
	before = usage(G "/x/y");
	check(before >= 12 * MIB);
	hog_end(&h);
	wait_for(removed(G "/x/y"));
	check_eq(usage(G "/x"), before);
	check_eq(stat_of(G "/x", "removed"), before);
	wait_for(removed(G "/x"));
	check_eq(usage(G), before);
	check_eq(stat_of(G, "removed"), before);
	check_eq(stat_of(H, "removed"), before);
	/* Pages still in memory are now charged here, and limited. */
	must(put(G "/memory.limit_in_bytes", "8M"));
	check(usage(G) >= before + 12 * MIB);
	check_eq(stat_of(G, "removed"), before);
	must(put(G "/swap.limit_in_bytes", str("%ld", usage(G))));
	must_fail(put(G "/memory.limit_in_bytes", "0"), EBUSY);
	check(max_usage(G) <= number_in(G "/swap.limit_in_bytes"));
	must(sys(unlink(hog_file)));
	wait_for(is_unused(G));
	check_eq(stat_of(G, "removed"), 0);
	check_eq(usage(H), 0);
	swap_off();
}

TEST(swap, inherit, "inherit")
{
	struct hog h;
	long before;

	if (!have("swap"))
		skip("the kernel has no swap");
	set_up("128M", "24M");
	group(G "/x");
	limit(G "/x", "32M", "16M");
	h = hog_in(G "/x", 40);
	before = usage(G "/x");
	check(before >= 6 * MIB);
	must(put(G "/x/swap.inherit", "1"));
	check(!exists(G "/x/swap.usage_in_bytes"));
	check_eq(usage(G), before);
	check_eq(stat_of(G, "removed"), before);
	/* Now the parent is charged, and its limit counts. */
	must(put(G "/x/memory.limit_in_bytes", "20M"));
	check(usage(G) >= before + 8 * MIB);
	check(stat_of(G, "removed") <= before);
	check_intact(&h, G "/x");
	must(put(G "/x/swap.inherit", "0"));
	check_eq(usage(G "/x"), 0);
	must(put(G "/x/swap.limit_in_bytes", "1M"));
	hog_end(&h);
	wait_for(is_unused(G));
	check_eq(stat_of(G, "removed"), 0);
	/* If memory is inherited, so are the pages. */
	must(put(G "/memory.limit_in_bytes", "32M"));
	must(put(G "/x/memory.inherit", "1"));
	h = hog_in(G "/x", 40);
	check_eq(usage(G "/x"), 0);
	check(usage(G) >= 6 * MIB);
	hog_end(&h);
	wait_for(is_unused(G));
	swap_off();
}

/* --- coming and going with swapped pages --- */

TEST(swap, comes_late, "swap")
{
	struct hog h;

	swap_on();
	must(mount_v1(H, "memory,name=t"));
	group(G);
	must(put(G "/memory.limit_in_bytes", "32M"));
	h = hog_in(G, 48);
	must(remount_v1(H, "memory,swap,name=t"));
	check_eq(usage(G), 0);
	check_eq(usage(H), 0);
	must(put(G "/memory.limit_in_bytes", "24M"));
	check(usage(G) >= 6 * MIB);
	check(usage(G) <= 10 * MIB);
	check_intact(&h, G);
	hog_end(&h);
	wait_for(is_unused(H));
	swap_off();
}

TEST(swap, goes_and_comes, "swap")
{
	struct hog h;
	long before;

	set_up("32M", "16M");
	h = hog_in(G, 44);
	before = usage(G);
	check(before >= 8 * MIB);
	must(remount_v1(H, "memory,name=t"));
	check(!exists(G "/swap.usage_in_bytes"));
	check_eq(hierarchy_of("swap"), 0);
	/* No limit any more. */
	must(put(G "/memory.limit_in_bytes", "16M"));
	must(remount_v1(H, "memory,swap,name=t"));
	check_eq(usage(G), 0);
	check_str(text_of(G "/swap.limit_in_bytes"), NO_LIMIT);
	check_eq(usage(H), before);
	check_eq(stat_of(H, "removed"), before);
	check_eq(stat_of(G, "removed"), 0);
	/* Twice, leaving two generations of charges behind. */
	must(put(G "/memory.limit_in_bytes", "10M"));
	check(usage(G) >= 3 * MIB);
	check_eq(usage(H), usage(G) + stat_of(H, "removed"));
	must(remount_v1(H, "memory,name=t"));
	must(remount_v1(H, "memory,swap,name=t"));
	check_eq(usage(G), 0);
	check_eq(usage(H), stat_of(H, "removed"));
	check(usage(H) >= before);
	check_intact(&h, G);
	hog_end(&h);
	wait_for(is_unused(H));
	check_eq(stat_of(H, "removed"), 0);
	swap_off();
}

/* Slots are freed while the subsystem is not bound. */
TEST(swap, freed_while_away, "swap")
{
	struct hog h;

	set_up("32M", "32M");
	h = hog_in(G, 48);
	check(usage(G) >= 12 * MIB);
	must(remount_v1(H, "memory,name=t"));
	hog_end(&h);
	must(remount_v1(H, "memory,swap,name=t"));
	wait_for(is_unused(H));
	must(remount_v1(H, "memory,name=t"));
	swap_off();
	swap_on();
	h = hog_in(G, 48);
	must(remount_v1(H, "memory,swap,name=t"));
	check_eq(usage(H), 0);
	hog_end(&h);
	swap_off();
	check_eq(usage(H), 0);
}

/* memory waits until it is free, and swap goes where memory goes. */
TEST(swap, leaves_with_memory, "swap")
{
	struct hog h;

	set_up("32M", "32M");
	h = hog_in(G, 48);
	must(remount_v1(H, "none,name=t"));
	check_eq(hierarchy_of("swap"), 0);
	must_fail(mount_v1(H2, "swap"), EINVAL);
	must_fail(mount_v1(H2, "memory,swap"), EBUSY);
	hog_end(&h);
	swap_off();
	put("/proc/sys/vm/drop_caches", "3");
	wait_for(mount_v1(H2, "memory,swap") == 0);
	check_eq(usage(H2), 0);
}

/* --- all at once --- */

#define NR_HOGS 4
#define NR_STEPS 120

static void step(struct rng *r)
{
	const char *dir = str(H "/%u", rng_below(r, NR_HOGS));

	switch (rng_below(r, 8)) {
	case 0:
		put(str("%s/swap.inherit", dir), rng_below(r, 2) ? "1" : "0");
		break;
	case 1:
		must(remount_v1(H, "memory,name=t"));
		break;
	case 2:
	case 3:
		must(remount_v1(H, "memory,swap,name=t"));
		break;
	case 4:
		put(str("%s/swap.limit_in_bytes", dir),
		    str("%uM", rng_below(r, 24)));
		break;
	case 5:
		put(str("%s/memory.limit_in_bytes", dir),
		    str("%uM", 6 + rng_below(r, 10)));
		break;
	default:
		msleep(1 + rng_below(r, 4));
	}
}

static long *storm_wrong; /* pages, seen by any process of the storm */

/* Both check all of it; the parent stays until the child has exited. */
static void churn_once(void)
{
	char *mem = mmap(NULL, 16 * MIB, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	if (mem == MAP_FAILED)
		return;
	fill(mem, 16 * MIB);
	child = fork();
	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	__atomic_fetch_add(storm_wrong, nr_wrong(mem, 16 * MIB),
			   __ATOMIC_RELAXED);
	if (child > 0)
		reap(child);
}

static pid_t churn_start(const char *dir)
{
	pid_t pid = must(sys(fork()));

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (attach(dir, getpid()) < 0)
		_exit(1);
	for (;;) {
		pid_t child = fork();

		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			churn_once();
			_exit(0);
		}
		if (child > 0)
			reap(child);
	}
}

TEST(swap, storm, "swap")
{
	pid_t pids[NR_HOGS];
	struct rng r;

	rng_seed(&r, option_nr("seed", 1));
	storm_wrong = mmap(NULL, sizeof(*storm_wrong), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(storm_wrong != MAP_FAILED);
	swap_on();
	must(mount_v1(H, "memory,swap,name=t"));
	for (unsigned i = 0; i < NR_HOGS; i++) {
		group(str(H "/%u", i));
		limit(str(H "/%u", i), "8M", "24M");
		pids[i] = churn_start(str(H "/%u", i));
	}
	/* Lowering a limit races with those filling memory. */
	must(sys(setpriority(PRIO_PROCESS, 0, -20)));
	/* Before swap leaves for the first time, along with its figures. */
	wait_for(max_usage(H) > 0);
	for (unsigned i = 0; i < scaled(NR_STEPS); i++)
		step(&r);
	for (unsigned i = 0; i < NR_HOGS; i++)
		stop(pids[i]);
	wait_for(count_tasks(H) == 0);
	must(remount_v1(H, "memory,swap,name=t"));
	swap_off();
	check_eq(usage(H), 0);
	check_eq(stat_of(H, "removed"), 0);
	check_eq(*storm_wrong, 0);
}
