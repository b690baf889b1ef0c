/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random operations on all interfaces from several processes.  functest.ops
 * says how many, functest.seed which; each process has its own sequence.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "functest.h"

#define NR_ACTORS 4
#define NR_WORKERS 8
#define THREADS 3
#define DEFAULT_OPS 1200
#define PART "/cg/part" /* mount point of a part that was split off */

struct actor {
	struct rng rng;
	unsigned nr;
};

struct op {
	const char *name;
	int (*fn)(struct actor *a);
	int expected[8]; /* errors that others may cause, 0-terminated */
};

struct counts {
	unsigned done, refused;
};

static pid_t workers[NR_WORKERS];
static struct counts *counts; /* shared by all processes */
static const char *const pool[] = { "pids",   "cpuacct", "cpu",	 "memory",
				    "cpuset", "freezer", "misc", "rdma" };
static const char *const hierarchies[] = { H, H2 };
static const char *const names[] = { "s", "u" };

static const char *any_dir(struct actor *a)
{
	return tree_dirs[1 + rng_below(&a->rng, ARRAY_SIZE(tree_dirs) - 1)];
}

static const char *any_hierarchy(struct actor *a)
{
	return hierarchies[rng_below(&a->rng, 2)];
}

/* One that is bound, if any: refusals alone test little. */
static const char *any_bound(struct actor *a, const char *top)
{
	unsigned first = rng_below(&a->rng, ARRAY_SIZE(pool));

	for (size_t i = 0; i < ARRAY_SIZE(pool); i++) {
		const char *name = pool[(first + i) % ARRAY_SIZE(pool)];

		if (exists(str("%s/a/%s.inherit", top, name)))
			return name;
	}
	return pool[first];
}

static int op_remount(struct actor *a)
{
	unsigned h = rng_below(&a->rng, 2);
	char options[256] = "";

	for (size_t i = 0; i < ARRAY_SIZE(pool); i++)
		if (rng_below(&a->rng, 4) == 0)
			sprintf(options + strlen(options), "%s,", pool[i]);
	/* Refused without memory. */
	if (strstr(options, "memory,") && have("swap") && rng_below(&a->rng, 2))
		strcat(options, "swap,");
	if (!*options)
		strcpy(options, "none,");
	if (rng_below(&a->rng, 2) && strcmp(options, "none,"))
		strcat(options, "signal,");
	return remount_v1(hierarchies[h], str("%sname=%s", options, names[h]));
}

static int op_inherit(struct actor *a)
{
	const char *top = any_hierarchy(a);

	return put(str("%s%s/%s.inherit", top, any_dir(a), any_bound(a, top)),
		   rng_below(&a->rng, 2) ? "1" : "0");
}

/* The part has the same tree unless someone made a group meanwhile. */
static int op_split(struct actor *a)
{
	const char *name = str("part%u", a->nr);
	const char *dir = str(PART "%u", a->nr);
	int r = put(H "/cgroup.split", str("%s %s", name, any_bound(a, H)));

	return r < 0 ? r : mount_v1(dir, str("name=%s", name));
}

static int id_of(const char *named)
{
	const char *text = text_of("/proc/self/cgroup"), *p;
	const char *word = str("name=%s:", named);

	for (p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const char *at =
			memmem(p, strcspn(p, "\n"), word, strlen(word));

		if (at)
			return strtol(p, NULL, 10);
	}
	return -ENOENT;
}

/* Any process may merge any part, at times into the wrong hierarchy. */
static int op_merge(struct actor *a)
{
	unsigned nr = rng_below(&a->rng, NR_ACTORS);
	const char *into = rng_below(&a->rng, 8) ? H : H2;
	int id = -ENOENT, r;

	for (unsigned i = 0; i < NR_ACTORS && id < 0; i++) {
		nr = (nr + 1) % NR_ACTORS;
		id = id_of(str("part%u", nr));
	}
	if (id < 0)
		return id;
	r = put(str("%s/cgroup.merge", into), str("%d", id));
	if (r == 0)
		umount2(str(PART "%u", nr), MNT_DETACH);
	return r;
}

