/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID 1 of the guest: mounts what is needed, runs the benchmark programs in the
 * order of the plan, forwards status and samples, and ends the machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init-local.h"
#include "stints.h"
#include "system.h"

/*
 * Per-CPU memory has holes that the boot left, other ones in each kernel, and what
 * an operation takes costs more or less by what is free near by: if a piece comes
 * out of the largest hole of its block, the next largest is looked for, which is
 * up to 0.7% of a fork, in all forks of a boot or in none.
 *
 * Mounts take 8 bytes each.  Many fill the holes; then some go and leave small
 * ones, with larger ones behind them, so that small pieces never come out of the
 * largest.  They hang on descriptors and show nowhere.  Set-ups that make many
 * groups or tasks use these holes up: for them each perturbation has other ones, so
 * that it shows if a figure depends on them.
 */
#define MOUNTS 1700
#define FIRST_HOLE 700

/* Small holes of 64 bytes, and after each seventh a larger one. */
static bool is_hole(unsigned i)
{
	unsigned first = FIRST_HOLE + 29 * (stints_holes() % 8);
	unsigned end = MOUNTS - 20 * (stints_holes() % 8), size = 32;
	unsigned group = (i - first) / size, at = (i - first) % size;

	return i >= first && i < end &&
	       (at < 8 || (group % 8 == 7 && at >= 12));
}

static void tidy_percpu(void)
{
	const struct rlimit most = { MOUNTS + 64, MOUNTS + 64 };
	static int fds[MOUNTS];
	struct rlimit before;
	unsigned nr = 0;

	if (getrlimit(RLIMIT_NOFILE, &before) < 0 ||
	    setrlimit(RLIMIT_NOFILE, &most) < 0)
		system_bail_out("limit of descriptors: %s", strerror(errno));
	/* A kernel may allow fewer, or none: its holes stay as they are. */
	for (; nr < MOUNTS; nr++) {
		fds[nr] = syscall(SYS_open_tree, AT_FDCWD, "/",
				  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (fds[nr] < 0)
			break;
	}
	for (unsigned i = 0; i < nr; i++)
		if (is_hole(i))
			close(fds[i]);
	setrlimit(RLIMIT_NOFILE, &before);
}

static void kill_rest(void)
{
	/* All but PID 1. */
	kill(-1, SIGKILL);
}

int main(void)
{
	const struct stints_how how = { .kill_rest = kill_rest };

	if (getpid() != 1 && getenv(INIT_LOCAL_ENV))
		return init_local();
	if (getpid() != 1) {
		fprintf(stderr, "init: runs as the guest's PID 1 only\n");
		return 2;
	}
	system_mount_all();
	system_set_limits();
	system_load_modules();
	stints_begin();
	tidy_percpu();
	stints_run(&how);
	stints_end();
	system_end();
}
