/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgstats.h"
#include "exit-listener.h"
#include "idle-procs.h"
#include "load.h"

#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L

#define ATTACH_MOVES 16
#define ATTACH_PERIOD_NS NSEC_PER_MSEC
#define AGENT_GROUPS 1000
/* Ten times a second each, in tenths: a sample may be shorter than that. */
#define AGENT_SHARE (AGENT_GROUPS / 10)
#define AGENT_FILE "cpu.stat"
#define AGENT_FILES_MAX (64 + AGENT_GROUPS)
#define AGENT_PERIOD_NS (10 * NSEC_PER_MSEC)
#define REBIND_GROUPS 16
#define REBIND_PERIOD_NS (10 * NSEC_PER_MSEC)
#define REBIND_NAME "name=cgmark-load"
#define REBIND_WITH "freezer," REBIND_NAME
#define REBIND_WITHOUT "none," REBIND_NAME
/* For the first round; a load that takes longer does not run. */
#define START_MS 10000

struct load {
	const char *name;
	const char *unit; /* of what is counted */
	long period_ns;	  /* 0: round() waits by itself */
	int (*setup)(struct bench_ctx *ctx);
	int (*begin)(void); /* in the load's process */
	int (*round)(void); /* adds to shared->done */
};

/* Between the load and the point. */
struct shared {
	volatile bool running;
	volatile int error;
	volatile uint64_t done;
	volatile uint64_t lost; /* messages that did not reach a listener */
};

static struct shared *shared;
static pid_t load_pid;
static struct cg home = CG_NONE; /* the load's cgroup */

/* --- attach ----------------------------------------------------------------
 */

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

static int attach_round(void)
{
	for (int i = 0; i < ATTACH_MOVES; i++)
		if (write(pair_fd[i & 1], "0", 1) != 1)
			return -errno;
	shared->done += ATTACH_MOVES;
	return 0;
}

/* --- agent -----------------------------------------------------------------
 */

static struct cg watched = CG_NONE;

static int agent_setup(struct bench_ctx *ctx)
{
	int r = cg_create(ctx_subtree(ctx), "load-watched", &watched);

	return r ? r : idle_procs_mkdirs(&watched, AGENT_GROUPS);
}

static int agent_round(void)
{
	static unsigned next;
	char path[IDLE_PROCS_PATH_MAX], text[4096];
	ssize_t n;

	for (unsigned i = 0; i < AGENT_SHARE; i++) {
		idle_procs_path(path, next++ % AGENT_GROUPS, AGENT_FILE);
		n = cg_read(&watched, path, text, sizeof(text));
		if (n < 0)
			return n;
		if (strncmp(text, "usage_usec ", 11))
			return -EBADMSG;
	}
	shared->done += AGENT_SHARE;
	return 0;
}

/* --- agent-binary ----------------------------------------------------------
 */

static struct cgstats stats;
static uint32_t watched_stat;
static int watched_fds[AGENT_GROUPS];

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

