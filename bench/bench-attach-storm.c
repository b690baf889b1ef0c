/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that move themselves while others fork.  An attach takes the
 * threadgroup rwsem for writing, a fork takes it for reading: they exclude one
 * another in the whole system.
 *
 * One operation is a round: each attacher moves once to the other one of two
 * siblings, and each forker makes FORKS children, one after the other; the
 * round ends when all are through.  On one CPU nobody waits for a lock, and
 * what is counted is instructions, not contention: the note of the point says
 * on how many CPUs it ran.  Machine sim:2 has two, which take turns; what
 * contention costs takes a machine that measures time.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"

#define WORKERS_MAX 256
#define FORKS 2

struct worker {
	pid_t pid;
	uint64_t moves;
	uint64_t forks;
	int error;
};

struct shared {
	_Atomic unsigned round;	/* workers wait for the next */
	_Atomic unsigned at_work;
	struct worker workers[WORKERS_MAX];
};

static const char *const pair_name[2] = { "a", "b" };
static int pair_fd[2];
static struct shared *shared;
static uint64_t attachers, forkers;

static long futex(_Atomic unsigned *word, int op, unsigned value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

/* --- workers ---------------------------------------------------------------
 */

static void attach_once(struct worker *w)
{
	if (write(pair_fd[w->moves & 1], "0", 1) != 1)
		w->error = errno;
	else
		w->moves++;
}

static void fork_once(struct worker *w)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		w->error = errno;
	else
		w->forks++;
}

static void worker_main(struct worker *w, bool attacher)
{
	for (unsigned seen = 0;; seen++) {
		while (shared->round == seen)
			futex(&shared->round, FUTEX_WAIT, seen);
		for (int i = 0; i < (attacher ? 1 : FORKS); i++)
			attacher ? attach_once(w) : fork_once(w);
		if (--shared->at_work == 0)
			futex(&shared->at_work, FUTEX_WAKE, 1);
	}
}

static int spawn_workers(void)
{
	for (unsigned i = 0; i < attachers + forkers; i++) {
		struct worker *w = &shared->workers[i];
		pid_t pid = fork();

		if (pid == 0)
			worker_main(w, i < attachers);
		if (pid < 0)
			return -errno;
		w->pid = pid;
	}
	return 0;
}

/* --- a point ---------------------------------------------------------------
 */

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
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int r = attach_begin_pace(ctx);

	if (r)
		return r;
	ctx_may_idle(ctx);
	ctx_note(ctx, "on %ld CPU%s%s", cpus, cpus == 1 ? "" : "s",
		 cpus == 1 ? ": the cost of the instructions, not of contention"
			   : "");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -errno : spawn_workers();
}

static int storm_between(struct bench_ctx *ctx)
{
	attach_sleep_pace();
	return 0;
}

static int storm_run(struct bench_ctx *ctx, uint64_t nr)
{
	unsigned left;

	for (uint64_t i = 0; i < nr; i++) {
		shared->at_work = attachers + forkers;
		shared->round++;
		futex(&shared->round, FUTEX_WAKE, INT_MAX);
		while ((left = shared->at_work))
			futex(&shared->at_work, FUTEX_WAIT, left);
	}
	return 0;
}

static int check_attacher(struct bench_ctx *ctx, const struct worker *w)
{
	return ctx_check_moved(ctx, w->pid, attach_hierarchy(ctx),
			       pair_name[(w->moves - 1) & 1]);
}

static int storm_check(struct bench_ctx *ctx)
{
	const unsigned rounds = shared->round;
	int r = 0;

	for (unsigned i = 0; i < attachers + forkers && r == 0; i++) {
		const struct worker *w = &shared->workers[i];
		uint64_t done = i < attachers ? w->moves : w->forks / FORKS;

		if (w->error || done != rounds)
			return ctx_fail(ctx, -EIO,
					"worker %u did %lu of %u rounds: %s", i,
					(unsigned long)done, rounds,
					strerror(w->error));
		if (i < attachers)
			r = check_attacher(ctx, w);
	}
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
			 PARAM_AXIS("attachers", "4", "1,16"),
			 PARAM_AXIS("forkers", "4", "1,16"),
			 PARAM_VARIANT("pace", "burst,200ms")),
	.setup = storm_setup,
	.begin = storm_begin,
	.run = storm_run,
	.between = storm_between,
	.check = storm_check,
};
