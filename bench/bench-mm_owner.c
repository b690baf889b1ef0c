/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit of the task that owns its memory (mm->owner, whose memory cgroup is
 * charged), with a number of idle siblings.  If another task uses the memory,
 * the kernel looks for the next owner.
 *
 *   case=plain      none does; includes freeing the memory itself
 *   case=leader     another thread of the process
 *   case=transient  a process_vm_readv() that waits for a page: a reference,
 *                   but not a task that could be the owner
 *   case=sharer     a child made with CLONE_VM
 *   case=distant    the same, but made by another parent, which is gone
 *
 * kin=strangers: the idle processes are children of another process than the
 * owner is, so that the kernel meets them only where it searches all.
 *
 * Measured from waking the task to waking whoever waits for its end: on a
 * pidfd, or, for a leader whose process lives on, on the tid that the kernel
 * clears.  The latter comes before the search for an owner; but all share one
 * CPU, and the waiter is of SCHED_BATCH and preempts nobody, so that it gets it
 * only when the task has finished.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "idle-procs.h"

#define TASKS_MAX 8192
#define STACK_BYTES (64 * 1024)
#define WAIT_MS 20000

#define THREAD \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define SHARER (CLONE_VM | SIGCHLD)

/* Shared by processes with different memory. */
struct shared {
	int go;	 /* futex: the owner is to exit */
	int end; /* futex: the other one is to exit */
	int ready;
	int tid;     /* futex: a leader's, 0 once it has exited */
	pid_t other; /* shares the memory; 0: none */
	int uffd;
	char *page;
};

static volatile struct shared *sh;
static struct scene {
	const char *name;
	int (*prepare)(void); /* in the owner; 0 or -errno */
	int flags;	      /* of clone(), to make the owner */
} scene;
static uint64_t nr_exits;
static pid_t owner, reader;
static int pidfd = -1;

