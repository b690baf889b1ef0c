/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attach-pair.h"
#include "cg-tree.h"
#include "dynmods.h"
#include "idle-procs.h"

#define FAR_LEVELS 3
#define THREADS_MAX 10000

static const char *const pair_name[2] = { "a", "b" };

static struct cg pair[2] = { CG_NONE, CG_NONE };
static struct cg domain = CG_NONE; /* the threaded domain, on v2 */
static int pair_fd[2];
static uint64_t moves;
static char who[16] = "0";
static size_t who_len = 1;
static const struct load *load;
static pid_t moved;
static uint64_t moved_tasks;
static struct timespec pace;
static bool paced;

/* --- a place --- */

/* Only a cgroup without processes can have threaded children. */
static int base_v2(struct bench_ctx *ctx, bool threads, struct cg *ret)
{
	int r = ctx_controllers(ctx, ctx_param(ctx, "controllers"));

	if (r)
		return r;
	*ret = *ctx_subtree(ctx);
	return threads ? cg_create(ctx_subtree(ctx), "threads", ret) : 0;
}

int attach_base(struct bench_ctx *ctx, bool threads, struct cg *ret)
{
	uint64_t version;
	int r = ctx_param_u64(ctx, "version", &version);

	if (r)
		return r;
	if (version != 1 && version != 2)
		return ctx_bad_param(ctx, "version");
	r = dynmods_setup(ctx);
	if (r == 0)
		r = ctx_rcu(ctx);
	if (r)
		return r;
	if (version == 2)
		return base_v2(ctx, threads, ret);
	return ctx_hierarchy_of(ctx, ctx_param(ctx, "controllers"), ret);
}

const char *attach_hierarchy(const struct bench_ctx *ctx)
{
	return *ctx_param(ctx, "version") == '2' ? "" : CTX_HIERARCHY;
}

/* --- the pair --- */

static const char *file_of(const struct cg *cg, enum attach_how how)
{
	if (how != ATTACH_THREAD)
		return "cgroup.procs";
	return cg->version == 1 ? "tasks" : "cgroup.threads";
}

static int make_far(const struct cg *base, struct cg *ret)
{
	struct cg top, at;
	int r = cg_tree_child(base, "far", &top);

	if (r == 0)
		r = cg_tree_chain(&top, FAR_LEVELS - 1, &at);
	if (r == 0)
		r = cg_tree_enable(&at);
	return r < 0 ? r : cg_create(&at, pair_name[1], ret);
}

static int make_one(const struct cg *base, int i, enum attach_how how)
{
	int r;

	if (how == ATTACH_FAR && i == 1)
		r = make_far(base, &pair[i]);
	else
		r = cg_create(base, pair_name[i], &pair[i]);
	if (r == 0 && how == ATTACH_THREAD && base->version == 2)
		r = cg_write(&pair[i], "cgroup.type", "threaded");
	if (r == 0)
		r = cg_open_file(&pair[i], file_of(&pair[i], how), O_WRONLY);
	if (r < 0)
		return r;
	pair_fd[i] = r;
	return 0;
}

int attach_setup_pair(struct bench_ctx *ctx, enum attach_how how)
{
	struct cg base;
	int r = attach_base(ctx, how == ATTACH_THREAD, &base);

	if (r)
		return r;
	for (int i = 0; i < 2 && r == 0; i++)
		r = make_one(&base, i, how);
	if (r || how != ATTACH_THREAD)
		return r;
	/* The subtree's controllers are on for its children, not for theirs. */
	if (base.version == 2)
		domain = base;
	return cg_tree_enable(&base);
}

/* --- pace --- */

int attach_begin_pace(struct bench_ctx *ctx)
{
	const char *text = ctx_param(ctx, "pace");
	char *end;
	long ms;

	if (!strcmp(text, "burst"))
		return 0;
	ms = strtol(text, &end, 10);
	if (end == text || strcmp(end, "ms") || ms < 1 || ms > 60000)
		return ctx_bad_param(ctx, "pace");
	pace.tv_sec = ms / 1000;
	pace.tv_nsec = ms % 1000 * 1000000;
	paced = true;
	ctx_may_idle(ctx);
	return 0;
}

void attach_sleep_pace(void)
{
	if (paced)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pace, NULL);
}

/* --- a point --- */

int attach_threads(struct bench_ctx *ctx, uint64_t *ret)
{
	uint64_t threads;
	int r = ctx_param_u64(ctx, "threads", &threads);

	if (r)
		return r;
	if (threads < 1 || threads > THREADS_MAX)
		return ctx_bad_param(ctx, "threads");
	*ret = threads;
	return 0;
}

int attach_begin(struct bench_ctx *ctx, pid_t tid, uint64_t tasks)
{
	int r = attach_begin_pace(ctx);

	load = load_find(ctx_param(ctx, "load"), true);
	if (!load)
		return ctx_bad_param(ctx, "load");
	moved = tid;
	moved_tasks = tasks;
	who_len = snprintf(who, sizeof(who), "%d", (int)tid);
	if (r == 0 && domain.fd >= 0)
		r = cg_attach(&domain, tid);
	return r ? r : load_start(ctx, load);
}

int attach_between(struct bench_ctx *ctx)
{
	load_off();
	attach_sleep_pace();
	load_on();
	return 0;
}

int attach_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (write(pair_fd[moves++ & 1], who, who_len) < 0)
			return -errno;
	return 0;
}

static long count_tasks(const struct cg *cg)
{
	return idle_procs_count(cg,
				cg->version == 1 ? "tasks" : "cgroup.threads");
}

int attach_check(struct bench_ctx *ctx)
{
	int at = (moves - 1) & 1;
	long here, there;
	int r = load_check(ctx, load);

	if (r == 0)
		r = ctx_check_moved(ctx, moved, attach_hierarchy(ctx),
				    pair_name[at]);
	if (r)
		return r;
	here = count_tasks(&pair[at]);
	there = count_tasks(&pair[!at]);
	if (here < 0 || there < 0)
		return here < 0 ? here : there;
	if (here != (long)moved_tasks || there)
		return ctx_fail(ctx, -EIO,
				"%ld threads moved and %ld did not, of %lu",
				here, there, (unsigned long)moved_tasks);
	return 0;
}
