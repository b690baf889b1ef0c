/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All tasks of a cgroup are frozen: from the write until the kernel reports
 * that the last one stopped.
 *
 *   version=1  freezer.state, a controller
 *   version=2  cgroup.freeze, in every cgroup; cgroup.events reports
 *
 * The waiter yields the CPU and looks again: notifications come at most every
 * 10 ms.  Between samples the group is thawed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "idle-task.h"

#define TASKS_MAX 20000
#define LOOKS_MAX 1000000

/* How to give the order on each version, and how it reports completion. */
static const struct way {
	const char *order, *state;
	const char *freeze, *thaw;
	const char *frozen, *thawed;
} ways[] = {
	[1] = { "freezer.state", "freezer.state", "FROZEN", "THAWED",
		"FROZEN\n", "THAWED\n" },
	[2] = { "cgroup.freeze", "cgroup.events", "1", "0", "frozen 1\n",
		"frozen 0\n" },
};

static const struct way *way;
static struct cg group;
static int order_fd, state_fd;

static int open_files(struct bench_ctx *ctx)
{
	order_fd = cg_open_file(&group, way->order, O_WRONLY);
	if (order_fd == -ENOENT)
		return ctx_skip(ctx, "this kernel has no %s", way->order);
	state_fd = cg_open_file(&group, way->state, O_RDONLY);
	if (order_fd < 0)
		return order_fd;
	return state_fd < 0 ? state_fd : 0;
}

static int freezer_setup(struct bench_ctx *ctx)
{
	uint64_t version, tasks;
	long pid = 0;
	int r = ctx_param_u64(ctx, "version", &version);

	if (r == 0)
		r = ctx_param_u64(ctx, "tasks", &tasks);
	if (r)
		return r;
	if (version != 1 && version != 2)
		return ctx_bad_param(ctx, "version");
	if (tasks < 1 || tasks > TASKS_MAX)
		return ctx_bad_param(ctx, "tasks");
	way = &ways[version];
	r = version == 1 ? ctx_hierarchy(ctx, "freezer", &group)
			 : cg_create(ctx_subtree(ctx), "group", &group);
	if (r == 0)
		r = open_files(ctx);
	for (uint64_t i = 0; i < tasks && r == 0 && pid >= 0; i++) {
		pid = idle_task_process();
		if (pid >= 0)
			r = cg_attach(&group, pid);
	}
	return pid < 0 ? ctx_fail(ctx, pid, "make a task: %s", strerror(-pid))
		       : r;
}

/* Polling is needed: on v1 the read itself finds that all have stopped. */
static int wait_for(const char *state)
{
	char text[64];
	ssize_t n;

	for (unsigned i = 0; i < LOOKS_MAX; i++) {
		n = pread(state_fd, text, sizeof(text) - 1, 0);
		if (n < 0)
			return -errno;
		text[n] = '\0';
		if (strstr(text, state))
			return 0;
		sched_yield();
	}
	return -ETIMEDOUT;
}

static int order(const char *what, const char *state)
{
	ssize_t len = strlen(what);

	if (write(order_fd, what, len) != len)
		return -errno;
	return wait_for(state);
}

static int freezer_between(struct bench_ctx *ctx)
{
	const struct timespec ts = { .tv_nsec = 10000000 };
	int r = order(way->thaw, way->thawed);

	/* And let those woken fall asleep again. */
	nanosleep(&ts, NULL);
	return r;
}

static int freezer_begin(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	return 0;
}

static int freezer_run(struct bench_ctx *ctx, uint64_t nr)
{
	return order(way->freeze, way->frozen);
}

/* --- check --- */

/* A process in the group that counts for as long as it runs. */
static int spawn_counter(volatile unsigned *count)
{
	pid_t pid = fork();
	int r;

	if (pid < 0)
		return -errno;
	while (pid == 0) {
		usleep(1000);
		++*count;
	}
	r = cg_attach(&group, pid);
	usleep(20000);
	return r;
}

static int expect_still(struct bench_ctx *ctx, volatile unsigned *count)
{
	unsigned before = *count;

	usleep(20000);
	if (!before || *count != before)
		return ctx_fail(ctx, -EIO, "a frozen process went on");
	return 0;
}

/* Frozen tasks do not run, and thawed ones do. */
static int freezer_check(struct bench_ctx *ctx)
{
	volatile unsigned *count =
		mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned before;
	int r, thaw;

	if (count == MAP_FAILED)
		return -errno;
	r = order(way->thaw, way->thawed);
	if (r == 0)
		r = spawn_counter(count);
	if (r == 0)
		r = order(way->freeze, way->frozen);
	if (r == 0)
		r = expect_still(ctx, count);
	before = *count;
	thaw = order(way->thaw, way->thawed);
	usleep(20000);
	if (r == 0 && thaw == 0 && *count == before)
		return ctx_fail(ctx, -EIO, "a thawed process does not go on");
	return r ? r : thaw;
}

BENCH_DEFINE(freezer_freeze) = {
	.name = "freezer/freeze",
	.summary = "stop all tasks of a group, and see that they stand still",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_FREEZER",
	.samples = 9,
	.warmup = 2,
	.once = true,
	.extra = true,
	.params = PARAMS(PARAM("version", "1,2"),
			 PARAM("tasks", "1,10,100,1000")),
	.setup = freezer_setup,
	.begin = freezer_begin,
	.run = freezer_run,
	.between = freezer_between,
	.check = freezer_check,
};
