/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory is charged to the group of the task that owns it, mm->owner.  When
 * that task leaves, another one that uses the memory must become its owner, or
 * charges go to the root group.  All of this holds without the series, too,
 * which only finds the new owner sooner.
 */
#include <linux/userfaultfd.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "functest.h"

#define MIB (1024L * 1024)
#define TOUCH (8 * MIB)
/* Charges are batched, and other things are charged too, but little. */
#define MUCH (6 * MIB)
#define LITTLE (2 * MIB)
#define STACK (64 * 1024)
#define MAX_TASKS 16

/* A task that shares memory with others, and what it shall do. */
struct task {
	const char *dir;
	void (*fn)(struct task *t);
	int flags;	    /* of clone() */
	volatile pid_t tid; /* once it is in the group */
	volatile int touch;
	volatile int leave;
};

static struct task *tasks; /* shared with processes of other memory */
static volatile int *nr_failed_forks;

static void set_up(const char *options)
{
	must(mount_v1(H, options));
	make_tree(H);
	tasks = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(tasks != MAP_FAILED);
	nr_failed_forks = (void *)(tasks + MAX_TASKS);
}

static long usage(const char *dir)
{
	return must(number_in(str("%s/memory.usage_in_bytes", dir)));
}

static void touch(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	for (size_t i = 0; i < bytes; i += 4096)
		((volatile char *)p)[i] = 1;
}

void touch_and_wait(const char *bytes)
{
	touch(strtoul(bytes, NULL, 0));
	for (;;)
		pause();
}

/* Life of a task: touch memory and leave when told to. */
static void serve(struct task *t)
{
	must(attach_thread(t->dir, gettid()));
	t->tid = gettid();
	for (int touched = 0; !t->leave; msleep(1))
		if (touched < t->touch) {
			touch(TOUCH);
			touched++;
		}
	syscall(SYS_exit, 0);
}

static int task_main(void *arg)
{
	struct task *t = arg;

	(t->fn ? t->fn : serve)(t);
	return 0;
}

/* In the caller's memory; the caller must stay, or its stack is overwritten. */
static pid_t start(struct task *t, const char *dir, int flags)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(stack != MAP_FAILED);
	t->dir = dir;
	return sys(clone(task_main, stack + STACK, flags, t));
}

#define THREAD \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define SHARER (CLONE_VM | SIGCHLD)

static void start_there(struct task *t, const char *dir, int flags)
{
	must(start(t, dir, flags));
	while (!t->tid)
		msleep(1);
}

/* A process in a group, whose first task does fn. */
static pid_t process(const char *dir, void (*fn)(struct task *t))
{
	pid_t pid = must(sys(fork()));

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tasks[0].dir = dir;
		must(attach(dir, getpid()));
		fn(&tasks[0]);
		serve(&tasks[0]);
	}
	wait_for(tasks[0].tid);
	return pid;
}

/* What the task touches is charged to the group. */
static void check_charged(struct task *t, const char *dir)
{
	long before = usage(dir);

	t->touch++;
	wait_for(usage(dir) - before >= MUCH);
	check(usage(dir) - before < TOUCH + LITTLE);
}

static void leave(struct task *t)
{
	t->leave = 1;
	wait_for(state_of(t->tid) == 'Z' || state_of(t->tid) == 0);
}

static void check_empty(void)
{
	wait_for(count_tasks(H) == 0);
	for (size_t i = 1; i < ARRAY_SIZE(tree_dirs); i++)
		wait_for(usage(str(H "%s", tree_dirs[i])) < LITTLE);
}

/* --- threads --- */

static void with_threads(struct task *t)
{
	start_there(&t[1], H "/d", THREAD);
	start_there(&t[2], H "/a/b", THREAD);
	start_there(&t[3], H "/a/b/c", THREAD);
}

TEST(mm_owner, leader_exit, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_threads);
	/* The group of a single thread does not matter yet. */
	check_charged(&tasks[1], H "/a");
	leave(&tasks[0]);
	check_eq(state_of(pid), 'Z');
	check_charged(&tasks[1], H "/d");
	check_charged(&tasks[3], H "/d");
	leave(&tasks[1]);
	check_charged(&tasks[3], H "/a/b");
	leave(&tasks[2]);
	check_charged(&tasks[3], H "/a/b/c");
	leave(&tasks[3]);
	wait_exit(pid, 0);
	check_empty();
}

