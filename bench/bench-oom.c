/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handling memory shortage in userspace.
 *
 * oom/notify: a job takes one page too many; measured until the handler, which
 * sleeps in poll(2), runs.  Both ways share the path there: the job wakes up,
 * and the kernel tries to reclaim.
 *
 * oom/handle: the same, and the handler kills another process; measured until
 * the job has all its memory.  The job takes it by page faults, by a read(2)
 * into fresh memory, or by writing to a file in tmpfs (how=).
 *
 *   way=new       poll oom.await
 *   way=mainline  the eventfd of memory.oom_control, with the OOM killer
 *                 disabled
 *
 * The limit is the usage of the group while the job is idle, so that the first
 * page beyond what the CPU has charged in advance is one too many.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PAGE 4096
/* More than a CPU charges in advance. */
#define JOB_BYTES (256 * PAGE)
/* The other process has more than the job needs. */
#define VICTIM_BYTES (2 * JOB_BYTES)
#define EVENT_MS 20000
#define DELAY_MS "60000"
#define LIMIT "memory.limit_in_bytes"

static struct cg group;
static bool new_way;
static int event_fd; /* to poll */
static int job_cmd, job_reply;
static pid_t victim = -1;
static bool with_victim;
static uint64_t nr_events;
/* shared with the job, so as not to be charged to it while it is timed */
static char *source;

static char *fresh;
static int file_fd;
static int (*take)(void);
static const char *how;

/* --- the job --- */

static int take_fault(void)
{
	for (size_t i = 0; i < JOB_BYTES; i += PAGE)
		fresh[i] = 1;
	return 0;
}

static int take_read(void)
{
	ssize_t n = pread(file_fd, fresh, JOB_BYTES, 0);

	if (n < 0)
		return -errno;
	return n == JOB_BYTES ? 0 : -ENODATA;
}

static int take_tmpfs(void)
{
	ssize_t n = pwrite(file_fd, source, JOB_BYTES, 0);

	if (n < 0)
		return -errno;
	return n == JOB_BYTES ? 0 : -ENOSPC;
}

/* Make the memory fresh again, but keep the page tables. */
static int give_back(void)
{
	if (take == take_tmpfs)
		return ftruncate(file_fd, 0) < 0 ? -errno : 0;
	return madvise(fresh, JOB_BYTES, MADV_DONTNEED) < 0 ? -errno : 0;
}

static void job_main(int cmd, int reply)
{
	char c;

	while (read(cmd, &c, 1) == 1) {
		int r = c == 't' ? take() : give_back();

		if (write(reply, &r, sizeof(r)) != sizeof(r))
			break;
	}
	_exit(0);
}