/* Wait until the word is something else. */
static void futex_wait(volatile int *word, int value)
{
	while (*word == value)
		syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void futex_wake(volatile int *word)
{
	*word = 1;
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* --- in the owner --- */

static int linger(void *arg)
{
	sh->other = syscall(SYS_gettid);
	futex_wait(&sh->end, 0);
	syscall(SYS_exit, 0);
	return 0;
}

static int start(int (*fn)(void *arg), int flags)
{
	char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (stack == MAP_FAILED)
		return -errno;
	return clone(fn, stack + STACK_BYTES, flags, NULL) < 0 ? -errno : 0;
}

static int prepare_plain(void)
{
	return 0;
}

static int prepare_leader(void)
{
	return start(linger, THREAD);
}

static int prepare_sharer(void)
{
	return start(linger, SHARER);
}

static int leave_sharer(void *arg)
{
	int r = start(linger, SHARER);

	syscall(SYS_exit, r < 0);
	return 0;
}

static int prepare_distant(void)
{
	int status, r = start(leave_sharer, SHARER);

	if (r == 0 && waitpid(-1, &status, 0) < 0)
		r = -errno;
	return r == 0 && status ? -EIO : r;
}

/* Everybody has the descriptor, as the table is shared. */
static int prepare_transient(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (page == MAP_FAILED || fd < 0)
		return -errno;
	reg.range.start = (uintptr_t)page;
	reg.range.len = 4096;
	if (ioctl(fd, UFFDIO_API, &api) < 0 ||
	    ioctl(fd, UFFDIO_REGISTER, &reg) < 0)
		return -errno;
	sh->page = page;
	sh->uffd = fd;
	return 0;
}

static const struct scene scenes[] = {
	{ "plain", prepare_plain, SIGCHLD },
	{ "leader", prepare_leader, SIGCHLD },
	{ "transient", prepare_transient, CLONE_FILES | SIGCHLD },
	{ "sharer", prepare_sharer, SIGCHLD },
	{ "distant", prepare_distant, SIGCHLD },
};

static void own(void)
{
	if (scene.prepare() < 0)
		_exit(1);
	sh->tid = syscall(SYS_set_tid_address, &sh->tid);
	sh->ready = 1;
	futex_wait(&sh->go, 0);
	syscall(SYS_exit, 0);
}

/* --- in the process of the point --- */

static bool has_other(void)
{
	return scene.prepare != prepare_plain &&
	       scene.prepare != prepare_transient;
}

static bool is_ready(void)
{
	return sh->ready && (!has_other() || sh->other);
}

/* State of a task, or 0. */
static char state_of(pid_t pid)
{
	char path[32], text[512], *p;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	p = strrchr(text, ')');
	return p ? p[2] : 0;
}

static bool other_is_gone(void)
{
	waitpid(sh->other, NULL, WNOHANG);
	return kill(sh->other, 0) < 0 && errno == ESRCH;
}

static bool owner_is_zombie(void)
{
	return state_of(owner) == 'Z';
}

static int wait_until(bool (*fn)(void))
{
	for (unsigned ms = 0; ms < WAIT_MS; ms++) {
		if (fn())
			return 0;
		usleep(1000);
	}
	return -ETIMEDOUT;
}

static int start_reader(void)
{
	struct uffd_msg msg;

	reader = fork();
	if (reader == 0) {
		char c;
		struct iovec here = { &c, 1 }, there = { sh->page, 1 };

		process_vm_readv(owner, &here, 1, &there, 1, 0);
		_exit(0);
	}
	if (reader < 0)
		return -errno;
	/* The fault has arrived. */
	return read(sh->uffd, &msg, sizeof(msg)) == sizeof(msg) ? 0 : -EIO;
}

static int stage(void)
{
	int r;

	memset((void *)(uintptr_t)sh, 0, sizeof(*sh));
	owner = syscall(SYS_clone, scene.flags, 0, 0, 0, 0);
	if (owner == 0)
		own();
	if (owner < 0)
		return -errno;
	r = wait_until(is_ready);
	if (r == 0 && scene.prepare == prepare_transient)
		r = start_reader();
	if (r)
		return r;
	pidfd = syscall(SYS_pidfd_open, owner, 0);
	/* Let it fall asleep. */
	usleep(10000);
	return pidfd < 0 ? -errno : 0;
}

/* The owner has exited, and the other task is still there. */
static int check_stage(struct bench_ctx *ctx)
{
	if (!owner_is_zombie())
		return ctx_fail(ctx, -EIO, "the owner did not exit");
	if (has_other() && other_is_gone())
		return ctx_fail(ctx, -EIO, "nobody is left with the memory");
	if (reader && waitpid(reader, NULL, WNOHANG))
		return ctx_fail(ctx, -EIO, "the reader did not wait");
	return 0;
}

static int clear_stage(struct bench_ctx *ctx)
{
	int status, r = check_stage(ctx);

	if (r)
		return r;
	if (has_other())
		futex_wake(&sh->end);
	if (reader) {
		kill(reader, SIGKILL);
		waitpid(reader, NULL, 0);
		reader = 0;
		close(sh->uffd);
	}
	if (waitpid(owner, &status, 0) != owner || status)
		return ctx_fail(ctx, -EIO, "the owner failed: %x", status);
	close(pidfd);
	owner = 0;
	return has_other() ? wait_until(other_is_gone) : 0;
}

/* In a child, which is one more that sleeps. */
static int spawn_strangers(uint64_t tasks)
{
	int pipe_fds[2], r = 0;
	pid_t pid;

	if (!tasks)
		return 0;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		for (uint64_t i = 1; i < tasks && r >= 0; i++)
			r = idle_procs_spawn();
		if (write(pipe_fds[1], &r, sizeof(r)) != sizeof(r))
			_exit(1);
		close_range(0, ~0U, 0);
		for (;;)
			pause();
	}
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &r, sizeof(r)) != sizeof(r))
		r = -ECHILD;
	close(pipe_fds[0]);
	return r;
}