/* Threads that do not own the memory leave first. */
TEST(mm_owner, threads_exit, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_threads);
	for (int i = 1; i <= 3; i++) {
		leave(&tasks[i]);
		check_charged(&tasks[0], H "/a");
	}
	leave(&tasks[0]);
	wait_exit(pid, 0);
	check_empty();
}

static void exec_touch(struct task *t)
{
	static char words[][8] = { "init", "touch", "8388608" };
	char *const argv[] = { words[0], words[1], words[2], NULL };

	must(attach_thread(t->dir, gettid()));
	t->tid = gettid();
	while (!t->touch)
		msleep(1);
	execv("/init", argv);
	fail("no exec: %s", strerror(errno));
}

static void with_exec_thread(struct task *t)
{
	t[1].fn = exec_touch;
	with_threads(t);
}

/* The old memory goes, the new one is charged to the group of the thread. */
static void check_exec(void)
{
	tasks[1].touch = 1;
	wait_for(count_tasks(H) == 1);
	wait_for(usage(H "/a") < LITTLE);
	wait_for(usage(H "/d") >= MUCH);
	check(usage(H "/d") < TOUCH + LITTLE);
}

/* The thread becomes the leader, and stays in its group. */
TEST(mm_owner, exec_by_thread, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_exec_thread);
	check_charged(&tasks[0], H "/a");
	check_exec();
	stop(pid);
	check_empty();
}

TEST(mm_owner, exec_by_thread_without_leader, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_exec_thread);
	check_charged(&tasks[0], H "/a");
	leave(&tasks[0]);
	check_charged(&tasks[3], H "/d");
	check_exec();
	stop(pid);
	check_empty();
}

/* --- processes that share memory --- */

static void with_sharers(struct task *t)
{
	start_there(&t[1], H "/d", SHARER);
	start_there(&t[2], H "/a/b", SHARER);
}

TEST(mm_owner, sharer, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_sharers);
	check_charged(&tasks[2], H "/a");
	leave(&tasks[0]);
	wait_exit(pid, 0);
	check_charged(&tasks[2], H "/d");
	leave(&tasks[1]);
	check_charged(&tasks[2], H "/a/b");
	leave(&tasks[2]);
	check_empty();
}

static void exit_with_sharer(struct task *t)
{
	must(attach_thread(t->dir, gettid()));
	start_there(&t[1], H "/d", SHARER);
	t->tid = gettid();
	syscall(SYS_exit, 0);
}

/* Neither child nor sibling of the owner. */
static void with_distant_sharer(struct task *t)
{
	t[2].fn = exit_with_sharer;
	start_there(&t[2], H "/a/b", SHARER);
	wait_exit(t[2].tid, 0);
	/* It started the sharer as its successor, t[3]. */
	while (!t[3].tid)
		msleep(1);
}

TEST(mm_owner, distant_sharer, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_distant_sharer);
	check_charged(&tasks[3], H "/a");
	stop(pid);
	check_charged(&tasks[3], H "/d");
	leave(&tasks[3]);
	check_empty();
}

static void with_vfork(struct task *t)
{
	if (vfork() == 0) {
		t[1].dir = H "/d";
		t->tid = 1;
		serve(&t[1]);
	}
	syscall(SYS_exit, 0);
}

/* The parent of a vfork() can be killed while its child has its memory. */
TEST(mm_owner, vfork_kill, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_vfork);
	wait_for(tasks[1].tid);
	check_charged(&tasks[1], H "/a");
	stop(pid);
	check_charged(&tasks[1], H "/d");
	leave(&tasks[1]);
	check_empty();
}

static void with_vfork_exec(struct task *t)
{
	if (vfork() == 0) {
		t[1].dir = H "/d";
		t->tid = 1;
		exec_touch(&t[1]);
	}
	serve(t);
}

