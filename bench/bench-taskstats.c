/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What taskstats costs: statistics on request, of a task, a process and a
 * cgroup, and unsolicited ones, when a task exits.
 *
 * Requests are built beforehand and answers are not parsed: this is the
 * kernel's part.  Beside a request (way=netlink) stands its counterpart in
 * /proc: PID/stat, opened and read (open) or kept open (pread).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/cgroupstats.h>
#include <linux/genetlink.h>
#include <linux/taskstats.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "exit-listener.h"
#include "genl.h"
#include "idle-procs.h"

#define THREADS_MAX 10000
#define TASKS_MAX 8192
#define LISTENERS_MAX 64
#define STACK_BYTES (16 * 1024)
#define STAT "/proc/self/stat"

static struct genl family;
static struct nl_msg *request;
static int request_fd = -1, stat_fd = -1;
static int (*ask)(void);
static char answer[8192];
static ssize_t answer_len;
static uint64_t answers;

static int open_family(struct bench_ctx *ctx, struct genl *ret)
{
	int r = genl_open(TASKSTATS_GENL_NAME, ret);

	return r == -ENOENT ? ctx_skip(ctx, "no taskstats") : r;
}

/* Build a request with one number, to be sent again and again. */
static int make_request(struct bench_ctx *ctx, int cmd, int attr, uint32_t nr)
{
	int r = open_family(ctx, &family);

	if (r)
		return r;
	request = genl_request(&family, cmd, 0);
	if (!request || nla_put_u32(request, attr, nr) < 0)
		return -ENOMEM;
	nl_socket_disable_auto_ack(family.sock);
	nl_complete_msg(family.sock, request);
	request_fd = nl_socket_get_fd(family.sock);
	return 0;
}

static int ask_netlink(void)
{
	const struct nlmsghdr *h = nlmsg_hdr(request);

	if (send(request_fd, h, h->nlmsg_len, 0) < 0)
		return -errno;
	answer_len = recv(request_fd, answer, sizeof(answer), 0);
	if (answer_len < 0)
		return -errno;
	h = (const struct nlmsghdr *)(const void *)answer;
	if (h->nlmsg_type == NLMSG_ERROR)
		return *(const int *)nlmsg_data(h);
	answers++;
	return 0;
}

static int ask_pread(void)
{
	answer_len = pread(stat_fd, answer, sizeof(answer), 0);
	answers += answer_len > 0;
	return answer_len < 0 ? -errno : 0;
}

static int ask_open(void)
{
	int r;

	stat_fd = open(STAT, O_RDONLY | O_CLOEXEC);
	if (stat_fd < 0)
		return -errno;
	r = ask_pread();
	close(stat_fd);
	return r;
}

static int choose_way(struct bench_ctx *ctx, int attr)
{
	const char *way = ctx_param(ctx, "way");

	if (!strcmp(way, "open")) {
		ask = ask_open;
		return 0;
	}
	if (!strcmp(way, "pread")) {
		ask = ask_pread;
		stat_fd = open(STAT, O_RDONLY | O_CLOEXEC);
		return stat_fd < 0 ? -errno : 0;
	}
	if (strcmp(way, "netlink"))
		return ctx_bad_param(ctx, "way");
	ask = ask_netlink;
	return make_request(ctx, TASKSTATS_CMD_GET, attr, getpid());
}

static int ask_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = ask();
	return r;
}

/* --- of a task and a process --- */

/* Find an attribute inside the one with both the id and the statistics. */
static struct nlattr *find_stats(void *msg, int aggregate, int type)
{
	struct genlmsghdr *h = nlmsg_data(msg);
	struct nlattr *a = nla_find(genlmsg_attrdata(h, 0),
				    genlmsg_attrlen(h, 0), aggregate);

	return a ? nla_find(nla_data(a), nla_len(a), type) : NULL;
}

