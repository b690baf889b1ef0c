/* SPDX-License-Identifier: GPL-2.0-only */
/* Binary statistics while groups, bindings, mounts and modules change. */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "functest.h"
#include "modprobe.h"
#include "stat.h"

#define GROUPS 300    /* fewer on a debug kernel, where they take long */
#define RECORDS 6000  /* of a long request: each group several times */
#define SHORT 300     /* of a short one */
#define ROUNDS 60     /* of reading, at least */
#define CYCLES 12     /* of concurrent changes, at least */
#define PATIENCE 5000 /* rounds, at most */

static unsigned groups;
static int fds[RECORDS]; /* those of the groups, over and over */
static uint32_t ids[2];

struct seen {
	unsigned good, errors[256];
};

static int take(const struct stat_record *r, void *arg)
{
	struct seen *seen = arg;

	check(r->error <= 0 && r->error > -256);
	if (r->error)
		seen->errors[-r->error]++;
	else
		seen->good++;
	return 0;
}

static void set_up(const char *options, const char *a, const char *b)
{
	stat_open();
	must(mount_v1(H, options));
	groups = scaled(scaled(GROUPS));
	for (unsigned i = 0; i < groups; i++) {
		group(str(H "/%u", i));
		fds[i] = stat_open_dir(str(H "/%u", i));
	}
	for (unsigned i = groups; i < RECORDS; i++)
		fds[i] = fds[i - groups];
	must(stat_describe(fds[0], 0));
	ids[0] = stat_id(a);
	ids[1] = stat_id(b);
}

/* A dump that is far from its end, with the descriptors closed. */
static void hold(void)
{
	stat_begin(NLM_F_DUMP, ids, 2);
	cgstats_add(&stat_request, CGSTATS_A_FDS, fds, sizeof(fds));
	check(!stat_request.full);
	must(cgstats_send(&stats, &stat_request));
	for (unsigned i = 0; i < groups; i++)
		close(fds[i]);
}

static int finish(struct seen *seen)
{
	int r;

	memset(seen, 0, sizeof(*seen));
	do {
		r = stat_receive(take, seen);
	} while (r == 1);
	return r;
}

static void remove_groups(void)
{
	for (unsigned i = 0; i < groups; i++)
		must(sys(rmdir(str(H "/%u", i))));
}

TEST(stat, held_rmdir, "stat")
{
	struct seen seen;

	set_up("pids,memory,name=t", "pids.current", "memory.stat");
	hold();
	remove_groups();
	/* no ids and no keys have changed */
	must(finish(&seen));
	check_eq(seen.good + seen.errors[ENOENT], RECORDS);
	check(seen.good > 0);
	check(seen.errors[ENOENT] > groups);
}

TEST(stat, held_rebind, "stat")
{
	struct seen seen;

	if (!have("rebind"))
		skip("no rebind");
	set_up("pids,cpu,name=t", "pids.current", "cpu.shares");
	hold();
	must(remount_v1(H, "cpu,name=t"));
	check_eq(finish(&seen), -EINTR);
	check_eq(seen.good + seen.errors[ENODEV], RECORDS);
	check(seen.errors[ENODEV] > groups);
	must(stat_describe(-1, 0));
	check_eq(stat_file("cpu.shares")->id, ids[1]);
}

TEST(stat, held_split, "stat")
{
	struct seen seen;
	int fd;

	if (!have("split"))
		skip("no split");
	set_up("pids,cpu,name=t", "pids.current", "cpu.shares");
	hold();
	must(put(H "/cgroup.split", "s pids"));
	check_eq(finish(&seen), -EINTR);
	check(seen.errors[ENODEV] > groups);
	must(mount_v1(H2, "name=s"));
	fd = stat_open_dir(H2 "/1");
	must(stat_read(fd, ids, 1, 0, NULL));
	must_fail(stat_read(fd, ids + 1, 1, 0, NULL), ENODEV);
}