TEST(mm_owner, vfork_exec, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_vfork_exec);
	wait_for(tasks[1].tid);
	check_charged(&tasks[1], H "/d");
	/* The parent goes on, and owns its memory as before. */
	wait_for(tasks[0].tid == pid);
	check_charged(&tasks[0], H "/a");
	stop(pid);
	stop(tasks[1].tid);
	check_empty();
}

/* Only the owner takes charges along. */
TEST(mm_owner, move_charge, NULL)
{
	pid_t pid;

	set_up("memory,name=t");
	pid = process(H "/a", with_sharers);
	/* Not earlier: pages shared with PID 1 would stay in the group. */
	must(put(H "/a/memory.move_charge_at_immigrate", "1"));
	must(put(H "/d/memory.move_charge_at_immigrate", "1"));
	check_charged(&tasks[0], H "/a");
	must(attach(H "/a", tasks[1].tid));
	must(attach(H "/d", tasks[1].tid));
	check(usage(H "/a") >= MUCH);
	check(usage(H "/d") < LITTLE);
	must(attach(H "/d", pid));
	check(usage(H "/a") < LITTLE);
	check(usage(H "/d") >= MUCH);
	leave(&tasks[0]);
	wait_exit(pid, 0);
	/* Now the sharer is the owner: the first to start is found first. */
	must(attach(H "/a", tasks[1].tid));
	check(usage(H "/a") >= MUCH);
	check(usage(H "/d") < LITTLE);
	check_charged(&tasks[2], H "/a");
	leave(&tasks[2]);
	leave(&tasks[1]);
	check_empty();
}

/* --- references without a task --- */

struct held {
	int uffd;
	char *page;
};

static struct held *held;

/* The next access to the page has to wait. */
static void with_missing_page(struct task *t)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	touch(TOUCH);
	held->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(held->page != MAP_FAILED);
	reg.range.start = (uintptr_t)held->page;
	reg.range.len = 4096;
	held->uffd = must(sys(syscall(SYS_userfaultfd, O_CLOEXEC)));
	must(sys(ioctl(held->uffd, UFFDIO_API, &api)));
	must(sys(ioctl(held->uffd, UFFDIO_REGISTER, &reg)));
}

static int hold_main(void *arg)
{
	tasks[0].dir = H "/a";
	must(attach(H "/a", getpid()));
	with_missing_page(&tasks[0]);
	serve(&tasks[0]);
	return 0;
}

/* Shares our descriptors, but not our memory. */
static pid_t start_holder(void)
{
	pid_t pid;

	held = (void *)(tasks + MAX_TASKS + 1);
	pid = must(sys(syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0)));
	if (pid == 0) {
		hold_main(NULL);
		_exit(1);
	}
	wait_for(tasks[0].tid);
	return pid;
}

