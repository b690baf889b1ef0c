/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that is to live in another cgroup than its parent, from its
 * creation to the end of wait().  Every kernel since 5.7 has both ways:
 *
 *   way=into    clone3() with CLONE_INTO_CGROUP: born there
 *   way=attach  fork, and the child writes "0" to the cgroup's cgroup.procs,
 *               as container runtimes do; a migration with all its costs,
 *               and with pace=200ms a wait for a grace period
 *
 * v1 has neither.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach-pair.h"
#include "fork-family.h"

/* Not 0, which a child that failed might return as well. */
#define CHILD_STATUS 42
#define LEAF "leaf"

static struct cg target = CG_NONE;
static int procs_fd;
static bool into, ask;
static uint64_t children;

static int into_setup(struct bench_ctx *ctx)
{
	struct cg place = CG_NONE;
	int r;

	if (!strcmp(ctx_param(ctx, "controllers"), "v1"))
		return ctx_bad_param(ctx, "controllers");
	r = fork_family_setup(ctx, &place);
	if (r)
		return r;
	/* At depth 1 it is beside the parent, else where depth leads. */
	if (place.fd < 0)
		r = cg_create(ctx_subtree(ctx), LEAF, &target);
	else
		target = place;
	if (r == 0)
		r = cg_open_file(&target, "cgroup.procs", O_WRONLY);
	procs_fd = r;
	return r < 0 ? r : 0;
}

static int into_begin(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");

	into = !strcmp(way, "into");
	if (!into && strcmp(way, "attach"))
		return ctx_bad_param(ctx, "way");
	return attach_begin_pace(ctx);
}

static int into_between(struct bench_ctx *ctx)
{
	attach_sleep_pace();
	return 0;
}

/* In check() only: is the child where it should be? */
static bool child_is_there(void)
{
	char path[4096], want[512];
	ssize_t n = cg_read(&target, "cgroup.procs", want, sizeof(want));

	return n > 0 && cg_of_self("", path, sizeof(path)) == 0 &&
	       atoi(want) == getpid();
}

static void child_main(void)
{
	if (!into && write(procs_fd, "0", 1) != 1)
		_exit(1);
	_exit(ask && !child_is_there() ? 2 : CHILD_STATUS);
}

static int into_one(void)
{
	struct clone_args args = {
		.flags = into ? CLONE_INTO_CGROUP : 0,
		.exit_signal = SIGCHLD,
		.cgroup = into ? target.fd : 0,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	int status;

	if (pid == 0)
		child_main();
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_STATUS)
		return -EIO;
	children++;
	return 0;
}

static int into_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = into_one();
	return r;
}

static int into_check(struct bench_ctx *ctx)
{
	int r;

	if (!children)
		return ctx_fail(ctx, -EIO, "no child was seen to end");
	ask = true;
	r = into_one();
	if (r < 0)
		return ctx_fail(ctx, r, "a child is not where it should be");
	return fork_family_check_gone(ctx);
}

BENCH_DEFINE(fork_clone_into) = {
	.name = "fork/clone_into",
	.summary = "make a child in another cgroup, and wait for its end",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED CGROUP_PIDS CPUSETS MEMCG",
	.samples = 15,
	.extra = true,
	.params = PARAMS(FORK_FAMILY_PARAMS("none,all", "cpu"),
			 PARAM_VARIANT("way", "into,attach"),
			 PARAM_VARIANT_AXIS_AT("pace", "burst", "200ms",
					       "controllers=none")),
	.setup = into_setup,
	.begin = into_begin,
	.run = into_run,
	.between = into_between,
	.check = into_check,
};
