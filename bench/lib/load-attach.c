/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "load-kind.h"

#define MOVES 16
#define PERIOD_NS 1000000L

static struct cg pair[2] = { CG_NONE, CG_NONE };
static int pair_fd[2];

static int attach_setup(struct bench_ctx *ctx)
{
	int r = cg_create(ctx_subtree(ctx), "load-a", &pair[0]);

	return r ? r : cg_create(ctx_subtree(ctx), "load-b", &pair[1]);
}

static int attach_begin(void)
{
	for (int i = 0; i < 2; i++) {
		pair_fd[i] = cg_open_file(&pair[i], "cgroup.procs", O_WRONLY);
		if (pair_fd[i] < 0)
			return pair_fd[i];
	}
	return 0;
}

static int attach_round(struct load_shared *shared)
{
	for (int i = 0; i < MOVES; i++)
		if (write(pair_fd[i & 1], "0", 1) != 1)
			return -errno;
	shared->done += MOVES;
	return 0;
}

const struct load load_attach = {
	.name = "attach",
	.unit = "moves",
	.period_ns = PERIOD_NS,
	.setup = attach_setup,
	.begin = attach_begin,
	.round = attach_round,
};