static int start_job(void)
{
	int cmd[2], reply[2], r;
	pid_t pid;

	if (pipe2(cmd, O_CLOEXEC) < 0 || pipe2(reply, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(cmd[1]);
		close(reply[0]);
		close(event_fd);
		if (cg_attach(&group, 0) < 0)
			_exit(1);
		close(group.fd);
		job_main(cmd[0], reply[1]);
	}
	close(cmd[0]);
	close(reply[1]);
	job_cmd = cmd[1];
	job_reply = reply[0];
	/* The first time allocates page tables and the like. */
	for (int i = 0; i < 2; i++) {
		if (write(job_cmd, i ? "g" : "t", 1) != 1 ||
		    read(job_reply, &r, sizeof(r)) != sizeof(r))
			return -EIO;
		if (r)
			return r;
	}
	return 0;
}

/* --- the other process --- */

static int start_victim(void)
{
	char *p, c;
	int ready[2];
	ssize_t n;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -errno;
	victim = fork();
	if (victim < 0)
		return -errno;
	if (victim == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (cg_attach(&group, 0) < 0)
			_exit(1);
		close(group.fd);
		close(event_fd);
		p = mmap(NULL, VICTIM_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (p == MAP_FAILED || write(ready[1], "x", 1) != 1)
			_exit(1);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	n = read(ready[0], &c, 1);
	close(ready[0]);
	return n == 1 ? 0 : -EIO;
}

static int reap_victim(struct bench_ctx *ctx)
{
	int status;
	pid_t pid = victim;

	victim = -1;
	if (pid < 0)
		return 0;
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	if (!WIFSIGNALED(status))
		return ctx_fail(ctx, -EIO, "the process to kill ended with %d",
				status);
	return 0;
}

/* --- events --- */

static int listen_new(struct bench_ctx *ctx)
{
	event_fd = cg_open_file(&group, "oom.await", O_RDONLY);
	if (event_fd == -ENOENT)
		return ctx_skip(ctx, "this kernel has no oom.await");
	if (event_fd < 0)
		return event_fd;
	return cg_write(&group, "oom.delay_ms", DELAY_MS);
}

static int listen_mainline(struct bench_ctx *ctx)
{
	int control = cg_open_file(&group, "memory.oom_control", O_RDONLY);
	char text[64];
	int r;

	if (control < 0)
		return control;
	event_fd = eventfd(0, EFD_CLOEXEC);
	if (event_fd < 0)
		return -errno;
	snprintf(text, sizeof(text), "%d %d", event_fd, control);
	r = cg_write(&group, "cgroup.event_control", text);
	close(control);
	return r ? r : cg_write(&group, "memory.oom_control", "1");
}

/* With the new way, reading the file tells which event it was. */
static int take_event(void)
{
	char text[256];
	ssize_t n;

	nr_events++;
	if (new_way)
		n = pread(event_fd, text, sizeof(text), 0);
	else
		n = read(event_fd, text, 8);
	return n < 0 ? -errno : 0;
}

/* 1: an event; 0: the job ended without one. */
static int wait_event(void)
{
	struct pollfd pfd[2] = {
		{ .fd = event_fd, .events = new_way ? POLLPRI : POLLIN },
		{ .fd = job_reply, .events = POLLIN },
	};
	int n = poll(pfd, 2, EVENT_MS);

	if (n <= 0)
		return n < 0 ? -errno : -ETIMEDOUT;
	return pfd[0].revents != 0;
}

static int ask_job(const char *what)
{
	return write(job_cmd, what, 1) == 1 ? 0 : -errno;
}

static int job_result(void)
{
	int r;

	return read(job_reply, &r, sizeof(r)) == sizeof(r) ? r : -EIO;
}

/* --- operations --- */

static int set_limit(const char *text)
{
	return cg_write(&group, LIMIT, text);
}

/* If the limit is refused, charges made in advance are returned. */
static int tighten(void)
{
	char text[32];
	int r = -EBUSY;

	for (int i = 0; i < 100 && r == -EBUSY; i++) {
		ssize_t n;

		set_limit("4096");
		n = cg_read(&group, "memory.usage_in_bytes", text,
			    sizeof(text));
		if (n < 0)
			return n;
		r = set_limit(text);
	}
	return r;
}

/* Restore the state before the operation. */
static int restore(struct bench_ctx *ctx)
{
	int r = reap_victim(ctx);

	if (r == 0)
		r = set_limit("-1");
	if (r == 0)
		r = ask_job("g");
	if (r == 0)
		r = job_result();
	if (r == 0 && with_victim)
		r = start_victim();
	return r ? r : tighten();
}

static int one_event(struct bench_ctx *ctx)
{
	int r = ask_job("t");

	if (r == 0)
		r = wait_event();
	if (r < 0)
		return ctx_fail(ctx, r, "no event: %s", strerror(-r));
	if (r == 0) {
		r = job_result();
		if (new_way || r == 0)
			return ctx_fail(ctx, -EIO, "the job did not wait: %d",
					r);
		return ctx_skip(
			ctx,
			"with memory.oom_control, the job's %s is "
			"cut short: %s",
			how, r == -EFAULT ? "EFAULT" : "less than asked for");
	}
	return 0;
}

static int notify_op(struct bench_ctx *ctx)
{
	return one_event(ctx);
}

/* Let the job take the rest, untimed. */
static int notify_finish(struct bench_ctx *ctx)
{
	int r = take_event();

	if (r == 0)
		r = set_limit("-1");
	return r ? r : job_result();
}

static int handle_op(struct bench_ctx *ctx)
{
	int r = one_event(ctx);

	if (r)
		return r;
	if (kill(victim, SIGKILL) < 0)
		return -errno;
	return job_result();
}

static int handle_finish(struct bench_ctx *ctx)
{
	return take_event();
}

static int (*op)(struct bench_ctx *ctx);
static int (*finish)(struct bench_ctx *ctx);
static bool unfinished;

static int oom_between(struct bench_ctx *ctx)
{
	int r = unfinished ? finish(ctx) : 0;

	unfinished = false;
	return r ? r : restore(ctx);
}

static int oom_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++) {
		if (i)
			r = oom_between(ctx);
		if (r == 0)
			r = op(ctx);
		unfinished = r == 0;
	}
	return r;
}

/* Does it work at all?  To find out, do it once. */
static int oom_begin(struct bench_ctx *ctx)
{
	int r = start_job();

	ctx_may_idle(ctx);
	if (r == 0)
		r = oom_between(ctx);
	return r ? r : oom_run(ctx, 1);
}

static long number_in(const char *file, const char *key)
{
	char text[512], *p;

	if (cg_read(&group, file, text, sizeof(text)) < 0)
		return -1;
	p = strstr(text, key);
	return p ? strtol(p + strlen(key), NULL, 10) : -1;
}

/* Each operation raised one event, and none was left to the kernel. */
static int oom_check(struct bench_ctx *ctx)
{
	int r = unfinished ? finish(ctx) : 0;

	unfinished = false;
	if (r)
		return r;
	if (number_in("memory.oom_control", "oom_kill ") != 0)
		return ctx_fail(ctx, -EIO, "the OOM killer was there");
	if (new_way && number_in("oom.stat", "expired ") != 0)
		return ctx_fail(ctx, -EIO, "a deadline has passed");
	if (new_way && number_in("oom.stat", "oom ") < (long)nr_events)
		return ctx_fail(ctx, -EIO, "%ld events, not %lu",
				number_in("oom.stat", "oom "),
				(unsigned long)nr_events);
	return 0;
}

static int get_memory(void)
{
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	fresh = mmap(NULL, JOB_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	source = mmap(NULL, JOB_BYTES, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (zero < 0 || fresh == MAP_FAILED || source == MAP_FAILED)
		return -errno;
	if (take == take_read) {
		file_fd = zero;
		return 0;
	}
	close(zero);
	if (take == take_tmpfs) {
		/* The kernel's own tmpfs, mounted or not. */
		file_fd = memfd_create("bench-oom", MFD_CLOEXEC);
		if (file_fd < 0)
			return -errno;
	}
	return 0;
}

static int oom_setup(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");
	int r;

	new_way = !strcmp(way, "new");
	if (!new_way && strcmp(way, "mainline"))
		return ctx_bad_param(ctx, "way");
	r = get_memory();
	if (r)
		return r;
	r = ctx_hierarchy_of(ctx, new_way ? "memory+oom" : "memory", &group);
	if (r)
		return r;
	return new_way ? listen_new(ctx) : listen_mainline(ctx);
}

static int notify_setup(struct bench_ctx *ctx)
{
	op = notify_op;
	finish = notify_finish;
	how = "page fault";
	take = take_fault;
	return oom_setup(ctx);
}

static int handle_setup(struct bench_ctx *ctx)
{
	const char *value = ctx_param(ctx, "how");

	op = handle_op;
	finish = handle_finish;
	with_victim = true;
	if (!strcmp(value, "fault")) {
		how = "page fault";
		take = take_fault;
	} else if (!strcmp(value, "read")) {
		how = "read(2)";
		take = take_read;
	} else if (!strcmp(value, "tmpfs")) {
		how = "write(2) to tmpfs";
		take = take_tmpfs;
	} else {
		return ctx_bad_param(ctx, "how");
	}
	return oom_setup(ctx);
}

BENCH_DEFINE(oom_notify) = {
	.name = "oom/notify",
	.summary = "a group runs out of memory, until its handler is told",
	.version = 1,
	.kconfig = "CGROUPS MEMCG MEMCG_V1",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.first = FIRST_ALL,
	.params = PARAMS(PARAM("way", "mainline,new")),
	.setup = notify_setup,
	.begin = oom_begin,
	.run = oom_run,
	.between = oom_between,
	.check = oom_check,
};

BENCH_DEFINE(oom_handle) = {
	.name = "oom/handle",
	.summary =
		"a group runs out of memory: a handler kills one, others go on",
	.version = 1,
	.kconfig = "CGROUPS MEMCG MEMCG_V1",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.first = FIRST_ALL,
	.params = PARAMS(PARAM("way", "mainline,new"),
			 PARAM("how", "fault,read,tmpfs")),
	.setup = handle_setup,
	.begin = oom_begin,
	.run = oom_run,
	.between = oom_between,
	.check = oom_check,
};
