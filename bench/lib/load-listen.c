/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "exit-listener.h"
#include "load-kind.h"

static struct exit_listener listener;

static int listen_setup(struct bench_ctx *ctx)
{
	struct exit_listener l;
	int r = exit_listener_open(&l);

	if (r == -ENOENT)
		return ctx_skip(ctx, "this kernel has no taskstats");
	if (r == 0)
		exit_listener_close(&l);
	return r;
}

static int listen_begin(void)
{
	return exit_listener_open(&listener);
}

static int listen_round(struct load_shared *shared)
{
	int r = exit_listener_wait(&listener);

	shared->done = listener.heard;
	shared->lost = listener.lost;
	return r;
}

const struct load load_listen = {
	.name = "listen",
	.unit = "messages",
	.setup = listen_setup,
	.begin = listen_begin,
	.round = listen_round,
};
