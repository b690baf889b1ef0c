/* SPDX-License-Identifier: GPL-2.0-only */
/* css_sets are found by their cgroups: invariants, and the table as shown. */
#include "functest.h"

#define MAX_GROUPS 300
#define NR_TASKS 50

static pid_t tasks[NR_TASKS];

static unsigned nr_groups(void)
{
	return scaled(MAX_GROUPS);
}

static const char *dir_nr(const char *top, unsigned nr)
{
	return str("%s/%u", top, nr);
}

static void make_groups(const char *top)
{
	for (unsigned i = 0; i < nr_groups(); i++)
		group(dir_nr(top, i));
}

/* Check where each task is, in /proc and in the list of each group. */
static void check_where(const char *top, const char *name, const unsigned *at)
{
	for (unsigned i = 0; i < NR_TASKS; i++) {
		check_str(group_of(tasks[i], name), str("/%u", at[i]));
		check(has_line(text_of(str("%s/%u/tasks", top, at[i])),
			       str("%d", tasks[i])));
	}
	check_eq(count_tasks(top), NR_TASKS);
}

/* Groups without a subsystem share all csses: only the groups differ. */
TEST(hash, membership, NULL)
{
	unsigned at[NR_TASKS], at2[NR_TASKS];
	struct rng rng;

	rng_seed(&rng, option_nr("seed", 1));
	must(mount_v1(H, "none,name=t"));
	must(mount_v1(H2, "none,name=u"));
	make_groups(H);
	make_groups(H2);
	for (unsigned i = 0; i < NR_TASKS; i++)
		tasks[i] = sleeper(NULL);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < NR_TASKS; i++) {
			at[i] = rng_below(&rng, nr_groups());
			at2[i] = rng_below(&rng, nr_groups());
			must(attach(dir_nr(H, at[i]), tasks[i]));
			must(attach(dir_nr(H2, at2[i]), tasks[i]));
		}
		check_where(H, "name=t", at);
		check_where(H2, "name=u", at2);
	}
}

/* A removed group and a new one of the same name are two. */
TEST(hash, group_made_anew, NULL)
{
	pid_t pid = sleeper(NULL), other = sleeper(NULL);

	must(mount_v1(H, "none,name=t"));
	for (unsigned i = 0; i < scaled(100); i++) {
		group(H "/x");
		must(attach(H "/x", pid));
		check_str(group_of(pid, "name=t"), "/x");
		check_str(group_of(other, "name=t"), "/");
		check_str(text_of(H "/x/tasks"), str("%d\n", pid));
		must(attach(H, pid));
		check_str(text_of(H "/x/tasks"), "");
		must(sys(rmdir(H "/x")));
	}
}

/* The same on the default hierarchy, where groups share csses too. */
TEST(hash, default_hierarchy, NULL)
{
	pid_t pid = sleeper(NULL);

	for (unsigned i = 0; i < nr_groups(); i++) {
		group(str(V2 "/%u", i));
		must(attach(str(V2 "/%u", i), pid));
		check_str(group_of(pid, ""), str("/%u", i));
		check_str(text_of(str(V2 "/%u/cgroup.procs", i)),
			  str("%d\n", pid));
	}
	/* Back through all of them: each is still the same. */
	for (unsigned i = 0; i < nr_groups(); i++) {
		must(attach(str(V2 "/%u", i), pid));
		check_str(group_of(pid, ""), str("/%u", i));
	}
	stop(pid);
}

struct table {
	long buckets, used, max, csets, lookups, probes;
};

static struct table table(void)
{
	static const char file[] = H "/debug.css_set_hash";

	return (struct table){
		.buckets = stat_value(file, "buckets"),
		.used = stat_value(file, "used"),
		.max = stat_value(file, "max"),
		.csets = stat_value(file, "csets"),
		.lookups = stat_value(file, "lookups"),
		.probes = stat_value(file, "probes"),
	};
}

