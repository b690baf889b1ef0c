/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A css_set stands for one combination of cgroups that some task is in.  A task
 * that moves needs the one of its new combination: found among those there are
 * (hit), or made (miss) and freed when the task leaves again.
 *
 * The hierarchy has no controller, so all css_sets agree in their controllers'
 * state.  A kernel that hashes them by that state alone has them in one chain,
 * newest first.  A hit here moves between the two oldest: what long-running
 * services have, whose cgroups were there before all others.  It walks the
 * whole chain, as a miss does.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define HIERARCHY "name=cgmark"
#define SETS_MAX 30000

/*
 * Descriptors of the files `tasks`: a write of "0" there moves one thread and
 * does without the threadgroup rwsem, whose cost is attach/self's to tell.
 */
static const char *const hit_name[2] = { "0", "1" };
static const char *const miss_name[2] = { "miss-a", "miss-b" };
static int hit_fd[2], miss_fd[2];
static struct cg base;

static const char *const *names;
static const int *fds;
static unsigned tasks_want;
static uint64_t moves;

#ifdef __x86_64__
/*
 * A thread that holds its css_set and does nothing else.  It lives in these
 * few instructions and touches no memory, so it needs no stack, and thousands
 * of them cost no more than the kernel's part.  SIGKILL to the process ends
 * them all.
 */
static long spawn_holder(void)
{
	const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES |
				    CLONE_SIGHAND | CLONE_THREAD |
				    CLONE_SYSVSEM;
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 2f\n"
			 "1:\n\t"
			 "mov %[pause], %%eax\n\t"
			 "syscall\n\t"
			 "jmp 1b\n"
			 "2:"
			 : "=a"(ret)
			 : "a"(SYS_clone), "D"(flags), "S"(0L), "d"(0L),
			   "r"(r10), "r"(r8), [pause] "i"(SYS_pause)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}
#else
static long spawn_holder(void)
{
	long pid = fork();

	while (pid == 0)
		pause();
	return pid < 0 ? -errno : pid;
}
#endif

static int move_by(int fd)
{
	return write(fd, "0", 1) == 1 ? 0 : -errno;
}

/* Make a cgroup and return its open file `tasks`. */
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

/* The caller goes there and leaves a holder behind. */
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
	pid = spawn_holder();
	if (pid == -EAGAIN || pid == -ENOMEM)
		return ctx_skip(ctx, "no more than %u tasks here: %s", i,
				strerror(-pid));
	return pid < 0 ? ctx_fail(ctx, pid, "make task %u: %s", i,
				  strerror(-pid))
		       : 0;
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
	r = ctx_hierarchy(ctx, "none," HIERARCHY, &base);
	for (unsigned i = 0; i < sets && r == 0; i++)
		r = make_set(ctx, i);
	for (int i = 0; i < 2 && r == 0; i++) {
		miss_fd[i] = make_cgroup(miss_name[i]);
		if (miss_fd[i] < 0)
			r = miss_fd[i];
	}
	/* Points start from here, apart from the cgroups that they move to. */
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
	/* Else no combination of the holders' could be that of the mover. */
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
	char path[512], text[256];
	unsigned tasks = 0;
	const char *last;
	ssize_t n;
	int r;

	r = cg_of_self(HIERARCHY, path, sizeof(path));
	if (r < 0)
		return r;
	last = strrchr(path, '/');
	if (!last || strcmp(last + 1, want))
		return ctx_fail(ctx, -EIO, "moved to '%s' but is in '%s'", want,
				path);
	snprintf(path, sizeof(path), "%s/tasks", want);
	n = cg_read(&base, path, text, sizeof(text));
	if (n < 0)
		return n;
	for (ssize_t i = 0; i < n; i++)
		tasks += text[i] == '\n';
	if (tasks != tasks_want)
		return ctx_fail(ctx, -EIO, "'%s' has %u tasks, not %u", want,
				tasks, tasks_want);
	return 0;
}

BENCH_DEFINE(css_set_lookup) = {
	.name = "css_set/lookup",
	.summary = "move a thread to a cgroup: its css_set is there, or is not",
	.version = 1,
	.kconfig = "CGROUPS",
	.params = PARAMS(PARAM("sets", "16,64,256,1024,4096"),
			 PARAM_VARIANT("op", "hit,miss")),
	.setup = css_set_setup,
	.begin = css_set_begin,
	.run = css_set_run,
	.check = css_set_check,
};