TEST(stat, held_merge, "stat")
{
	struct seen seen;

	if (!have("merge"))
		skip("no merge");
	set_up("pids,cpu,name=t", "pids.current", "cpu.shares");
	must(mount_v1(H2, "memory,name=u"));
	for (unsigned i = 0; i < groups; i++)
		group(str(H2 "/%u", i));
	hold();
	must(put(H2 "/cgroup.merge", str("%d", hierarchy_of("pids"))));
	/* all the groups asked for are gone */
	check_eq(finish(&seen), -EINTR);
	check(seen.errors[ENOENT] > groups);
}

TEST(stat, held_inherit, "stat")
{
	struct seen seen;

	if (!have("inherit"))
		skip("no inherit");
	set_up("pids,cpu,name=t", "pids.current", "cpu.shares");
	hold();
	must(put(H "/7/pids.inherit", "1"));
	/* the owner of a group can do this all the time */
	must(finish(&seen));
	check(seen.errors[ENODEV] > 0 &&
	      seen.errors[ENODEV] <= RECORDS / groups);
}

/* The dump holds the groups, wherever they are mounted. */
TEST(stat, held_mounts, "stat")
{
	struct seen seen;

	set_up("pids,memory,name=t", "pids.current", "memory.stat");
	hold();
	must(sys(mkdir("/cg/elsewhere", 0755)));
	must(sys(mount(H, "/cg/elsewhere", NULL, MS_MOVE, NULL)));
	must(finish(&seen));
	check_eq(seen.good, RECORDS);
	must(umount_v1("/cg/elsewhere"));
}

/* What was pinned when it was unmounted goes some time after the next umount.
 */
static bool is_gone(void)
{
	static unsigned tries;

	if (hierarchy_of("pids") == 0)
		return true;
	if (tries++ % 100 == 50 && mount_v1(H, "pids,cpu,name=t") == 0)
		umount_v1(H);
	return false;
}

/* No mount or group is left: the dump continues with what it holds. */
TEST(stat, held_umount, "stat")
{
	struct seen seen;

	set_up("pids,cpu,name=t", "pids.current", "cpu.stat");
	hold();
	remove_groups();
	must(umount_v1(H));
	finish(&seen);
	check_eq(seen.good + seen.errors[ENOENT], RECORDS);
	wait_for(is_gone());
}

/* The socket is closed with the dump under way. */
TEST(stat, held_close, "stat")
{
	set_up("pids,cpu,name=t", "pids.current", "cpu.stat");
	hold();
	remove_groups();
	cgstats_close(&stats);
	must(umount_v1(H));
	wait_for(is_gone());
}

static int unload(const char *module)
{
	return sys(syscall(SYS_delete_module, module, O_NONBLOCK));
}

/* The ids of a module are gone with it, for good. */
TEST(stat, held_module, "module")
{
	struct seen seen;
	uint32_t before;
	int fd;

	if (!have("stat"))
		skip("no statistics");
	set_up("net_prio,cpu,name=t", "net_prio.prioidx", "cpu.shares");
	before = ids[0];
	hold();
	must(remount_v1(H, "cpu,name=t"));
	wait_for(unload("netprio_cgroup") == 0);
	check_eq(finish(&seen), -ESTALE);
	check(seen.good > 0);

	/* once more, with ids of its own */
	must(remount_v1(H, "net_prio,cpu,name=t"));
	fd = stat_open_dir(H "/1");
	must(stat_describe(fd, 0));
	check(stat_id("net_prio.prioidx") > before);
	must_fail(stat_read(fd, ids, 1, 0, NULL), ESTALE);
	ids[0] = stat_id("net_prio.prioidx");
	must(stat_read(fd, ids, 1, 0, NULL));
	remove_groups();
	must(remount_v1(H, "cpu,name=t"));
	wait_for(unload("netprio_cgroup") == 0);
}

/* --- generation --- */

