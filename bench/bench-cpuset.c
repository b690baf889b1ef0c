/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cpuset without tasks, among siblings, is given CPUs or memory nodes, or is
 * made a partition of its own; the next write takes that back.
 *
 *   file=cpus       cpuset.cpus: CPU 0, or none
 *   file=mems       cpuset.mems: node 0, or none
 *   file=partition  cpuset.cpus.partition: root, or member; v2 only, and it
 *                   takes one CPU more than the partition gets
 *
 * The siblings are empty (siblings=N).  A write compares with each of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "cg-tree.h"

#define SIBLINGS_MAX 20000

/* What is written in turn, and what the file says then. */
struct choice {
	const char *name, *file, *write[2], *read[2];
};

static const struct choice choices[] = {
	{ "cpus", "cpuset.cpus", { "0", "\n" }, { "0\n", "\n" } },
	{ "mems", "cpuset.mems", { "0", "\n" }, { "0\n", "\n" } },
	{ "partition",
	  "cpuset.cpus.partition",
	  { "root", "member" },
	  { "root\n", "member\n" } },
};

static const struct choice *choice;
static struct cg top, it;
static int file;
static uint64_t siblings, writes;

static int choose(struct bench_ctx *ctx)
{
	const char *name = ctx_param(ctx, "file");

	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++)
		if (!strcmp(name, choices[i].name))
			choice = &choices[i];
	return choice ? 0 : ctx_bad_param(ctx, "file");
}

/*
 * A remote partition: the CPU is kept for it all the way down.  It is the last
 * one, as the others need somewhere to run.
 */
static int reserve_cpu(struct bench_ctx *ctx)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char text[24];
	int r;

	if (cpus < 2)
		return ctx_skip(ctx, "a partition takes a second CPU");
	snprintf(text, sizeof(text), "%ld", cpus - 1);
	r = cg_write(ctx_subtree(ctx), "cpuset.cpus.exclusive", text);
	if (r == -ENOENT)
		return ctx_skip(ctx,
				"this kernel has no cpuset.cpus.exclusive");
	if (r == 0)
		r = cg_write(&top, "cpuset.cpus.exclusive", text);
	if (r == 0)
		r = cg_write(&it, "cpuset.cpus.exclusive", text);
	return r;
}

static int make_top(struct bench_ctx *ctx, uint64_t version)
{
	int r;

	if (version == 1)
		return ctx_hierarchy_of(ctx, "cpuset", &top);
	r = ctx_controllers(ctx, "cpuset");
	return r ? r : cg_tree_child(ctx_subtree(ctx), "parent", &top);
}

/* On v1 a new one is a copy of its parent, which shall not be. */
static int make_group(const char *name, struct cg *ret)
{
	int r = cg_create(&top, name, ret);

	if (r == 0 && top.version == 1)
		r = cg_write(ret, "cpuset.cpus", "\n");
	return r == 0 && top.version == 1 ? cg_write(ret, "cpuset.mems", "\n")
					  : r;
}

static int make_siblings(void)
{
	char name[16];
	struct cg cg;
	int r = 0;

	for (uint64_t i = 0; i < siblings && r == 0; i++) {
		snprintf(name, sizeof(name), "%u", (unsigned)i);
		r = make_group(name, &cg);
		if (r == 0)
			cg_close(&cg);
	}
	return r;
}

static int cpuset_setup(struct bench_ctx *ctx)
{
	uint64_t version;
	int r = ctx_param_u64(ctx, "version", &version);

	if (r == 0)
		r = ctx_param_u64(ctx, "siblings", &siblings);
	if (r == 0)
		r = choose(ctx);
	if (r)
		return r;
	if (version != 1 && version != 2)
		return ctx_bad_param(ctx, "version");
	if (siblings > SIBLINGS_MAX)
		return ctx_bad_param(ctx, "siblings");
	if (version == 1 && !strcmp(choice->name, "partition"))
		return ctx_skip(ctx, "v1 has no partitions");
	r = make_top(ctx, version);
	if (r == 0)
		r = make_siblings();
	if (r == 0)
		r = make_group("it", &it);
	if (r == 0 && !strcmp(choice->name, "partition"))
		r = reserve_cpu(ctx);
	if (r)
		return r;
	file = cg_open_file(&it, choice->file, O_RDWR);
	return file < 0 ? file : 0;
}

static int cpuset_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		const char *text = choice->write[writes++ & 1];

		if (write(file, text, strlen(text)) < 0)
			return -errno;
	}
	return 0;
}

/* Do both writes show, among as many siblings as there should be? */
static int cpuset_check(struct bench_ctx *ctx)
{
	struct stat st;
	char text[64];
	ssize_t n;
	int r;

	for (int i = 0; i < 2; i++) {
		const char *want = choice->read[(writes - 1) & 1];

		n = pread(file, text, sizeof(text) - 1, 0);
		if (n < 0)
			return -errno;
		text[n] = '\0';
		if (strcmp(text, want))
			return ctx_fail(ctx, -EIO, "%s is %s, not %s",
					choice->file, text, want);
		r = cpuset_run(ctx, 1);
		if (r)
			return r;
	}
	if (fstat(top.fd, &st) < 0)
		return -errno;
	return st.st_nlink == siblings + 3
		       ? 0
		       : ctx_fail(ctx, -EIO, "%lu groups",
				  (unsigned long)st.st_nlink - 2);
}

BENCH_DEFINE(cpuset_write) = {
	.name = "cpuset/write",
	.summary = "give a cpuset CPUs or memory nodes, or make it a partition",
	.version = 1,
	.kconfig = "CGROUPS CPUSETS",
	.extra = true,
	.nr_ops = 2,
	.params = PARAMS(PARAM("version", "1,2"),
			 PARAM_MORE_AT("file", "cpus,mems", "partition",
				       "version=2"),
			 PARAM_AXIS("siblings", "0", "4,16,64,256")),
	.setup = cpuset_setup,
	.run = cpuset_run,
	.check = cpuset_check,
};