static pid_t start_reader(pid_t target)
{
	pid_t pid = must(sys(fork()));
	char c = 0;

	if (pid == 0) {
		struct iovec here = { &c, 1 }, there = { held->page, 1 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (process_vm_readv(target, &here, 1, &there, 1, 0) != 1)
			_exit(1);
		_exit(c);
	}
	return pid;
}

static bool page_is_wanted(void)
{
	struct uffd_msg msg;

	return read(held->uffd, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT;
}

/* Its only task exits while somebody has a reference to the memory. */
static pid_t exit_with_reader(void)
{
	pid_t pid, reader;

	set_up("memory,name=t");
	pid = start_holder();
	reader = start_reader(pid);
	check(page_is_wanted());
	leave(&tasks[0]);
	reap(pid);
	check(usage(H "/a") >= MUCH);
	check_eq(count_tasks(H), 0);
	return reader;
}

TEST(mm_owner, reader, NULL)
{
	static char page[4096] __attribute__((aligned(4096))) = { 42 };
	struct uffdio_copy copy = { .len = 4096 };
	pid_t reader = exit_with_reader();

	copy.src = (uintptr_t)page;
	copy.dst = (uintptr_t)held->page;
	must(sys(ioctl(held->uffd, UFFDIO_COPY, &copy)));
	wait_exit(reader, 42);
	close(held->uffd);
	check_empty();
}

TEST(mm_owner, reader_killed, NULL)
{
	stop(exit_with_reader());
	close(held->uffd);
	check_empty();
}

/* --- numbers that have to be right --- */

#define FAILED_FORKS 100 /* of each kind */

static void fail_to_fork(struct task *t)
{
	with_threads(t);
	must(put(H "/a/pids.max", "0"));
	for (unsigned i = 0; i < scaled(FAILED_FORKS); i++) {
		pid_t pid = i & 1 ? start(&t[9], t->dir, SHARER)
				  : start(&t[9], t->dir, THREAD);

		*nr_failed_forks += pid == -EAGAIN;
		pid = vfork();
		if (pid == 0)
			_exit(0);
		*nr_failed_forks += pid < 0;
		pid = fork();
		if (pid == 0)
			_exit(0);
		*nr_failed_forks += pid < 0;
	}
}

/* Forks that failed do not count. */
TEST(mm_owner, failed_forks, NULL)
{
	pid_t pid;

	set_up("memory,pids,name=t");
	must(put(H "/a/pids.max", "4"));
	pid = process(H "/a", fail_to_fork);
	check_eq(*nr_failed_forks, 3 * scaled(FAILED_FORKS));
	check_charged(&tasks[0], H "/a");
	leave(&tasks[0]);
	check_charged(&tasks[2], H "/d");
	leave(&tasks[1]);
	check_charged(&tasks[2], H "/a/b");
	leave(&tasks[2]);
	check_charged(&tasks[3], H "/a/b/c");
	leave(&tasks[3]);
	wait_exit(pid, 0);
	check_empty();
}

/* --- all at once --- */

#define WORKERS 5
#define ROUNDS 3

struct place {
	char top[64], first[64], last[64]; /* groups of one worker */
};

static void with_many(struct task *t)
{
	for (int i = 1; t[i].dir; i++)
		start_there(&t[i], t[i].dir, t[i].flags);
}

/* All but one leave at the same time, while they are being moved. */
static void storm_round(const struct place *p, struct rng *r)
{
	int nr = 2 + rng_below(r, 6), last = rng_below(r, nr);
	pid_t pid;

	memset(tasks, 0, sizeof(*tasks) * MAX_TASKS);
	for (int i = 0; i < nr; i++) {
		tasks[i].dir = i == last ? p->last : p->first;
		tasks[i].flags = rng_below(r, 2) ? THREAD : SHARER;
	}
	wait_for(usage(p->last) < LITTLE);
	pid = process(tasks[0].dir, with_many);
	for (int i = 0; i < nr; i++)
		if (i != last)
			tasks[i].leave = 1;
	/* It may be gone. */
	if (last)
		attach(p->top, pid);
	for (int i = 0; i < nr; i++)
		if (i != last)
			leave(&tasks[i]);
	if (last)
		attach_thread(p->last, tasks[last].tid);
	check_charged(&tasks[last], p->last);
	leave(&tasks[last]);
	reap(pid);
}

static void storm_worker(int nr)
{
	struct place p;
	struct rng r;

	rng_seed(&r, option_nr("seed", 1) + nr);
	tasks = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(tasks != MAP_FAILED);
	snprintf(p.top, sizeof(p.top), H "/w%d", nr);
	snprintf(p.first, sizeof(p.first), H "/w%d/first", nr);
	snprintf(p.last, sizeof(p.last), H "/w%d/last", nr);
	group(p.top);
	group(p.first);
	group(p.last);
	for (unsigned i = 0; i < scaled(ROUNDS); i++)
		storm_round(&p, &r);
	wait_for(usage(p.top) < LITTLE);
}

TEST(mm_owner, storm, NULL)
{
	pid_t pids[WORKERS];
	struct storm forks;

	set_up("memory,pids,name=t");
	forks = storm_start(H "/d", 8);
	for (int i = 0; i < WORKERS; i++) {
		pids[i] = must(sys(fork()));
		if (pids[i])
			continue;
		storm_worker(i);
		_exit(0);
	}
	for (int i = 0; i < WORKERS; i++)
		wait_exit(pids[i], 0);
	storm_stop(&forks);
	check_empty();
}