static void check_changes(const char *what, int r)
{
	static uint64_t gen;
	uint64_t now = stat_gen();

	must(r);
	if (what && now == gen)
		fail("%s changes no generation", what);
	gen = now;
}

static void check_stays(const char *what, int r, uint64_t gen)
{
	must(r);
	if (stat_gen() != gen)
		fail("%s changes the generation", what);
}

TEST(stat, generation, "stat")
{
	uint64_t gen;
	uint32_t id;
	int fd;

	stat_open();
	must(mount_v1(H, "pids,cpu,name=t"));
	make_tree(H);
	check_changes(NULL, 0);
	check_changes("mount", mount_v1(H2, "devices"));
	check_changes("remount", remount_v1(H, "cpu,name=t"));
	must(umount_v1(H2));
	wait_for(hierarchy_of("devices") == 0);
	/* The end of it: what goes on with it holds a lock that this takes. */
	must(attach(H, getpid()));
	check_changes("umount", 0);
	fd = stat_open_dir(H "/a");
	must(stat_describe(fd, 0));
	id = stat_id("cpu.stat");

	gen = stat_gen();
	check_stays("mkdir", sys(mkdir(H "/x", 0755)), gen);
	check_stays("rmdir", sys(rmdir(H "/x")), gen);
	check_stays("attach", attach(H "/a", getpid()), gen);
	check_stays("attach", attach(H, getpid()), gen);
	check_stays("READ", stat_read(fd, &id, 1, 0, NULL), gen);
	/* No key changes with these. */
	check_stays("schedstats", put("/proc/sys/kernel/sched_schedstats", "1"),
		    gen);
	check_stays("schedstats", put("/proc/sys/kernel/sched_schedstats", "0"),
		    gen);
	check_stays("remount of cgroup2",
		    sys(mount("functest", V2, "cgroup2", MS_REMOUNT,
			      "pids_localevents")),
		    gen);
	check_stays("remount of cgroup2",
		    sys(mount("functest", V2, "cgroup2", MS_REMOUNT, "")), gen);
}

/* A user does what the owner of a directory can do. */
static int change_own(void *arg)
{
	(void)arg;
	become_user();
	must(put(V2 "/u/cgroup.subtree_control", "+pids"));
	must(put(V2 "/u/cgroup.subtree_control", "-pids"));
	if (have("inherit")) {
		must(put(H "/u/cpu.inherit", "1"));
		must(put(H "/u/cpu.inherit", "0"));
	}
	must(sys(mkdir(H "/u/x", 0755)));
	return 0;
}

/* Otherwise, he could keep others from ever reading by a generation. */
TEST(stat, generation_is_not_for_users, "stat")
{
	uint64_t gen;

	stat_open();
	must(mount_v1(H, "cpu,name=t"));
	group(H "/u");
	must(sys(chown(H "/u", 1000, 1000)));
	if (have("inherit"))
		must(sys(chown(H "/u/cpu.inherit", 1000, 1000)));
	must(put(V2 "/cgroup.subtree_control", "+pids"));
	group(V2 "/u");
	must(sys(chown(V2 "/u", 1000, 1000)));
	must(sys(chown(V2 "/u/cgroup.subtree_control", 1000, 1000)));
	gen = stat_gen();
	check_stays("a user", in_child(change_own, NULL), gen);
	must(sys(rmdir(V2 "/u")));
	must(put(V2 "/cgroup.subtree_control", "-pids"));
}

/* --- storms --- */

static volatile unsigned *cycles; /* shared */

