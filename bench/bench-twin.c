/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same operation on several CPUs, by turns (turns.h), in the same group and in
 * different ones (twin-groups.h).  What is shared in one and not in the other is
 * the price of the group.  Together with --profile=sharing: on one CPU there are
 * only instructions to see, and those of waiting among them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "twin-groups.h"

static struct cg groups[TURNS_MAX], others[TURNS_MAX];

static int twin_setup(struct bench_ctx *ctx)
{
	int r = twin_groups_setup(ctx, 2);

	return r ? r : twin_groups_make(ctx, "a", groups);
}

static int join(unsigned who)
{
	return cg_attach(&groups[who], 0);
}

static int twin_run(struct bench_ctx *ctx, uint64_t nr)
{
	return turns_run(nr);
}

static int twin_between(struct bench_ctx *ctx)
{
	return turns_rewind();
}

#define TWIN                                                             \
	.version = 1, .extra = true, .samples = 8, .warmup = 2,          \
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG SMP", \
	.run = twin_run, .between = twin_between

#define TWIN_GROUPS TWIN, .params = PARAMS(TWIN_PARAMS)

/* --- a page fault --- */

#define PAGE_BYTES 4096
#define NR_PAGES 64
#define AREA_BYTES ((size_t)NR_PAGES * PAGE_BYTES)

static char *area;
static unsigned touched;

static int fault_begin_worker(unsigned who)
{
	area = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	madvise(area, AREA_BYTES, MADV_NOHUGEPAGE);
	return join(who);
}

static int fault_operation(unsigned who)
{
	if (touched == NR_PAGES)
		return -ENOSPC;
	((volatile char *)area)[PAGE_BYTES * touched++] = 1;
	return 0;
}

static int fault_rewind(unsigned who)
{
	touched = 0;
	return madvise(area, AREA_BYTES, MADV_DONTNEED) < 0 ? -errno : 0;
}

static int fault_begin(struct bench_ctx *ctx)
{
	static const struct turns_work work = { fault_begin_worker,
						fault_operation, fault_rewind };

	return turns_start(ctx, &work);
}

static int fault_check(struct bench_ctx *ctx)
{
	unsigned char in_core[NR_PAGES];

	if (mincore(area, AREA_BYTES, in_core) < 0)
		return -errno;
	for (unsigned i = 0; i < touched; i++)
		if (!(in_core[i] & 1))
			return ctx_fail(ctx, -EIO, "page %u is not there", i);
	return turns_check(ctx);
}

BENCH_DEFINE(twin_fault) = {
	.name = "twin/fault",
	.summary = "on each CPU the first write to a page of anonymous memory",
	TWIN_GROUPS,
	.setup = twin_setup,
	.nr_ops = NR_PAGES,
	.once = true, /* there are no more pages */
	.begin = fault_begin,
	.check = fault_check,
};

/* --- a fork --- */

#define CHILD_STATUS 42

static int fork_operation(unsigned who)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	int status;

	if (pid == 0)
		_exit(CHILD_STATUS);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_STATUS ? 0
									: -EIO;
}

static int fork_begin(struct bench_ctx *ctx)
{
	static const struct turns_work work = { join, fork_operation, NULL };

	return turns_start(ctx, &work);
}

BENCH_DEFINE(twin_fork) = {
	.name = "twin/fork",
	.summary = "on each CPU fork, _exit in the child, waitpid",
	TWIN_GROUPS,
	.setup = twin_setup,
	.nr_ops = 4,
	.begin = fork_begin,
	.check = turns_check,
};

/* --- to and fro between two groups --- */

static unsigned moved;

static int attach_setup(struct bench_ctx *ctx)
{
	int r = twin_setup(ctx);

	return r ? r : twin_groups_make(ctx, "b", others);
}

static int attach_operation(unsigned who)
{
	return cg_attach(moved++ & 1 ? &groups[who] : &others[who], 0);
}

static int attach_begin(struct bench_ctx *ctx)
{
	static const struct turns_work work = { join, attach_operation, NULL };

	return turns_start(ctx, &work);
}

static int attach_check(struct bench_ctx *ctx)
{
	int r = ctx_check_moved(ctx, 0, "", moved & 1 ? "b-0" : "a-0");

	return r ? r : turns_check(ctx);
}

BENCH_DEFINE(twin_attach) = {
	.name = "twin/attach",
	.summary = "on each CPU the caller moves between two groups",
	TWIN_GROUPS,
	.setup = attach_setup,
	.nr_ops = 4,
	.begin = attach_begin,
	.check = attach_check,
};

/* --- a css_set that has to be made --- */

static int files[TURNS_MAX][2];

static int open_tasks(struct bench_ctx *ctx)
{
	int r = 0;

	for (unsigned i = 0; i < TURNS_MAX && r == 0; i++) {
		files[i][0] = cg_open_file(&groups[i], "tasks", O_WRONLY);
		files[i][1] = cg_open_file(&others[i], "tasks", O_WRONLY);
		if (files[i][0] < 0 || files[i][1] < 0)
			r = ctx_fail(ctx, -EIO, "cannot open tasks");
	}
	return r;
}

static int css_set_setup(struct bench_ctx *ctx)
{
	int r = twin_groups_setup(ctx, 1);

	if (r == 0)
		r = twin_groups_make(ctx, "a", groups);
	if (r == 0)
		r = twin_groups_make(ctx, "b", others);
	return r ? r : open_tasks(ctx);
}

static int css_set_operation(unsigned who)
{
	return write(files[who][moved++ & 1], "0", 1) == 1 ? 0 : -errno;
}

static int css_set_begin(struct bench_ctx *ctx)
{
	static const struct turns_work work = { NULL, css_set_operation, NULL };

	return turns_start(ctx, &work);
}

