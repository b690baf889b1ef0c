/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "cgstats.h"
#include "idle-procs.h"
#include "load-kind.h"

#define GROUPS 1000
/*
 * Each is read ten times a second, a tenth at a time: a sample may be shorter
 * than a round over all.
 */
#define SHARE (GROUPS / 10)
#define STAT_FILE "cpu.stat"
#define FILES_MAX (64 + GROUPS)
#define PERIOD_NS 10000000L

static struct cg watched = CG_NONE;

static int agent_setup(struct bench_ctx *ctx)
{
	int r = cg_create(ctx_subtree(ctx), "load-watched", &watched);

	return r ? r : idle_procs_mkdirs(&watched, GROUPS);
}

static int agent_round(struct load_shared *shared)
{
	static unsigned next;
	char path[IDLE_PROCS_PATH_MAX], text[4096];
	ssize_t n;

	for (unsigned i = 0; i < SHARE; i++) {
		idle_procs_path(path, next++ % GROUPS, STAT_FILE);
		n = cg_read(&watched, path, text, sizeof(text));
		if (n < 0)
			return n;
		if (strncmp(text, "usage_usec ", 11))
			return -EBADMSG;
	}
	shared->done += SHARE;
	return 0;
}

static struct cgstats stats;
static uint32_t watched_stat;
static int watched_fds[GROUPS];

static int binary_setup(struct bench_ctx *ctx)
{
	struct cgstats s;
	int r = cgstats_open(&s);

	if (r == -EOPNOTSUPP || r == -ENOENT)
		return ctx_skip(ctx, "this kernel has no CGROUPSTATS_CMD_READ");
	if (r < 0)
		return r;
	cgstats_close(&s);
	return agent_setup(ctx);
}

/* In the load's process: what is measured must not hold these files open. */
static int open_watched(void)
{
	const struct rlimit limit = { FILES_MAX, FILES_MAX };
	char path[IDLE_PROCS_PATH_MAX];

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	for (unsigned i = 0; i < GROUPS; i++) {
		watched_fds[i] =
			openat(watched.fd, idle_procs_path(path, i, ""),
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (watched_fds[i] < 0)
			return -errno;
	}
	return 0;
}

static int binary_begin(void)
{
	int r = open_watched();

	if (r == 0)
		r = cgstats_open(&stats);
	if (r == 0)
		r = cgstats_find(&stats, watched_fds[0], STAT_FILE,
				 &watched_stat);
	return r;
}

/* The values of cpu.stat; usage_usec comes first. */
static int take_values(const struct cgstats_answer *a, void *arg)
{
	unsigned *nr = arg;

	if (!a->data[CGSTATS_A_DATA] ||
	    a->len[CGSTATS_A_DATA] < sizeof(uint64_t))
		return -EBADMSG;
	(*nr)++;
	return 0;
}

static int binary_round(struct load_shared *shared)
{
	static struct cgstats_request request;
	static unsigned next;
	unsigned nr = 0;
	int r;

	cgstats_request(&request, &stats, CGSTATS_CMD_READ, NLM_F_DUMP);
	cgstats_add_u32(&request, CGSTATS_A_IDS, watched_stat);
	cgstats_add(&request, CGSTATS_A_FDS, watched_fds + next,
		    SHARE * sizeof(*watched_fds));
	r = cgstats_call(&stats, &request, take_values, &nr);
	/* -EINTR: other values came or went during the read; ours are there. */
	if (r == -EINTR)
		r = 0;
	if (r == 0 && nr != SHARE)
		r = -ENODATA;
	next = (next + SHARE) % GROUPS;
	shared->done += nr;
	return r;
}

const struct load load_agent = {
	.name = "agent",
	.unit = "reads",
	.period_ns = PERIOD_NS,
	.setup = agent_setup,
	.round = agent_round,
};

const struct load load_agent_binary = {
	.name = "agent-binary",
	.unit = "reads",
	.period_ns = PERIOD_NS,
	.setup = binary_setup,
	.begin = binary_begin,
	.round = binary_round,
};
