/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Open the list of tasks in a cgroup, read all of it and close it, as whoever
 * wants to kill, move or count them must.
 *
 *   procs/read  cgroup.procs, in a cgroup of processes
 *   tasks/read  tasks (v1) or cgroup.threads (v2), in one of threads
 *
 * With readers, that many processes do so at the same time, and an operation
 * ends when all are through.
 *
 * At each open, v1 puts all ids into an array and sorts it; v2 walks the tasks
 * during the read, in no order.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "idle-task.h"
#include "workers.h"

#define PIDS_MAX 20000
#define ID_MAX 4194304 /* largest pid_max */
/* "4194304\n" for each */
#define LIST_BYTES (8 * PIDS_MAX + 1)

static struct cg group;
static uint64_t pids, readers;
static const char *file;
static unsigned char seen[ID_MAX / 8]; /* a bit per id */
static char list[LIST_BYTES];
static ssize_t list_len;

/* --- set-up --- */

static int make_group(struct bench_ctx *ctx)
{
	uint64_t version;
	int r = ctx_param_u64(ctx, "version", &version);

	if (r)
		return r;
	if (version == 1)
		return ctx_hierarchy_of(ctx, "none", &group);
	if (version != 2)
		return ctx_bad_param(ctx, "version");
	return cg_create(ctx_subtree(ctx), "group", &group);
}

static void toggle(long id)
{
	seen[id / 8] ^= 1 << id % 8;
}

static int hold(struct bench_ctx *ctx, long (*holder)(void))
{
	long id = holder();

	if (id == -EAGAIN || id == -ENOMEM)
		return ctx_skip(ctx, "no room for %lu tasks here: %s",
				(unsigned long)pids, strerror(-id));
	if (id < 0)
		return ctx_fail(ctx, id, "make a task: %s", strerror(-id));
	toggle(id);
	return 0;
}

/*
 * The holders are born in the group.  On v2 the set-up's process is one of
 * them: it is killed with the group after a point, but there is only one point.
 */
static int setup(struct bench_ctx *ctx, const char *name, long (*holder)(void))
{
	int r = ctx_param_u64(ctx, "pids", &pids);

	if (r)
		return r;
	if (pids < 1 || pids > PIDS_MAX)
		return ctx_bad_param(ctx, "pids");
	file = name;
	r = make_group(ctx);
	if (r == 0)
		r = cg_attach(&group, 0);
	if (r)
		return r;
	toggle(getpid());
	for (uint64_t i = 1; i < pids && r == 0; i++)
		r = hold(ctx, holder);
	return r;
}

static int procs_setup(struct bench_ctx *ctx)
{
	return setup(ctx, "cgroup.procs", idle_task_process);
}

static int tasks_setup(struct bench_ctx *ctx)
{
	return setup(ctx,
		     *ctx_param(ctx, "version") == '1' ? "tasks"
						       : "cgroup.threads",
		     idle_task_thread);
}

/* --- a point --- */

static int leave_group(void)
{
	struct cg out = { .fd = -1, .version = group.version };
	int r;

	if (group.version == 2)
		return 0;
	out.fd = openat(group.fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out.fd < 0)
		return -errno;
	r = cg_attach(&out, 0);
	cg_close(&out);
	return r;
}

static int read_list(void)
{
	int fd = openat(group.fd, file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	list_len = 0;
	while ((n = read(fd, list + list_len, LIST_BYTES - 1 - list_len)) > 0)
		list_len += n;
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

/* Each id has at least one digit and a newline. */
static int read_beside(unsigned who)
{
	int r = read_list();

	return r == 0 && list_len < 2 * (ssize_t)pids ? -ENODATA : r;
}

/* The reader leaves the group it reads; its buffer is in memory already. */
static int begin(struct bench_ctx *ctx)
{
	int r = ctx_param_u64(ctx, "readers", &readers);

	if (r)
		return r;
	if (readers < 1 || readers > WORKERS_MAX)
		return ctx_bad_param(ctx, "readers");
	memset(list, 0, sizeof(list));
	r = leave_group();
	/* The caller is one of the readers. */
	return r || readers == 1 ? r
				 : workers_start(ctx, readers - 1, read_beside);
}

static int run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++) {
		if (readers > 1)
			workers_begin_round();
		r = read_list();
		if (readers > 1)
			workers_end_round();
	}
	return r;
}

/* Each id occurs and no other does: all bits are clear again. */
static int check(struct bench_ctx *ctx)
{
	uint64_t lines = 0, wrong = 0;
	char *p = list, *end;

	list[list_len] = '\0';
	for (;; lines++) {
		long id = strtol(p, &end, 10);

		if (end == p)
			break;
		if (id < 1 || id >= ID_MAX || *end != '\n')
			return ctx_fail(ctx, -EIO, "line %lu is no id",
					(unsigned long)lines + 1);
		toggle(id);
		p = end + 1;
	}
	for (size_t i = 0; i < sizeof(seen); i++)
		wrong += __builtin_popcount(seen[i]);
	if (lines != pids || wrong)
		return ctx_fail(ctx, -EIO,
				"%lu lines, %lu ids too many or missing of %lu",
				(unsigned long)lines, (unsigned long)wrong,
				(unsigned long)pids);
	return readers > 1 ? workers_check(ctx) : 0;
}

#define COMMON                                                               \
	.version = 1, .kconfig = "CGROUPS", .extra = true, .samples = 9,     \
	.warmup = 2,                                                         \
	.params = PARAMS(                                                    \
		PARAM("version", "1,2"), PARAM("pids", "10,100,1000,10000"), \
		PARAM_AXIS_AT("readers", "1", "2,4,16", "pids=1000")),       \
	.begin = begin, .run = run, .check = check

BENCH_DEFINE(procs_read) = {
	.name = "procs/read",
	.summary = "open cgroup.procs, read all of it, close it",
	.setup = procs_setup,
	COMMON,
};

BENCH_DEFINE(tasks_read) = {
	.name = "tasks/read",
	.summary = "open tasks or cgroup.threads, read all of it, close it",
	.setup = tasks_setup,
	COMMON,
};
