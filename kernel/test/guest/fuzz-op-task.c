/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes: those that last, one a slot, and those that come and go. */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "fuzz.h"

/* Where a new process goes first; it copies the text by being forked. */
static const char *home;

static void enter(const char *dir)
{
	if (dir)
		put(str("%s/cgroup.procs", dir), "0");
}

static void start(void *arg)
{
	const struct life *life = arg;

	enter(home);
	life->fn();
	for (;;)
		pause();
}

static int do_spawn(const uint32_t *a)
{
	pid_t *slot = &shared->workers[me].slots[a[0]];
	const struct life *life = &lives[a[3] % nr_lives];
	int pid;

	if (*slot)
		end_child(*slot);
	*slot = 0;
	home = group_path(a[1], a[2]);
	pid = start_child();
	if (pid == 0)
		start((void *)(uintptr_t)life);
	if (pid < 0)
		return pid;
	*slot = pid;
	shared->workers[me].busy[a[0]] = life->busy ? pid : 0;
	/* Let it get somewhere. */
	msleep(2);
	return 0;
}

OP(spawn) = {
	.name = "spawn",
	.fn = do_spawn,
	.args = { ARG_SLOT, ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 14, 14 },
	.then = "attach,thread,kill,write,signal,inherit",
};

static pid_t any_slot(uint32_t slot, uint32_t n)
{
	/* Those of the other worker, too. */
	return shared->workers[n % 4 ? me : ROOT + USER - me].slots[slot];
}

/* Not reaped before the slot is used again: a zombie. */
static int do_kill(const uint32_t *a)
{
	static const int signals[] = { SIGKILL, SIGKILL, SIGSTOP, SIGCONT,
				       SIGTERM };
	pid_t pid = any_slot(a[0], a[1]);

	if (!pid)
		return -ESRCH;
	return sys(kill(pid, signals[a[1] / 4 % ARRAY_SIZE(signals)]));
}

OP(kill) = {
	.name = "kill",
	.fn = do_kill,
	.args = { ARG_SLOT, ARG_N },
	.weight = { 5, 5 },
	.then = "rmdir,split,remount,reap,merge,untree",
};

static int do_reap(const uint32_t *a)
{
	pid_t *slot = &shared->workers[me].slots[a[0]];

	if (!*slot)
		return -ESRCH;
	end_child(*slot);
	*slot = 0;
	return 0;
}

OP(reap) = {
	.name = "reap",
	.fn = do_reap,
	.args = { ARG_SLOT },
	.weight = { 5, 5 },
	.then = "rmdir,untree,split,merge",
};

static int do_attach(const uint32_t *a)
{
	const char *path = group_path(a[0], a[1]);
	pid_t pid = any_slot(a[2], a[3]);

	if (!path)
		return -ENODEV;
	return pid ? attach(path, pid) : -ESRCH;
}

OP(attach) = {
	.name = "attach",
	.fn = do_attach,
	.args = { ARG_TOP, ARG_DIR, ARG_SLOT, ARG_N },
	.weight = { 60, 60 },
	.then = "thread,attach,split,merge,remount,signal,kill",
};

/* All to the root, so that groups are empty and can be removed. */
int evict_all(uint32_t top_nr)
{
	const char *top = top_path(top_nr);
	int r = -ESRCH;

	if (!top)
		return -ENODEV;
	for (unsigned i = 0; i < NR_WORKERS * NR_SLOTS; i++) {
		pid_t pid = shared->workers[i / NR_SLOTS].slots[i % NR_SLOTS];

		if (pid)
			r = attach(top, pid);
	}
	return r;
}

static int do_evict(const uint32_t *a)
{
	return evict_all(a[0]);
}

OP(evict) = {
	.name = "evict",
	.fn = do_evict,
	.args = { ARG_TOP },
	.weight = { 8, 2 },
	.then = "untree,untree,rmdir",
};

/* One thread of a process. */
static int do_thread(const uint32_t *a)
{
	const char *path = group_path(a[0], a[1]);
	pid_t tids[4], pid = any_slot(a[2], a[3]);
	unsigned nr;

	if (!path)
		return -ENODEV;
	nr = pid ? threads_of(pid, tids, ARRAY_SIZE(tids)) : 0;
	if (!nr)
		return -ESRCH;
	if (a[0] == NR_MOUNTS)
		return put(str("%s/cgroup.threads", path),
			   str("%d", tids[a[3] / 4 % nr]));
	return attach_thread(path, tids[a[3] / 4 % nr]);
}

OP(thread) = {
	.name = "thread",
	.fn = do_thread,
	.args = { ARG_TOP, ARG_DIR, ARG_SLOT, ARG_N },
	.weight = { 60, 60 },
	.then = "thread,attach,split,merge,remount,signal,kill",
};

static int do_signal(const uint32_t *a)
{
	static const char *const signals[] = {
		"0", "0", "10", "9", "18", "34"
	};
	const char *path = group_path(a[0], a[1]);

	if (!path)
		return -ENODEV;
	/* The unprivileged worker can be there. */
	if (a[0] == NR_MOUNTS)
		return -EPERM;
	return put(str("%s/signal.send", path),
		   signals[a[2] % ARRAY_SIZE(signals)]);
}

OP(signal) = {
	.name = "signal",
	.fn = do_signal,
	.args = { ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 10, 10 },
	.then = "rmdir,split,reap",
};

static void fork_some(void *arg)
{
	const unsigned *nr = arg;

	enter(home);
	for (unsigned i = 0; i < *nr; i++)
		if (fork() == 0)
			_exit(0);
	/* Half of them are left to PID 1. */
	for (unsigned i = 0; i < *nr / 2; i++)
		waitpid(-1, NULL, 0);
}

static int do_fork(const uint32_t *a)
{
	unsigned nr = 1 + a[2] % 8;

	home = group_path(a[0], a[1]);
	return home ? with_child(fork_some, &nr) : -ENODEV;
}

OP(fork) = {
	.name = "fork",
	.fn = do_fork,
	.args = { ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 8, 8 },
	.then = "rmdir,signal,split",
};

static int do_pause(const uint32_t *a)
{
	static const unsigned ms[] = { 0, 1, 1, 5, 5, 20, 20, 100 };

	/* The OOM killer's victims are freed after two seconds. */
	msleep(a[0] == 63 ? 2100 : ms[a[0] % ARRAY_SIZE(ms)]);
	return 0;
}

OP(pause) = {
	.name = "pause",
	.fn = do_pause,
	.args = { ARG_N },
	.weight = { 2, 1 },
};