static int check_answer(struct bench_ctx *ctx, int aggregate, int type)
{
	struct nlattr *id, *stats;

	if (!answers)
		return ctx_fail(ctx, -EIO, "no answer");
	if (ask != ask_netlink) {
		answer[answer_len < (ssize_t)sizeof(answer) ? answer_len : 0] =
			'\0';
		return atoi(answer) == getpid()
			       ? 0
			       : ctx_fail(ctx, -EIO, "this is not our stat");
	}
	id = find_stats(answer, aggregate, type);
	stats = find_stats(answer, aggregate, TASKSTATS_TYPE_STATS);
	if (!id || !stats || nla_get_u32(id) != (uint32_t)getpid())
		return ctx_fail(ctx, -EIO, "no statistics of this process");
	return 0;
}

static int pid_begin(struct bench_ctx *ctx)
{
	return choose_way(ctx, TASKSTATS_CMD_ATTR_PID);
}

static int pid_check(struct bench_ctx *ctx)
{
	return check_answer(ctx, TASKSTATS_TYPE_AGGR_PID, TASKSTATS_TYPE_PID);
}

BENCH_DEFINE(taskstats_pid) = {
	.name = "taskstats/pid",
	.summary = "read the accounting statistics of one task",
	.version = 1,
	.extra = true,
	.kconfig = "TASKSTATS",
	.params = PARAMS(PARAM_VARIANT("way", "netlink,pread,open")),
	.begin = pid_begin,
	.run = ask_run,
	.check = pid_check,
};

static int sleep_for_ever(void *arg)
{
	for (;;)
		pause();
	return 0;
}

static int tgid_begin(struct bench_ctx *ctx)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			  CLONE_THREAD;
	uint64_t threads;
	char *stacks;
	int r = ctx_param_u64(ctx, "threads", &threads);

	if (r)
		return r;
	if (threads < 1 || threads > THREADS_MAX)
		return ctx_bad_param(ctx, "threads");
	stacks = mmap(NULL, threads * STACK_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (stacks == MAP_FAILED)
		return -errno;
	for (uint64_t i = 1; i < threads; i++)
		if (clone(sleep_for_ever, stacks + i * STACK_BYTES, flags,
			  NULL) < 0)
			return -errno;
	return choose_way(ctx, TASKSTATS_CMD_ATTR_TGID);
}

static int tgid_check(struct bench_ctx *ctx)
{
	return check_answer(ctx, TASKSTATS_TYPE_AGGR_TGID, TASKSTATS_TYPE_TGID);
}

BENCH_DEFINE(taskstats_tgid) = {
	.name = "taskstats/tgid",
	.summary = "read the accounting statistics of a process with threads",
	.version = 1,
	.kconfig = "TASKSTATS",
	.extra = true,
	.params = PARAMS(PARAM("threads", "1,10,100,1000"),
			 PARAM_VARIANT("way", "netlink,pread,open")),
	.begin = tgid_begin,
	.run = ask_run,
	.check = tgid_check,
};

/* --- of a cgroup --- */

static uint64_t tasks;
static int group_fd = -1;