/* With the groups spread over the table, a lookup meets few css_sets. */
TEST(hash, table, "hash")
{
	struct table empty, full, after;
	const unsigned nr = nr_groups();
	pid_t pids[MAX_GROUPS];

	must(mount_v1(H, "cpu,debug"));
	must(mount_v1(H2, "none,name=u"));
	make_groups(H2);
	empty = table();
	for (unsigned i = 0; i < nr; i++)
		pids[i] = sleeper(dir_nr(H2, i));
	full = table();
	check_eq(full.buckets, empty.buckets);
	check_eq(full.csets, empty.csets + nr);
	check(full.used <= full.csets && full.used <= full.buckets);
	check(full.used > nr / 2);
	check(full.max >= 1 && full.max <= 8);
	/* Each to a group of its own, so that no single bucket decides. */
	for (unsigned i = 0; i < nr; i++)
		must(attach(dir_nr(H2, (i + 1) % nr), pids[i]));
	after = table();
	check(after.lookups >= full.lookups + nr);
	check(after.probes - full.probes <= 3 * (after.lookups - full.lookups));
	check_eq(after.csets, full.csets);
	for (unsigned i = 0; i < nr; i++)
		stop(pids[i]);
	wait_for(table().csets <= empty.csets);
}

#define NR_ZOMBIES 48

/*
 * Who owns a group of the default hierarchy can have css_sets with the same
 * groups, and other csses each time.
 */
TEST(hash, zombies_of_other_csses, "hash")
{
	pid_t pids[NR_ZOMBIES];
	struct table before;

	must(mount_v1(H, "debug"));
	if (!strstr(text_of(V2 "/cgroup.controllers"), "pids"))
		skip("pids is not on the default hierarchy");
	must(put(V2 "/cgroup.subtree_control", "+pids"));
	group(V2 "/a");
	group(V2 "/a/b");
	before = table();
	for (int i = 0; i < NR_ZOMBIES; i++) {
		must(put(V2 "/a/cgroup.subtree_control",
			 i & 1 ? "-pids" : "+pids"));
		pids[i] = sleeper(V2 "/a/b");
		must(sys(kill(pids[i], SIGKILL)));
		wait_for(state_of(pids[i]) == 'Z');
	}
	check(table().csets >= before.csets + NR_ZOMBIES / 2);
	note("%ld css_sets, up to %ld in a bucket", table().csets, table().max);
	check(table().max <= 6);
	/* The same csses are found again. */
	before = table();
	for (int i = 0; i < 8; i++)
		stop(sleeper(V2 "/a/b"));
	check(table().csets <= before.csets + 1);
	for (int i = 0; i < NR_ZOMBIES; i++)
		reap(pids[i]);
	put(V2 "/a/cgroup.subtree_control", "-pids");
	wait_for(rmdir(V2 "/a/b") == 0);
	must(sys(rmdir(V2 "/a")));
	must(put(V2 "/cgroup.subtree_control", "-pids"));
}

/*
 * A mount links css_sets where they are.  If it moved the tasks to other ones,
 * a zombie, which nothing moves, would keep the old one.
 */
TEST(hash, mount_moves_nobody, "hash")
{
	pid_t zombie, pid;
	long before;

	must(mount_v1(H, "debug"));
	if (!strstr(text_of(V2 "/cgroup.controllers"), "pids"))
		skip("pids is not on the default hierarchy");
	group(V2 "/a");
	pid = sleeper(V2 "/a");
	zombie = sleeper(V2 "/a");
	must(sys(kill(zombie, SIGKILL)));
	wait_for(state_of(zombie) == 'Z');
	before = table().csets;
	for (int i = 0; i < 3; i++) {
		must(mount_v1(H2, "pids"));
		check_eq(table().csets, before);
		must(umount_v1(H2));
		wait_gone("pids", "pids");
		check_eq(table().csets, before);
	}
	reap(zombie);
	stop(pid);
	wait_for(rmdir(V2 "/a") == 0);
}
