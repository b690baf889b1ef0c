/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-parallel.h"

#include <stdio.h>

#include "log.h"
#include "macro.h"
#include "process.h"

#define MOST_WORKERS 16

struct worker {
	size_t first, step, nr;
	int (*fn)(size_t i, void *arg);
	void *arg;
	pid_t pid;
	int pidfd;
};

static int work(void *arg)
{
	const struct worker *w = arg;
	int ret = 0;

	for (size_t i = w->first; i < w->nr; i += w->step)
		if (w->fn(i, w->arg) < 0)
			ret = 1;
	return ret;
}

static int wait_for(struct worker *w)
{
	int status, r = process_reap(w->pid, &status, NULL);

	close(w->pidfd);
	if (r < 0)
		return log_err_errno(-r, "cannot wait for a process");
	switch (process_exit_code(status)) {
	case 0:
		return 0;
	case 1:
		return -EIO; /* logged there */
	}
	log_err("a process that writes the site ended with status %d",
		process_exit_code(status));
	return -EIO;
}

int site_parallel(size_t nr, int (*fn)(size_t i, void *arg), void *arg)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t step = cpus < 1 ? 1 : (size_t)cpus, started;
	struct worker workers[MOST_WORKERS];
	int ret = 0;

	step = step > MOST_WORKERS ? MOST_WORKERS : step;
	step = step > nr ? nr : step;
	for (started = 0; started < step && ret == 0; started++) {
		struct worker *w = &workers[started];

		*w = (struct worker){ started, step, nr, fn, arg, -1, -1 };
		ret = process_start(
			&(struct process){ PROCESS_INIT, .fn = work, .arg = w },
			&w->pid, &w->pidfd);
		if (ret < 0) {
			log_err_errno(-ret, "cannot start a process");
			break;
		}
	}
	for (size_t i = 0; i < started; i++) {
		int r = wait_for(&workers[i]);

		ret = ret < 0 ? ret : r;
	}
	return ret;
}