/* In the load's process: what is measured shall not have these open. */
static int open_watched(void)
{
	const struct rlimit limit = { AGENT_FILES_MAX, AGENT_FILES_MAX };
	char path[IDLE_PROCS_PATH_MAX];

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	for (unsigned i = 0; i < AGENT_GROUPS; i++) {
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
		r = cgstats_find(&stats, watched_fds[0], AGENT_FILE,
				 &watched_stat);
	return r;
}

/* The values of cpu.stat, usage_usec being the first. */
static int take_values(const struct cgstats_answer *a, void *arg)
{
	unsigned *nr = arg;

	if (!a->data[CGSTATS_A_DATA] ||
	    a->len[CGSTATS_A_DATA] < sizeof(uint64_t))
		return -EBADMSG;
	(*nr)++;
	return 0;
}

static int binary_round(void)
{
	static struct cgstats_request request;
	static unsigned next;
	unsigned nr = 0;
	int r;

	cgstats_request(&request, &stats, CGSTATS_CMD_READ, NLM_F_DUMP);
	cgstats_add_u32(&request, CGSTATS_A_IDS, watched_stat);
	cgstats_add(&request, CGSTATS_A_FDS, watched_fds + next,
		    AGENT_SHARE * sizeof(*watched_fds));
	r = cgstats_call(&stats, &request, take_values, &nr);
	/* Values came or went while it read: it has those it asked for. */
	if (r == -EINTR)
		r = 0;
	if (r == 0 && nr != AGENT_SHARE)
		r = -ENODATA;
	next = (next + AGENT_SHARE) % AGENT_GROUPS;
	shared->done += nr;
	return r;
}

/* --- listen ----------------------------------------------------------------
 */

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

static int listen_round(void)
{
	int r = exit_listener_wait(&listener);

	shared->done = listener.heard;
	shared->lost = listener.lost;
	return r;
}

/* --- rebind ----------------------------------------------------------------
 */

static const char *place;

static int try_rebind(struct bench_ctx *ctx)
{
	int r = cg_remount_v1(REBIND_WITH, place);

	if (r < 0)
		return ctx_skip(ctx, "a remount cannot add 'freezer' here: %s",
				strerror(-r));
	if (mount("cgmark", place, "cgroup", MS_REMOUNT, REBIND_WITHOUT) < 0)
		return ctx_fail(ctx, -errno, "remove 'freezer' again: %s",
				strerror(errno));
	return 0;
}

static int rebind_setup(struct bench_ctx *ctx)
{
	struct cg root = CG_NONE, top = CG_NONE;
	int r = ctx_place(ctx, REBIND_NAME, &place);

	if (r)
		return r;
	if (mount("cgmark", place, "cgroup", 0, REBIND_WITHOUT) < 0)
		return ctx_skip(ctx, "cannot mount '%s': %s", REBIND_WITHOUT,
				strerror(errno));
	r = cg_open(place, 1, &root);
	if (r == 0)
		r = cg_create(&root, ctx_name(ctx), &top);
	if (r == 0)
		r = idle_procs_mkdirs(&top, REBIND_GROUPS);
	cg_close(&top);
	cg_close(&root);
	return r ? r : try_rebind(ctx);
}

static int rebind_round(void)
{
	if (mount("cgmark", place, "cgroup", MS_REMOUNT, REBIND_WITH) < 0 ||
	    mount("cgmark", place, "cgroup", MS_REMOUNT, REBIND_WITHOUT) < 0)
		return -errno;
	shared->done += 2;
	return 0;
}

/* --- all of them -----------------------------------------------------------
 */

static const struct load loads[] = {
	{ .name = "none" },
	{
		.name = "attach",
		.unit = "moves",
		.period_ns = ATTACH_PERIOD_NS,
		.setup = attach_setup,
		.begin = attach_begin,
		.round = attach_round,
	},
	{
		.name = "listen",
		.unit = "messages",
		.setup = listen_setup,
		.begin = listen_begin,
		.round = listen_round,
	},
	{
		.name = "agent",
		.unit = "reads",
		.period_ns = AGENT_PERIOD_NS,
		.setup = agent_setup,
		.round = agent_round,
	},
	{
		.name = "agent-binary",
		.unit = "reads",
		.period_ns = AGENT_PERIOD_NS,
		.setup = binary_setup,
		.begin = binary_begin,
		.round = binary_round,
	},
	{
		.name = "rebind",
		.unit = "rebinds",
		.period_ns = REBIND_PERIOD_NS,
		.setup = rebind_setup,
		.round = rebind_round,
	},
};

const struct load *load_find(const char *name)
{
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		if (!strcmp(loads[i].name, name))
			return &loads[i];
	return NULL;
}

int load_setup(struct bench_ctx *ctx, const struct load *load)
{
	int r;

	if (!load->round)
		return 0;
	r = cg_create(ctx_subtree(ctx), "load", &home);
	if (r == 0 && load->setup)
		r = load->setup(ctx);
	if (r < 0)
		return ctx_fail(ctx, r, "set up load '%s': %s", load->name,
				strerror(-r));
	return r;
}

static void add_ns(struct timespec *ts, long ns)
{
	ts->tv_nsec += ns;
	while (ts->tv_nsec >= NSEC_PER_SEC) {
		ts->tv_nsec -= NSEC_PER_SEC;
		ts->tv_sec++;
	}
}

static void run_load(const struct load *load, pid_t parent)
{
	struct timespec at;
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	r = cg_attach(&home, 0);
	if (r == 0 && load->begin)
		r = load->begin();
	clock_gettime(CLOCK_MONOTONIC, &at);
	while (r == 0) {
		shared->running = true;
		r = load->round();
		if (!load->period_ns)
			continue;
		add_ns(&at, load->period_ns);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
	}
	shared->error = r;
	_exit(1);
}

static int wait_running(struct bench_ctx *ctx, const struct load *load)
{
	const struct timespec ms = { .tv_nsec = NSEC_PER_MSEC };

	for (int i = 0; i < START_MS && !shared->running && !shared->error; i++)
		nanosleep(&ms, NULL);
	if (shared->error)
		return ctx_fail(ctx, shared->error, "load '%s': %s", load->name,
				strerror(-shared->error));
	if (!shared->running)
		return ctx_fail(ctx, -ETIMEDOUT, "load '%s' did not begin",
				load->name);
	return 0;
}

int load_start(struct bench_ctx *ctx, const struct load *load)
{
	pid_t self = getpid();

	if (!load->round)
		return 0;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	load_pid = fork();
	if (load_pid < 0)
		return -errno;
	if (load_pid == 0)
		run_load(load, self);
	return wait_running(ctx, load);
}

int load_check(struct bench_ctx *ctx, const struct load *load)
{
	uint64_t done;

	if (!load->round)
		return 0;
	done = shared->done;
	if (shared->error || waitpid(load_pid, NULL, WNOHANG) != 0)
		return ctx_fail(ctx, -EIO, "load '%s' ended: %s", load->name,
				strerror(-shared->error));
	if (!done)
		return ctx_fail(ctx, -EIO, "load '%s' did nothing", load->name);
	ctx_note(ctx, "load: %s, %llu %s, %llu lost", load->name,
		 (unsigned long long)done, load->unit,
		 (unsigned long long)shared->lost);
	return 0;
}
