/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes move themselves while others fork.  An attach takes the threadgroup
 * rwsem for writing, a fork takes it for reading: they exclude one another
 * system-wide.
 *
 * One operation is a round: each attacher moves once to the other of two
 * siblings, and each forker makes FORKS children, one after the other; the
 * round ends when all are through.  On one CPU nobody waits for a lock, and the
 * count shows instructions, not contention: the note of the point says on how
 * many CPUs it ran.  Machine sim:2 has two, which take turns; the cost of
 * contention takes a machine that measures time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach-pair.h"
#include "workers.h"

#define FORKS 2

static const char *const pair_name[2] = { "a", "b" };
static int pair_fd[2];
static uint64_t attachers, forkers;

/* --- workers --- */

static int attach_once(void)
{
	static unsigned moves;

	return write(pair_fd[moves++ & 1], "0", 1) == 1 ? 0 : -errno;
}

static int fork_once(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid < 0 || waitpid(pid, NULL, 0) != pid ? -errno : 0;
}

static int work(unsigned who)
{
	int r = 0;

	if (who < attachers)
		return attach_once();
	for (int i = 0; i < FORKS && r == 0; i++)
		r = fork_once();
	return r;
}

/* --- a point --- */

static int workers_param(struct bench_ctx *ctx, const char *key, uint64_t *ret)
{
	int r = ctx_param_u64(ctx, key, ret);

	if (r == 0 && (*ret < 1 || *ret > WORKERS_MAX / 2))
		return ctx_bad_param(ctx, key);
	return r;
}

static int storm_setup(struct bench_ctx *ctx)
{
	struct cg base, cg;
	int r = workers_param(ctx, "attachers", &attachers);

	if (r == 0)
		r = workers_param(ctx, "forkers", &forkers);
	if (r == 0)
		r = attach_base(ctx, false, &base);
	for (int i = 0; i < 2 && r == 0; i++) {
		r = cg_create(&base, pair_name[i], &cg);
		if (r < 0)
			return r;
		pair_fd[i] = cg_open_file(&cg, "cgroup.procs", O_WRONLY);
		cg_close(&cg);
		if (pair_fd[i] < 0)
			return pair_fd[i];
	}
	return r;
}

static int storm_begin(struct bench_ctx *ctx)
{
	int r = attach_begin_pace(ctx);

	if (r)
		return r;
	ctx_may_idle(ctx);
	return workers_start(ctx, attachers + forkers, work);
}

static int storm_between(struct bench_ctx *ctx)
{
	attach_sleep_pace();
	return 0;
}

static int storm_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		workers_begin_round();
		workers_end_round();
	}
	return 0;
}

static int storm_check(struct bench_ctx *ctx)
{
	const char *where = pair_name[(workers_rounds() - 1) & 1];
	int r = workers_check(ctx);

	for (unsigned i = 0; i < attachers && r == 0; i++)
		r = ctx_check_moved(ctx, workers_pid(i), attach_hierarchy(ctx),
				    where);
	return r;
}

BENCH_DEFINE(attach_storm) = {
	.name = "attach/storm",
	.summary = "each attacher moves itself while each forker forks twice",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_SCHED",
	.samples = 9,
	.warmup = 2,
	.extra = true,
	.params = PARAMS(PARAM("version", "1,2"),
			 PARAM_MORE("controllers", "none", "cpu"),
			 PARAM_AXIS("favordynmods", "0", "1"),
			 PARAM_AXIS("rcu", "normal", "expedited"),
			 PARAM_AXIS("attachers", "4", "1,16"),
			 PARAM_AXIS("forkers", "4", "1,16"),
			 PARAM_VARIANT("pace", "burst,200ms")),
	.setup = storm_setup,
	.begin = storm_begin,
	.run = storm_run,
	.between = storm_between,
	.check = storm_check,
};
