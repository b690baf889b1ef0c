/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A css_set stands for one combination of cgroups that tasks are in.  A task
 * that moves needs the css_set of its new combination: it is found among the
 * existing ones (hit), or created (miss) and freed when the task leaves again.
 *
 * The hierarchy has no controller, so all css_sets have the same controller
 * state.  A kernel that hashes them by that state alone has them in one chain,
 * newest first.  A hit here moves between the two oldest, as long-running
 * services do, whose cgroups were created before all others.  It walks the
 * whole chain, as a miss does.
 *
 * More hierarchies mean more to compare for each css_set in the chain; the one
 * of the move comes last.  With controller=pids the hierarchy has a controller,
 * whose state tells the css_sets apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "idle-procs.h"
#include "idle-task.h"

#define SETS_MAX 30000
#define HIERARCHIES_MAX 8

/*
 * Descriptors of the files `tasks`: writing "0" moves one thread, without the
 * threadgroup rwsem, whose cost attach/self shows.
 */
static const char *const hit_name[2] = { "0", "1" };
static const char *const miss_name[2] = { "miss-a", "miss-b" };
static int hit_fd[2], miss_fd[2];
static struct cg base;

static const char *const *names;
static const int *fds;
static unsigned tasks_want;
static uint64_t moves;

static int move_by(int fd)
{
	return write(fd, "0", 1) == 1 ? 0 : -errno;
}

/* Create a cgroup and open its `tasks`. */
static int make_cgroup(const char *name)
{
	char path[32];
	int r;

	r = cg_mkdir(&base, name);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/tasks", name);
	return cg_open_file(&base, path, O_WRONLY);
}

/* The caller moves there and leaves a holder behind. */
static int make_set(struct bench_ctx *ctx, unsigned i)
{
	char name[16];
	long pid;
	int fd, r;

	snprintf(name, sizeof(name), "%u", i);
	fd = make_cgroup(name);
	if (fd < 0)
		return ctx_fail(ctx, fd, "make cgroup %u: %s", i,
				strerror(-fd));
	r = move_by(fd);
	if (i < 2)
		hit_fd[i] = fd;
	else
		close(fd);
	if (r < 0)
		return ctx_fail(ctx, r, "move to cgroup %u: %s", i,
				strerror(-r));
	pid = idle_task_thread();
	if (pid == -EAGAIN || pid == -ENOMEM)
		return ctx_skip(ctx, "no more than %u tasks here: %s", i,
				strerror(-pid));
	return pid < 0 ? ctx_fail(ctx, pid, "make task %u: %s", i,
				  strerror(-pid))
		       : 0;
}

/* Hierarchies beside that of the move; nobody leaves their root cgroups. */
static int mount_others(struct bench_ctx *ctx)
{
	uint64_t hierarchies;
	char options[64];
	struct cg cg;
	int r = ctx_param_u64(ctx, "hierarchies", &hierarchies);

	if (r)
		return r;
	if (hierarchies < 1 || hierarchies > HIERARCHIES_MAX)
		return ctx_bad_param(ctx, "hierarchies");
	for (unsigned i = 1; i < hierarchies && r == 0; i++) {
		snprintf(options, sizeof(options), "none,name=cgmark-%u", i);
		r = ctx_hierarchy(ctx, options, &cg);
		if (r == 0)
			cg_close(&cg);
	}
	return r;
}

static int css_set_setup(struct bench_ctx *ctx)
{
	uint64_t sets;
	int r;

	r = ctx_param_u64(ctx, "sets", &sets);
	if (r)
		return r;
	if (sets < 2 || sets > SETS_MAX)
		return ctx_bad_param(ctx, "sets");
	r = mount_others(ctx);
	if (r == 0)
		r = ctx_hierarchy_of(ctx, ctx_param(ctx, "controller"), &base);
	for (unsigned i = 0; i < sets && r == 0; i++)
		r = make_set(ctx, i);
	for (int i = 0; i < 2 && r == 0; i++) {
		miss_fd[i] = make_cgroup(miss_name[i]);
		if (miss_fd[i] < 0)
			r = miss_fd[i];
	}
	/* Points start here, outside the cgroups that they move to. */
	return r ? r : cg_attach_thread(&base, 0);
}

static int css_set_begin(struct bench_ctx *ctx)
{
	const char *op = ctx_param(ctx, "op");

	if (!strcmp(op, "hit")) {
		names = hit_name;
		fds = hit_fd;
		tasks_want = 2;
	} else if (!strcmp(op, "miss")) {
		names = miss_name;
		fds = miss_fd;
		tasks_want = 1;
	} else {
		return ctx_bad_param(ctx, "op");
	}
	/* Else the mover could never share a combination with holders. */
	return cg_attach(ctx_setup_cgroup(ctx), 0);
}

static int css_set_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (write(fds[moves++ & 1], "0", 1) != 1)
			return -errno;
	return 0;
}

static int css_set_check(struct bench_ctx *ctx)
{
	const char *want = names[(moves - 1) & 1];
	char path[512];
	long tasks;
	int r;

	r = ctx_check_moved(ctx, 0, CTX_HIERARCHY, want);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/tasks", want);
	tasks = idle_procs_count(&base, path);
	if (tasks < 0)
		return tasks;
	if (tasks != tasks_want)
		return ctx_fail(ctx, -EIO, "'%s' has %ld tasks, not %u", want,
				tasks, tasks_want);
	return 0;
}

BENCH_DEFINE(css_set_lookup) = {
	.name = "css_set/lookup",
	.summary =
		"move a thread; the kernel has its combination of groups, or makes it",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS",
	.params = PARAMS(PARAM("sets", "16,64,256,1024,4096"),
			 PARAM_AXIS_AT("hierarchies", "1", "2,4,8", "sets=256"),
			 PARAM_AXIS("controller", "none", "pids"),
			 PARAM_VARIANT("op", "hit,miss")),
	.setup = css_set_setup,
	.begin = css_set_begin,
	.run = css_set_run,
	.check = css_set_check,
};
