/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a container that runs true does to cgroups: make a group, write its
 * limits, start a process in it, wait for its end, remove the group.
 *
 *   way=v1      in one v1 hierarchy; fork, and the child writes "0" to
 *               cgroup.procs, which is a migration
 *   way=attach  the same on v2
 *   way=into    on v2: clone3() with CLONE_INTO_CGROUP, born there
 *
 * jobs=N: N of them at once, each with a group of its own; one operation is a
 * round in which each does it once.  On one CPU they take turns, and the note of
 * the point says so.  Before each sample the kernel has time to free what it
 * defers, so a migration waits for RCU, as it does on machines that start a
 * container now and then, unless favordynmods=1.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "cg-tree.h"
#include "cpus-possible.h"
#include "dynmods.h"
#include "workers.h"

/* Not 0, which a child that failed might return as well. */
#define CHILD_STATUS 42
#define SETTLE_NS 50000000L
#define PIDS_MAX "77"
#define NAME_MAX_BYTES 16

struct limit {
	const char *file, *value;
};

static const struct limit limits_v1[] = {
	{ "memory.limit_in_bytes", "64M" },
	{ "pids.max", PIDS_MAX },
	{ "cpu.shares", "512" },
	{ "cpu.cfs_quota_us", "50000" },
	{ NULL, NULL },
};

static const struct limit limits_v2[] = {
	{ "memory.max", "64M" }, { "pids.max", PIDS_MAX },
	{ "cpu.weight", "50" },	 { "cpu.max", "50000 100000" },
	{ NULL, NULL },
};

static struct cg parent;
static const struct limit *limits;
static bool into;
static uint64_t jobs;
/* Shared: what the children say of themselves, and whether they are to look. */
static volatile struct said {
	unsigned ran[WORKERS_MAX];
	unsigned ended[WORKERS_MAX];
	int look;
} * said;

/* --- one of them --- */

/* "a", "b", ... "aa"; no stdio in what is measured. */
static void name_of(char *buf, unsigned who)
{
	*buf++ = 'a' + who / 26;
	*buf++ = 'a' + who % 26;
	*buf = '\0';
}

/* In check() only: does the child's own group have the limit? */
static bool is_inside(const char *name)
{
	char file[64], path[512], text[16];
	const char *last;

	if (cg_of_self(parent.version == 2 ? "" : CTX_HIERARCHY, path,
		       sizeof(path)) < 0)
		return false;
	last = strrchr(path, '/');
	snprintf(file, sizeof(file), "%s/pids.max", name);
	return last && !strcmp(last + 1, name) &&
	       cg_read(&parent, file, text, sizeof(text)) > 0 &&
	       atoi(text) == atoi(PIDS_MAX);
}

static void child_main(const struct cg *cg, const char *name, unsigned who)
{
	if (!into && cg_attach(cg, 0) < 0)
		_exit(1);
	if (said->look && !is_inside(name))
		_exit(2);
	said->ran[who]++;
	_exit(CHILD_STATUS);
}

static int run_true(const struct cg *cg, const char *name, unsigned who)
{
	struct clone_args args = {
		.flags = into ? CLONE_INTO_CGROUP : 0,
		.exit_signal = SIGCHLD,
		.cgroup = into ? cg->fd : 0,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	int status;

	if (pid == 0)
		child_main(cg, name, who);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_STATUS)
		return -EIO;
	said->ended[who]++;
	return 0;
}

static int cycle(unsigned who)
{
	char name[NAME_MAX_BYTES];
	struct cg cg;
	int r;

	name_of(name, who);
	r = cg_create(&parent, name, &cg);
	for (const struct limit *l = limits; l->file && r == 0; l++)
		r = cg_write(&cg, l->file, l->value);
	if (r == 0)
		r = run_true(&cg, name, who);
	cg_close(&cg);
	if (r == 0 && unlinkat(parent.fd, name, AT_REMOVEDIR) < 0)
		r = -errno;
	return r;
}

/* --- set-up --- */

static int make_parent(struct bench_ctx *ctx, bool v1)
{
	static const char *const all[] = { "memory", "pids", "cpu" };
	int r = 0;

	if (v1) {
		limits = limits_v1;
		return ctx_hierarchy_of(ctx, "memory+pids+cpu", &parent);
	}
	limits = limits_v2;
	for (int i = 0; i < 3 && r == 0; i++)
		r = ctx_controllers(ctx, all[i]);
	return r ? r : cg_tree_child(ctx_subtree(ctx), "containers", &parent);
}

static int cycle_setup(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");
	bool v1 = !strcmp(way, "v1");
	int r = cpus_possible_setup(ctx);

	if (r == 0)
		r = ctx_param_u64(ctx, "jobs", &jobs);
	if (r)
		return r;
	if (jobs < 1 || jobs > WORKERS_MAX)
		return ctx_bad_param(ctx, "jobs");
	into = !strcmp(way, "into");
	if (!v1 && !into && strcmp(way, "attach"))
		return ctx_bad_param(ctx, "way");
	r = dynmods_setup(ctx);
	return r ? r : make_parent(ctx, v1);
}

static int cycle_begin(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (said == MAP_FAILED)
		return -errno;
	return jobs == 1 ? 0 : workers_start(ctx, jobs, cycle);
}

static int cycle_between(struct bench_ctx *ctx)
{
	const struct timespec ts = { .tv_nsec = SETTLE_NS };

	return nanosleep(&ts, NULL) < 0 ? -errno : 0;
}

static int cycle_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++) {
		if (jobs == 1) {
			r = cycle(0);
			continue;
		}
		workers_begin_round();
		workers_end_round();
	}
	return r;
}

/* Once more, with a child that looks where it is; and nothing is left. */
static int cycle_check(struct bench_ctx *ctx)
{
	struct stat st;
	int r;

	said->look = 1;
	r = cycle_run(ctx, 1);
	if (r)
		return ctx_fail(ctx, r, "a child is not where it should be");
	r = jobs == 1 ? 0 : workers_check(ctx);
	for (unsigned i = 0; i < jobs && r == 0; i++)
		if (!said->ran[i] || said->ran[i] != said->ended[i])
			r = ctx_fail(ctx, -EIO, "job %u: %u ran, %u ended", i,
				     said->ran[i], said->ended[i]);
	if (r)
		return r;
	if (fstat(parent.fd, &st) < 0)
		return -errno;
	return st.st_nlink == 2 ? 0
				: ctx_fail(ctx, -EIO, "%lu groups are left",
					   (unsigned long)st.st_nlink - 2);
}

BENCH_DEFINE(container_cycle) = {
	.name = "container/cycle",
	.summary = "make a group, write limits, run a process in it, remove it",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED CFS_BANDWIDTH CGROUP_PIDS MEMCG "
		   "MEMCG_V1",
	.samples = 200,
	.extra = true,
	.once = true,
	.first = "way=v1",
	.params = PARAMS(PARAM("way", "v1,attach,into"),
			 PARAM_AXIS("jobs", "1", "4,16,64"),
			 PARAM_AXIS_AT("favordynmods", "0", "1", "way=attach"),
			 CPUS_POSSIBLE_AT("way=attach")),
	.setup = cycle_setup,
	.begin = cycle_begin,
	.between = cycle_between,
	.run = cycle_run,
	.check = cycle_check,
};