static int css_set_check(struct bench_ctx *ctx)
{
	int r = ctx_check_moved(ctx, 0, CTX_HIERARCHY,
				moved & 1 ? "a-0" : "b-0");

	return r ? r : turns_check(ctx);
}

BENCH_DEFINE(twin_css_set) = {
	.name = "twin/css_set",
	.summary =
		"on each CPU a thread moves to a css_set that has to be made",
	TWIN_GROUPS,
	.setup = css_set_setup,
	.nr_ops = 4,
	.begin = css_set_begin,
	.check = css_set_check,
};

/* --- statistics --- */

static const char *const stats_files[] = { "memory.current", "memory.stat",
					   "cpu.stat" };
#define NR_STATS (sizeof(stats_files) / sizeof(*stats_files))
static int stats_fd[NR_STATS];

static int stats_begin_worker(unsigned who)
{
	for (unsigned i = 0; i < NR_STATS; i++) {
		stats_fd[i] =
			cg_open_file(&groups[who], stats_files[i], O_RDONLY);
		if (stats_fd[i] < 0)
			return stats_fd[i];
	}
	return join(who);
}

static int stats_operation(unsigned who)
{
	static char text[8192];

	for (unsigned i = 0; i < NR_STATS; i++)
		if (pread(stats_fd[i], text, sizeof(text), 0) <= 0)
			return -EIO;
	return 0;
}

static int stats_begin(struct bench_ctx *ctx)
{
	static const struct turns_work work = { stats_begin_worker,
						stats_operation, NULL };

	return turns_start(ctx, &work);
}

BENCH_DEFINE(twin_stats) = {
	.name = "twin/stats",
	.summary = "on each CPU three files of its group are read",
	TWIN_GROUPS,
	.setup = twin_setup,
	.nr_ops = 4,
	.begin = stats_begin,
	.check = turns_check,
};

/* --- a group is made --- */

#define NR_MADE 4

static unsigned made;

static void made_name(char *buf, size_t size, unsigned who, unsigned i)
{
	snprintf(buf, size, "made-%u-%u", who, i);
}

static int mkdir_setup(struct bench_ctx *ctx)
{
	int r = twin_groups_setup(ctx, 2);

	return r ? r : twin_groups_make(ctx, "parent", groups);
}

static int mkdir_operation(unsigned who)
{
	char name[32];

	made_name(name, sizeof(name), who, made++);
	return cg_mkdir(&groups[who], name);
}

static int mkdir_rewind(unsigned who)
{
	char name[32];

	while (made) {
		made_name(name, sizeof(name), who, --made);
		if (unlinkat(groups[who].fd, name, AT_REMOVEDIR) < 0)
			return -errno;
	}
	return 0;
}

static int mkdir_begin(struct bench_ctx *ctx)
{
	static const struct turns_work work = { NULL, mkdir_operation,
						mkdir_rewind };

	return turns_start(ctx, &work);
}

/* A directory has one link from each child, and two more. */
static int mkdir_check(struct bench_ctx *ctx)
{
	bool same = turns_nr() > 1 && groups[0].fd == groups[1].fd;
	unsigned want = same ? turns_nr() * made : made;
	struct stat st;

	if (fstat(groups[0].fd, &st) < 0)
		return -errno;
	if (st.st_nlink != want + 2)
		return ctx_fail(ctx, -EIO, "%lu groups were made, not %u",
				(unsigned long)st.st_nlink - 2, want);
	/* The next point has the same parents. */
	return turns_rewind() ? -EIO : turns_check(ctx);
}

BENCH_DEFINE(twin_mkdir) = {
	.name = "twin/mkdir",
	.summary = "on each CPU a group is made below its group",
	TWIN_GROUPS,
	.setup = mkdir_setup,
	.nr_ops = NR_MADE,
	.once = true,
	.begin = mkdir_begin,
	.check = mkdir_check,
};

/* --- known answers --- */

static uint64_t (*counters)[8]; /* lines of memory that all workers see */
static int (*count_one)(unsigned who);

static int count_same(unsigned who)
{
	(*(volatile uint64_t *)&counters[0][0])++;
	return 0;
}

static int count_in_line(unsigned who)
{
	(*(volatile uint64_t *)&counters[0][who])++;
	return 0;
}

static int count_in_lines(unsigned who)
{
	(*(volatile uint64_t *)&counters[who][0])++;
	return 0;
}

static int write_beside_readers(unsigned who)
{
	if (who)
		(void)*(volatile uint64_t *)&counters[0][0];
	else
		(*(volatile uint64_t *)&counters[0][1])++;
	return 0;
}

static int counter_setup(struct bench_ctx *ctx)
{
	return 0;
}

static int counter_operation(unsigned who)
{
	return count_one(who);
}

static int counter_begin(struct bench_ctx *ctx)
{
	static const struct turns_work work = { NULL, counter_operation, NULL };
	static const struct {
		const char *name;
		int (*count)(unsigned who);
	} ways[] = {
		{ "same", count_same },
		{ "line", count_in_line },
		{ "lines", count_in_lines },
		{ "beside", write_beside_readers },
	};
	const char *where = ctx_param(ctx, "where");

	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, where))
			count_one = ways[i].count;
	if (!count_one)
		return ctx_bad_param(ctx, "where");
	counters = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return counters == MAP_FAILED ? -errno : turns_start(ctx, &work);
}

BENCH_DEFINE(twin_counter) = {
	.name = "twin/counter",
	.summary =
		"on each CPU a counter in user space, whose sharing is known",
	TWIN,
	.params = PARAMS(PARAM_VARIANT("where", "same,line,lines,beside"),
			 TURNS_PARAMS),
	.setup = counter_setup,
	.nr_ops = 4,
	.begin = counter_begin,
	.check = turns_check,
};