static int op_attach(struct actor *a)
{
	pid_t pid = workers[rng_below(&a->rng, NR_WORKERS)];
	const char *dir = str("%s%s", any_hierarchy(a), any_dir(a));
	pid_t tids[THREADS];

	if (rng_below(&a->rng, 2))
		return attach(dir, pid);
	if (threads_of(pid, tids, THREADS) != THREADS)
		return -ESRCH;
	return attach_thread(dir, tids[rng_below(&a->rng, THREADS)]);
}

static int op_mkdir(struct actor *a)
{
	const char *dir = str("%s%s/x%u", any_hierarchy(a), any_dir(a), a->nr);

	if (rng_below(&a->rng, 3))
		return sys(rmdir(dir));
	return sys(mkdir(dir, 0755));
}

static int op_signal(struct actor *a)
{
	return put(str("%s%s/signal.send", any_hierarchy(a), any_dir(a)),
		   rng_below(&a->rng, 2) ? "0" : "10");
}

static int op_fork(struct actor *a)
{
	const char *dir = str("%s%s", any_hierarchy(a), any_dir(a));
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		attach(dir, getpid());
		for (int i = 0; i < 4; i++) {
			pid_t child = fork();

			if (child == 0)
				_exit(0);
			if (child > 0)
				reap(child);
		}
		_exit(0);
	}
	reap(pid);
	return 0;
}

static int op_set(struct actor *a)
{
	static const char *const files[][2] = {
		{ "pids.max", "100" },
		{ "cpu.shares", "256" },
		{ "cpuset.cpus", "0" },
		{ "cpuset.mems", "0" },
		{ "notify_on_release", "0" },
		{ "memory.limit_in_bytes", "256M" },
	};
	unsigned i = rng_below(&a->rng, ARRAY_SIZE(files));

	return put(str("%s%s/%s", any_hierarchy(a), any_dir(a), files[i][0]),
		   files[i][1]);
}

static int op_read(struct actor *a)
{
	static const char *const files[] = {
		"tasks",
		"cgroup.procs",
		"pids.current",
		"memory.stat",
		"cpuacct.usage",
		"cpuset.cpus",
		"cgroup.procs_partial",
	};
	unsigned i = rng_below(&a->rng, ARRAY_SIZE(files));
	char *text;
	int r;

	r = read_all(str("%s%s/%s", any_hierarchy(a), any_dir(a), files[i]),
		     &text);
	if (r == 0)
		free(text);
	if (read_all(str("/proc/%d/cgroup",
			 workers[rng_below(&a->rng, NR_WORKERS)]),
		     &text) == 0)
		free(text);
	if (read_all("/proc/cgroups", &text) == 0)
		free(text);
	return r;
}

/*
 * ENOENT: the file or group does not exist now; ENODEV: it was removed while in
 * use.  Others: see the documentation of each interface.
 */
static const struct op ops[] = {
	{ "remount", op_remount, { EBUSY } },
	{ "inherit", op_inherit, { ENOENT, ENODEV, EBUSY, ENOSPC } },
	{ "split", op_split, { EINVAL, EEXIST, EBUSY, ENODEV, EOPNOTSUPP } },
	{ "merge",
	  op_merge,
	  { ENOENT, EINVAL, EBUSY, ENODEV, EOPNOTSUPP, ENOSPC } },
	{ "attach", op_attach, { ENOSPC, ENODEV, EBUSY } },
	{ "mkdir", op_mkdir, { EEXIST, ENOENT, EBUSY, ENODEV } },
	{ "signal", op_signal, { ENOENT, ENODEV, ESRCH } },
	{ "fork", op_fork, { EAGAIN } },
	{ "set", op_set, { ENOENT, ENODEV, EBUSY, ENOSPC, EINVAL } },
	{ "read", op_read, { ENOENT, ENODEV } },
};

