/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup is created, or removed, among siblings.
 *
 *   depth=N   N - 1 levels further down
 *   dying=N   N siblings were removed, and live on because of a page each
 *   zombie=1  the cgroup to be removed holds a process that has ended and that
 *             nobody has waited for
 *
 * Each benchmark undoes its work between samples, then pauses while the kernel
 * frees what it defers: that work is no part of mkdir or rmdir as their caller
 * sees them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "cg-tree.h"
#include "cpus-possible.h"
#include "dying.h"

#define SIBLINGS_MAX 20000
#define DEPTH_MAX 256
#define SETTLE_NS 50000000L
#define NAME "it"

static struct cg parent;
static struct cg top;
static struct dying dying;
static uint64_t siblings, cycles, depth;
static bool with_zombie;
static pid_t zombie;

static int make_top(struct bench_ctx *ctx)
{
	const char *which = ctx_param(ctx, "controllers");
	uint64_t version;
	int r = ctx_param_u64(ctx, "version", &version);

	if (r)
		return r;
	if (version == 1)
		return ctx_hierarchy_of(ctx, which, &top);
	if (version != 2)
		return ctx_bad_param(ctx, "version");
	r = ctx_controllers(ctx, which);
	return r ? r : cg_tree_child(ctx_subtree(ctx), "parent", &top);
}

static int make_parent(struct bench_ctx *ctx)
{
	int r = make_top(ctx);

	parent = top;
	if (r || depth == 1)
		return r;
	r = cg_tree_chain(&top, depth - 1, &parent);
	return r ? r : cg_tree_enable(&parent);
}

/* What does the param say, which is a number that is not out of bounds? */
static int param(struct bench_ctx *ctx, const char *key, uint64_t min,
		 uint64_t max, uint64_t *ret)
{
	int r = ctx_param_u64(ctx, key, ret);

	return r == 0 && (*ret < min || *ret > max) ? ctx_bad_param(ctx, key)
						    : r;
}

static int cgroup_setup(struct bench_ctx *ctx)
{
	char name[16];
	uint64_t nr_dying;
	int r = param(ctx, "siblings", 0, SIBLINGS_MAX, &siblings);

	if (r == 0)
		r = param(ctx, "depth", 1, DEPTH_MAX, &depth);
	if (r == 0)
		r = dying_param(ctx, &nr_dying);
	if (r == 0)
		r = make_parent(ctx);
	for (uint64_t i = 0; i < siblings && r == 0; i++) {
		snprintf(name, sizeof(name), "%u", (unsigned)i);
		r = cg_mkdir(&parent, name);
	}
	return r ? r
		 : dying_add(&dying, &parent,
			     top.version == 1 ? &top : ctx_setup_cgroup(ctx),
			     nr_dying);
}

static int mkdir_setup(struct bench_ctx *ctx)
{
	int r = cpus_possible_setup(ctx);

	return r ? r : cgroup_setup(ctx);
}

static int rmdir_setup(struct bench_ctx *ctx)
{
	const char *text = ctx_param(ctx, "zombie");

	with_zombie = !strcmp(text, "1");
	if (!with_zombie && strcmp(text, "0"))
		return ctx_bad_param(ctx, "zombie");
	return cgroup_setup(ctx);
}

/* The pause lies outside the samples, but the runner cannot tell. */
static int cgroup_begin(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	return 0;
}

static int make(void)
{
	return mkdirat(parent.fd, NAME, 0755) < 0 ? -errno : 0;
}