static int spawn_siblings(uint64_t tasks)
{
	int r = 0;

	for (uint64_t i = 0; i < tasks && r >= 0; i++)
		r = idle_procs_spawn();
	return r;
}

static int spawn_idle(struct bench_ctx *ctx, uint64_t tasks)
{
	const char *kin = ctx_param(ctx, "kin");

	if (!strcmp(kin, "siblings"))
		return spawn_siblings(tasks);
	return strcmp(kin, "strangers") ? ctx_bad_param(ctx, "kin")
					: spawn_strangers(tasks);
}

/* How many children has the caller's process beside those of the stage? */
static long count_children(void)
{
	const struct cg here = { .fd = AT_FDCWD };
	static char text[64 * 1024];
	char path[64];
	long nr = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	n = cg_read(&here, path, text, sizeof(text));
	for (ssize_t i = 0; i < n; i++)
		nr += text[i] == ' ';
	return n < 0 ? n : nr;
}

static int mm_owner_begin(struct bench_ctx *ctx)
{
	const char *name = ctx_param(ctx, "case");
	uint64_t tasks;
	struct sched_param none = { 0 };
	cpu_set_t set;
	int r = ctx_param_u64(ctx, "tasks", &tasks);

	if (r)
		return r;
	if (tasks > TASKS_MAX)
		return ctx_bad_param(ctx, "tasks");
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++)
		if (!strcmp(name, scenes[i].name))
			scene = scenes[i];
	if (!scene.name)
		return ctx_bad_param(ctx, "case");
	sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sh == MAP_FAILED)
		return -errno;
	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	/* Adopt orphans, so that they can be reaped. */
	if (sched_setaffinity(0, sizeof(set), &set) < 0 ||
	    sched_setscheduler(0, SCHED_BATCH, &none) < 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return -errno;
	r = spawn_idle(ctx, tasks);
	return r < 0 ? r : 0;
}

static int mm_owner_between(struct bench_ctx *ctx)
{
	int r = owner ? clear_stage(ctx) : 0;

	return r ? r : stage();
}

static int mm_owner_run(struct bench_ctx *ctx, uint64_t nr)
{
	struct pollfd pfd = { pidfd, POLLIN, 0 };

	futex_wake(&sh->go);
	nr_exits++;
	if (scene.prepare == prepare_leader) {
		futex_wait(&sh->tid, owner);
		return 0;
	}
	return poll(&pfd, 1, -1) == 1 ? 0 : -errno;
}

static int check_kin(struct bench_ctx *ctx)
{
	uint64_t tasks;
	int r = ctx_param_u64(ctx, "tasks", &tasks);
	long is = count_children(), want = tasks;

	if (r)
		return r;
	if (!strcmp(ctx_param(ctx, "kin"), "strangers"))
		want = tasks != 0;
	return is == want
		       ? 0
		       : ctx_fail(ctx, -EIO, "%ld siblings, not %ld", is, want);
}

static int mm_owner_check(struct bench_ctx *ctx)
{
	int r;

	if (!nr_exits)
		return ctx_fail(ctx, -EIO, "no owner exited");
	r = clear_stage(ctx);
	return r ? r : check_kin(ctx);
}

BENCH_DEFINE(mm_owner_exit) = {
	.name = "mm_owner/exit",
	.summary =
		"the task that memory is charged to ends: whom to charge now?",
	.version = 1,
	.kconfig = "MEMCG USERFAULTFD CROSS_MEMORY_ATTACH PROC_CHILDREN",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.params = PARAMS(PARAM("case", "plain,leader,transient,sharer,distant"),
			 PARAM("tasks", "0,100,1000,4000"),
			 PARAM_AXIS_AT("kin", "siblings", "strangers",
				       "tasks=1000")),
	.begin = mm_owner_begin,
	.between = mm_owner_between,
	.run = mm_owner_run,
	.check = mm_owner_check,
};