static bool is_expected(const struct op *op, int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(op->expected); i++)
		if (op->expected[i] && op->expected[i] == err)
			return true;
	return false;
}

static void act(struct actor *a, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++) {
		unsigned k = rng_below(&a->rng, ARRAY_SIZE(ops));
		int r = ops[k].fn(a);

		if (r < 0 && !is_expected(&ops[k], -r))
			fail("%s, operation %lu of process %u: %s", ops[k].name,
			     i, a->nr, strerror(-r));
		__atomic_fetch_add(r < 0 ? &counts[k].refused : &counts[k].done,
				   1, __ATOMIC_RELAXED);
	}
}

/* Workers survive SIGUSR1, which signal.send sends. */
static void start_workers(void)
{
	signal(SIGUSR1, SIG_IGN);
	for (unsigned i = 0; i < NR_WORKERS; i++) {
		workers[i] = sleeper_threads(NULL, THREADS - 1);
		for (size_t h = 0; h < ARRAY_SIZE(hierarchies); h++)
			must(attach(str("%s%s", hierarchies[h],
					tree_dirs[1 + i % 4]),
				    workers[i]));
	}
}

/* Whatever parts are left must not keep a subsystem from others. */
static void empty_parts(void)
{
	for (unsigned i = 0; i < NR_ACTORS; i++)
		if (id_of(str("part%u", i)) > 0) {
			mount_v1(str(PART "%u", i), str("name=part%u", i));
			must(remount_v1(str(PART "%u", i),
					str("none,name=part%u", i)));
		}
}

static void forget_inheritance(const char *top, const char *subsys)
{
	for (size_t i = 1; i < ARRAY_SIZE(tree_dirs); i++)
		put(str("%s%s/%s.inherit", top, tree_dirs[i], subsys), "0");
}

static void remove_extra(void)
{
	for (size_t h = 0; h < ARRAY_SIZE(hierarchies); h++)
		for (size_t i = 1; i < ARRAY_SIZE(tree_dirs); i++)
			for (unsigned k = 0; k < NR_ACTORS; k++)
				rmdir(str("%s%s/x%u", hierarchies[h],
					  tree_dirs[i], k));
}

/* No task is lost: each is in one group and counted there once. */
static void check_tasks(const char *top, const char *name)
{
	empty_parts();
	remove_extra();
	must(remount_v1(H2, "none,name=u"));
	must(remount_v1(H, "none,name=s"));
	must(remount_v1(top, str("pids,name=%s", name)));
	forget_inheritance(top, "pids");
	wait_for(count_tasks(top) == NR_WORKERS * THREADS);
	check_pids(top, NR_WORKERS * THREADS);
}

TEST(stress, all, "merge")
{
	unsigned long nr = option_nr("ops", scaled(DEFAULT_OPS));
	unsigned long seed = option_nr("seed", 1);
	pid_t pids[NR_ACTORS];

	counts =
		mmap(NULL, ARRAY_SIZE(ops) * sizeof(*counts),
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(counts != MAP_FAILED);
	for (size_t h = 0; h < ARRAY_SIZE(hierarchies); h++) {
		must(mount_v1(hierarchies[h], str("none,name=%s", names[h])));
		make_tree(hierarchies[h]);
	}
	start_workers();
	for (unsigned i = 0; i < NR_ACTORS; i++) {
		struct actor a = { .nr = i };

		pids[i] = must(sys(fork()));
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			rng_seed(&a.rng, seed * NR_ACTORS + i);
			act(&a, nr / NR_ACTORS);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < NR_ACTORS; i++)
		wait_exit(pids[i], 0);
	note("%lu operations by %d processes, seed %lu", nr, NR_ACTORS, seed);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		note("%s: %u done, %u refused", ops[i].name, counts[i].done,
		     counts[i].refused);
		/* If all were refused, nothing would be tested. */
		if (nr >= DEFAULT_OPS && !counts[i].done)
			fail("%s was never possible", ops[i].name);
	}
	check_tasks(H, "s");
	check_tasks(H2, "u");
}