static int rid(void)
{
	return unlinkat(parent.fd, NAME, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* Does the parent have all its children, with or without this one? */
static int expect(struct bench_ctx *ctx, bool there)
{
	uint64_t want = siblings + there;
	struct stat st;

	if (fstat(parent.fd, &st) < 0)
		return -errno;
	/* A directory has one link from each child, and two more. */
	if (st.st_nlink != want + 2 ||
	    (faccessat(parent.fd, NAME "/cgroup.procs", F_OK, 0) == 0) != there)
		return ctx_fail(ctx, -EIO, "%lu cgroups, not %lu",
				(unsigned long)st.st_nlink - 2,
				(unsigned long)want);
	return 0;
}

/* --- the process that has ended --- */

/* It has a place in the cgroup and no more to do. */
static int make_zombie(void)
{
	const struct cg it = { .fd = openat(parent.fd, NAME,
					    O_PATH | O_CLOEXEC),
			       .version = top.version };
	siginfo_t info;
	int r = 0;

	if (it.fd < 0)
		return -errno;
	zombie = fork();
	if (zombie == 0)
		_exit(cg_attach(&it, 0) < 0);
	if (zombie < 0 || waitid(P_PID, zombie, &info, WEXITED | WNOWAIT) < 0)
		r = -errno;
	close(it.fd);
	return r;
}

/* Was it there to the end, in the cgroup that is no more? */
static int reap_zombie(struct bench_ctx *ctx)
{
	char path[512];
	int status, r = cg_of(zombie, "", path, sizeof(path));

	if (waitpid(zombie, &status, 0) != zombie || status)
		return ctx_fail(ctx, -EIO, "there was no process inside");
	zombie = 0;
	/* v1 does not tell of processes that have ended. */
	if (top.version == 1)
		return 0;
	return r == 0 && strstr(path, "/" NAME " (deleted)")
		       ? 0
		       : ctx_fail(ctx, -EIO, "it was in '%s'", path);
}

static int settle(void)
{
	const struct timespec ts = { .tv_nsec = SETTLE_NS };

	return nanosleep(&ts, NULL) < 0 ? -errno : 0;
}

static int mkdir_between(struct bench_ctx *ctx)
{
	int r = cycles++ ? expect(ctx, true) : 0;

	if (r == 0 && cycles > 1)
		r = rid();
	return r ? r : settle();
}

static int rmdir_between(struct bench_ctx *ctx)
{
	int r = cycles++ ? expect(ctx, false) : 0;

	if (r == 0 && zombie)
		r = reap_zombie(ctx);
	if (r == 0)
		r = make();
	if (r == 0 && with_zombie)
		r = make_zombie();
	return r ? r : settle();
}

static int mkdir_run(struct bench_ctx *ctx, uint64_t nr)
{
	return make();
}

static int rmdir_run(struct bench_ctx *ctx, uint64_t nr)
{
	return rid();
}

/* The last one to be removed is to be gone. */
static int check_dying(struct bench_ctx *ctx)
{
	int r = settle();

	return r ? r : dying_check(ctx, &dying, &top);
}

static int mkdir_check(struct bench_ctx *ctx)
{
	int r = expect(ctx, true);

	if (r == 0)
		r = rid();
	return r ? r : check_dying(ctx);
}

static int rmdir_check(struct bench_ctx *ctx)
{
	int r = expect(ctx, false);

	if (r == 0 && with_zombie)
		r = reap_zombie(ctx);
	return r ? r : check_dying(ctx);
}

#define AXES                                                                   \
	PARAM("version", "1,2"), PARAM_MORE("controllers", "none,all", "cpu"), \
		PARAM_AXIS_AT("siblings", "0", "10,100,1000",                  \
			      "controllers=none"),                             \
		PARAM_AXIS_AT("depth", "1", "4,16", "controllers=all"),        \
		PARAM_AXIS_AT("dying", "0", DYING_MORE, "controllers=all")

#define COMMON                                                       \
	.version = 1, .samples = 15, .once = true, .extra = true,    \
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG", \
	.first = "controllers=all,version=1", .begin = cgroup_begin

BENCH_DEFINE(cgroup_mkdir) = {
	.name = "cgroup/mkdir",
	.summary = "make a cgroup",
	.params = PARAMS(AXES, CPUS_POSSIBLE_AT("controllers=all")),
	.setup = mkdir_setup,
	.run = mkdir_run,
	.between = mkdir_between,
	.check = mkdir_check,
	COMMON,
};

BENCH_DEFINE(cgroup_rmdir) = {
	.name = "cgroup/rmdir",
	.summary = "remove a cgroup that is empty",
	.params = PARAMS(AXES, PARAM_AXIS("zombie", "0", "1")),
	.setup = rmdir_setup,
	.run = rmdir_run,
	.between = rmdir_between,
	.check = rmdir_check,
	COMMON,
};