static pid_t in_background(void (*fn)(void))
{
	pid_t pid;

	cycles = mmap(NULL, sizeof(*cycles), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(cycles != MAP_FAILED);
	pid = fork();
	check(pid >= 0);
	if (pid)
		return pid;
	for (;;) {
		fn();
		++*cycles;
	}
}

/* Go on with round i? */
static bool storm_lasts(unsigned i)
{
	if (i == PATIENCE)
		fail("%u cycles in %u rounds", *cycles, i);
	/* Let the others run, even with a single CPU. */
	sched_yield();
	return i < scaled(ROUNDS) || *cycles < scaled(CYCLES);
}

static int r_of_call(int fd, int attr, struct seen *seen)
{
	stat_begin(NLM_F_DUMP, ids, 2);
	if (attr == CGSTATS_A_FDS)
		cgstats_add(&stat_request, attr, fds, SHORT * sizeof(*fds));
	else
		cgstats_add_u32(&stat_request, attr, fd);
	return stat_call(take, seen);
}

static void make_and_remove(void)
{
	for (int i = 0; i < 20; i++) {
		if (sys(mkdir(str(H "/s%d", i), 0755)) == 0)
			sys(mkdir(str(H "/s%d/x", i), 0755));
	}
	for (int i = 0; i < 20; i++) {
		sys(rmdir(str(H "/s%d/x", i)));
		sys(rmdir(str(H "/s%d", i)));
	}
}

TEST(stat, storm_groups, "stat")
{
	struct seen seen = { 0 };
	unsigned i;
	pid_t pid;
	int fd;

	set_up("pids,memory,cpu,cpuacct,name=t", "memory.stat", "cpuacct.stat");
	fd = stat_open_dir(H);
	pid = in_background(make_and_remove);
	for (i = 0; storm_lasts(i); i++) {
		must(r_of_call(fd, CGSTATS_A_SUBTREE_FD, &seen));
		for (int k = 0; k < 20; k++) {
			int dir = open(str(H "/s%d", k), O_RDONLY);
			int r = dir < 0 ? -ENOENT
					: stat_read(dir, ids, 2, 0, NULL);

			if (r && r != -ENOENT && r != -ENODEV)
				fail("READ: %s", strerror(-r));
			if (dir >= 0)
				close(dir);
		}
	}
	stop(pid);
	check(seen.good >= i * groups);
	/* dead ones are left out */
	check_eq(seen.errors[ENOENT], 0);
}

static void rebind(void)
{
	remount_v1(H, "pids,cpu,cpuacct,name=t");
	remount_v1(H, "pids,cpu,name=t");
}

TEST(stat, storm_rebind, "stat")
{
	struct seen seen = { 0 };
	unsigned i;
	pid_t pid;
	int r;

	if (!have("rebind"))
		skip("no rebind");
	set_up("pids,cpu,cpuacct,name=t", "pids.current", "cpuacct.stat");
	pid = in_background(rebind);
	for (i = 0; storm_lasts(i); i++) {
		r = r_of_call(-1, CGSTATS_A_FDS, &seen);
		if (r && r != -EINTR)
			fail("READ: %s", strerror(-r));
	}
	stop(pid);
	check_eq(seen.good + seen.errors[ENODEV], i * SHORT);
	check(seen.good && seen.errors[ENODEV]);
}

static void split_and_merge(void)
{
	put(H "/cgroup.split", "s cpuacct,memory");
	put(H "/cgroup.merge", str("%d", hierarchy_of("cpuacct")));
}

TEST(stat, storm_split, "stat")
{
	struct seen seen = { 0 };
	unsigned i;
	pid_t pid;
	int r;

	if (!have("split") || !have("merge"))
		skip("no split or merge");
	set_up("memory,cpuacct,pids,name=t", "memory.stat", "cpuacct.stat");
	must(put(H "/cgroup.split", "s cpuacct,memory"));
	must(put(H "/cgroup.merge", str("%d", hierarchy_of("cpuacct"))));
	pid = in_background(split_and_merge);
	for (i = 0; storm_lasts(i); i++) {
		r = r_of_call(-1, CGSTATS_A_FDS, &seen);
		if (r && r != -EINTR)
			fail("READ: %s", strerror(-r));
	}
	stop(pid);
	check_eq(seen.good + seen.errors[ENODEV], i * SHORT);
	check(seen.good && seen.errors[ENODEV]);
}