static int cgroup_setup(struct bench_ctx *ctx)
{
	const char *version = ctx_param(ctx, "version");
	struct cg top = *ctx_subtree(ctx);
	int r = ctx_param_u64(ctx, "tasks", &tasks);

	if (r)
		return r;
	if (tasks < 1 || tasks > TASKS_MAX)
		return ctx_bad_param(ctx, "tasks");
	if (!strcmp(version, "1"))
		r = ctx_hierarchy_of(ctx, "none", &top);
	else if (strcmp(version, "2"))
		return ctx_bad_param(ctx, "version");
	if (r == 0)
		r = idle_procs_mkdirs(&top, 1);
	if (r == 0)
		r = idle_procs_populate(&top, 1, tasks);
	if (r)
		return r;
	group_fd = openat(top.fd, "0", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return group_fd < 0 ? -errno : 0;
}

static int cgroup_begin(struct bench_ctx *ctx)
{
	int r = make_request(ctx, CGROUPSTATS_CMD_GET, CGROUPSTATS_CMD_ATTR_FD,
			     group_fd);

	if (r)
		return r;
	ask = ask_netlink;
	r = ask();
	if (r == -EINVAL && !strcmp(ctx_param(ctx, "version"), "2"))
		return ctx_skip(ctx, "this kernel counts on cgroup v1 only");
	return r;
}

static int cgroup_check(struct bench_ctx *ctx)
{
	struct genlmsghdr *h = nlmsg_data((struct nlmsghdr *)(void *)answer);
	struct nlattr *a =
		nla_find(genlmsg_attrdata(h, 0), genlmsg_attrlen(h, 0),
			 CGROUPSTATS_TYPE_CGROUP_STATS);
	struct cgroupstats stats;

	if (!a)
		return ctx_fail(ctx, -EIO, "no statistics");
	memcpy(&stats, nla_data(a), sizeof(stats));
	if (stats.nr_sleeping != tasks)
		return ctx_fail(ctx, -EIO, "%llu tasks sleep, not %llu",
				(unsigned long long)stats.nr_sleeping,
				(unsigned long long)tasks);
	return 0;
}

BENCH_DEFINE(taskstats_cgroup) = {
	.name = "taskstats/cgroup",
	.summary = "count the tasks of a group by their state, over netlink",
	.version = 1,
	.kconfig = "TASKSTATS CGROUPS",
	.extra = true,
	.params = PARAMS(PARAM("version", "1,2"), PARAM("tasks", "1,100,1000")),
	.setup = cgroup_setup,
	.begin = cgroup_begin,
	.run = ask_run,
	.check = cgroup_check,
};

/* --- of tasks that exit --- */

static struct exit_listener listeners[LISTENERS_MAX];
static uint64_t nr_listeners, exits;
static bool drained;

static int listen_to_exits(struct bench_ctx *ctx, struct exit_listener *l)
{
	int r = exit_listener_open_or_skip(ctx, l);

	/* The smallest there is: the second message is one too many. */
	return r || drained ? r : exit_listener_set_buffer(l, 1);
}

static int exit_begin(struct bench_ctx *ctx)
{
	const char *buffer = ctx_param(ctx, "buffer");
	int r = ctx_param_u64(ctx, "listeners", &nr_listeners);

	if (r)
		return r;
	if (nr_listeners > LISTENERS_MAX)
		return ctx_bad_param(ctx, "listeners");
	drained = !strcmp(buffer, "drained");
	if (!drained && strcmp(buffer, "full"))
		return ctx_bad_param(ctx, "buffer");
	if (!drained && !nr_listeners)
		return ctx_skip(ctx, "no listener has no buffer");
	for (uint64_t i = 0; i < nr_listeners && r == 0; i++)
		r = listen_to_exits(ctx, &listeners[i]);
	return r;
}

static int exit_between(struct bench_ctx *ctx)
{
	int r = 0;

	for (uint64_t i = 0; i < nr_listeners && drained && r == 0; i++)
		r = exit_listener_drain(&listeners[i]);
	return r;
}

static int exit_one(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return -errno;
	exits++;
	return 0;
}

static int exit_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = exit_one();
	return r;
}

/* Every exit was reported, or, if nobody reads, its loss was. */
static int exit_check(struct bench_ctx *ctx)
{
	for (uint64_t i = 0; i < nr_listeners; i++) {
		struct exit_listener *l = &listeners[i];
		int r = exit_listener_drain(l);

		if (r)
			return r;
		/* Exits of others' children do not count. */
		if (drained ? l->ours != exits || l->lost
			    : l->ours >= exits || !l->lost)
			return ctx_fail(ctx, -EIO, "%llu of %llu exits heard%s",
					(unsigned long long)l->ours,
					(unsigned long long)exits,
					l->lost ? ", some lost" : "");
		ctx_note(ctx, "listener %u: %llu of %llu exits heard%s",
			 (unsigned)i, (unsigned long long)l->ours,
			 (unsigned long long)exits,
			 l->lost ? ", the others lost" : "");
	}
	return exits ? 0 : ctx_fail(ctx, -EIO, "nobody exited");
}

BENCH_DEFINE(taskstats_exit) = {
	.name = "taskstats/exit",
	.summary =
		"a process starts and ends, and listeners are told of its end",
	.version = 1,
	.extra = true,
	.kconfig = "TASKSTATS",
	.nr_ops = 4,
	.params = PARAMS(PARAM_MORE_AT("buffer", "drained", "full",
				       "listeners=4"),
			 PARAM("listeners", "0,1,4")),
	.begin = exit_begin,
	.between = exit_between,
	.run = exit_run,
	.check = exit_check,
};
