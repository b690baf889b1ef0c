/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics of many cgroups, as numbers in memory.  One operation reads all
 * groups once.
 *
 *   way=path     open each file by its name, read, close, parse
 *   way=pread    the same with descriptors kept open: the least that text can
 *                cost
 *   way=do       CGROUPSTATS_CMD_READ, a request and an answer per group
 *   way=dump     one request for all, by descriptors of the directories
 *   way=counts   the same, with the number of values of each file
 *   way=preflush as dump, with CGSTATS_F_PREFLUSH
 *   way=subtree  one request for the parent and all below it
 *   way=bpf      one walk of a BPF iterator over these: stats-bpf.h has what it
 *                reads.  Only where it is named: it needs config=+bpf
 *
 * The groups are idle; or, with dirty=N, N pages were charged and uncharged in
 * each before each sample, so that their counters have to be summed up.  With
 * depth=N that happens N - 1 levels below the group that is read.  dying=N
 * groups below those were removed while a page was charged to each; others map
 * and unmap these pages before each sample.
 *
 * files=usage reads memory.usage_in_bytes; files=all adds memory.stat and
 * cpu.stat, 46 numbers in all, and one more that the text leaves out; cpu, memory
 * and pids are the file of that controller alone.  On v2, where all controllers
 * share their groups, they are memory.current, memory.stat, cpu.stat and, in
 * files=all too, pids.current; files=io is io.stat, after a read from a disk, for
 * which there is text only.  (On v1 blkio counts nothing without a limit.)
 *
 * With readers=N that many processes read all groups, each for itself.  Requests
 * are built once; answers are parsed message by message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "cgstats.h"
#include "cpus-possible.h"
#include "idle-procs.h"
#include "stats-bpf.h"
#include "stats-groups.h"
#include "stats-text.h"
#include "workers.h"

#define GROUPS_MAX STATS_GROUPS_MAX
#define VALUES_MAX 128 /* per group */
#define TEXT_BYTES 8192
/* Enough for 1000 groups and three files. */
#define SYSCALLS_MAX 16
#define SETTLE_NS 50000000L
#define SETTLE_TRIES 10

/* Each has one more: way=subtree reports the parent first. */
typedef uint64_t values_t[VALUES_MAX];

static struct stats_groups g;

static values_t table[GROUPS_MAX + 1], text_table[GROUPS_MAX + 1];
static unsigned nr_values[GROUPS_MAX + 1];
static int (*read_all)(void);
static struct cgstats stats;
static struct cgstats_request request;
static uint32_t ids[STATS_FILES_MAX];
static unsigned row, syscalls;
static char text[TEXT_BYTES];

static uint64_t readers;
static volatile int *verify; /* shared: readers compare what they read */
static bool is_binary, of_subtree;

/* --- text --- */

static int take_text(ssize_t n, unsigned group, unsigned *nr, values_t *into)
{
	if (n <= 0)
		return n < 0 ? -errno : -ENODATA;
	*nr += stats_text_parse(text, text + n, into[group] + *nr,
				VALUES_MAX - *nr);
	return *nr <= VALUES_MAX ? 0 : -E2BIG;
}

static int read_path(void)
{
	char path[IDLE_PROCS_PATH_MAX];
	int r = 0;

	for (unsigned i = 0; i < g.nr; i++) {
		unsigned nr = 0;

		for (unsigned f = 0; f < g.nr_files && r == 0; f++) {
			int fd = openat(g.top.fd,
					idle_procs_path(path, i, g.files[f]),
					O_RDONLY | O_CLOEXEC);

			if (fd < 0)
				return -errno;
			r = take_text(read(fd, text, sizeof(text)), i, &nr,
				      table);
			close(fd);
		}
		nr_values[i] = nr;
	}
	return r;
}

static int read_kept(values_t *into)
{
	int r = 0;

	for (unsigned i = 0; i < g.nr; i++) {
		unsigned nr = 0;

		for (unsigned f = 0; f < g.nr_files && r == 0; f++)
			r = take_text(
				pread(g.kept[i][f], text, sizeof(text), 0), i,
				&nr, into);
		nr_values[i] = nr;
	}
	return r;
}

static int read_pread(void)
{
	return read_kept(table);
}

/* --- binary --- */

/* Store the values of one message in the next row; 1 to go on. */
static int take_message(const struct nlmsghdr *h)
{
	const char *p = (const char *)h + NLMSG_HDRLEN + 4;
	const char *end = (const char *)h + h->nlmsg_len;

	if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
		return *(const int *)((const char *)h + NLMSG_HDRLEN);
	if (row > GROUPS_MAX)
		return -E2BIG;
	while (p < end) {
		const struct nlattr *a = (const void *)p;
		unsigned len = a->nla_len - NLA_HDRLEN;

		if (a->nla_type == CGSTATS_A_ERROR)
			return *(const int *)(p + NLA_HDRLEN);
		if (a->nla_type == CGSTATS_A_DATA) {
			if (len > sizeof(table[row]))
				return -E2BIG;
			memcpy(table[row], p + NLA_HDRLEN, len);
			nr_values[row] = len / sizeof(uint64_t);
		}
		p += NLA_ALIGN(a->nla_len);
	}
	row++;
	return !!(h->nlmsg_flags & NLM_F_MULTI);
}

static int receive(void)
{
	static union {
		struct nlmsghdr header;
		char bytes[CGSTATS_CHUNK];
	} buf;
	const struct nlmsghdr *h = &buf.header;
	ssize_t n = recv(stats.fd, buf.bytes, sizeof(buf), 0);
	int r = 1;

	syscalls++;
	if (n < 0)
		return -errno;
	while (r == 1 && n >= (ssize_t)sizeof(*h)) {
		r = take_message(h);
		n -= NLMSG_ALIGN(h->nlmsg_len);
		h = (const void *)((const char *)h + NLMSG_ALIGN(h->nlmsg_len));
	}
	return r;
}

static int send_request(void)
{
	syscalls++;
	return send(stats.fd, request.buf, request.header.nlmsg_len, 0) < 0
		       ? -errno
		       : 0;
}

static int read_dump(void)
{
	int r = send_request();

	row = 0;
	if (r)
		return r;
	do {
		r = receive();
	} while (r == 1);
	return r;
}

/* The descriptor is at the end of the request. */
static int read_do(void)
{
	int *fd =
		(void *)(request.buf + request.header.nlmsg_len - sizeof(int));
	int r = 0;

	row = 0;
	for (unsigned i = 0; i < g.nr && r == 0; i++) {
		*fd = g.dirs[i];
		r = send_request();
		if (r == 0)
			r = receive();
	}
	return r;
}

/* --- BPF --- */

static int read_bpf(void)
{
	const uint64_t *values;
	unsigned nr;
	int r = stats_bpf_read(&values, &nr);

	if (r < 0 || nr > VALUES_MAX)
		return r < 0 ? r : -E2BIG;
	for (row = 0; row < (unsigned)r && row <= GROUPS_MAX; row++) {
		memcpy(table[row], values + row * nr, nr * sizeof(*values));
		nr_values[row] = nr;
	}
	return 0;
}

/* --- set-up --- */

static int find_ids(struct bench_ctx *ctx)
{
	int r = 0;

	for (unsigned f = 0; f < g.nr_files && r == 0; f++) {
		r = cgstats_find(&stats, g.dirs[0], g.files[f], &ids[f]);
		if (r == -ENOENT)
			r = ctx_skip(ctx, "%s is text only", g.files[f]);
	}
	return r;
}

static int open_stats(struct bench_ctx *ctx)
{
	int r = cgstats_open(&stats);

	if (r == -EOPNOTSUPP || r == -ENOENT)
		return ctx_skip(ctx, "this kernel has no CGROUPSTATS_CMD_READ");
	return r;
}

static void make_request(const char *way)
{
	bool one = !strcmp(way, "do");

	cgstats_request(&request, &stats, CGSTATS_CMD_READ,
			one ? 0 : NLM_F_DUMP);
	cgstats_add(&request, CGSTATS_A_IDS, ids, g.nr_files * sizeof(*ids));
	if (!strcmp(way, "counts"))
		cgstats_add_u32(&request, CGSTATS_A_FLAGS, CGSTATS_F_COUNTS);
	if (!strcmp(way, "preflush"))
		cgstats_add_u32(&request, CGSTATS_A_FLAGS, CGSTATS_F_PREFLUSH);
	if (!strcmp(way, "subtree"))
		cgstats_add_u32(&request, CGSTATS_A_SUBTREE_FD, g.top.fd);
	else
		cgstats_add(&request, CGSTATS_A_FDS, g.dirs,
			    (one ? 1 : g.nr) * sizeof(*g.dirs));
}

static int begin_binary(struct bench_ctx *ctx, const char *way)
{
	int r = open_stats(ctx);

	if (r == 0)
		r = find_ids(ctx);
	if (r == 0)
		make_request(way);
	return r;
}

static int begin_readers(struct bench_ctx *ctx);

static int stats_begin(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");
	int r = 0;

	/* stats_between() waits, but the runner cannot tell. */
	if (stats_groups_change(&g))
		ctx_may_idle(ctx);
	if (!strcmp(way, "path"))
		read_all = read_path;
	else if (!strcmp(way, "pread"))
		read_all = read_pread;
	else if (!strcmp(way, "do"))
		read_all = read_do;
	else if (!strcmp(way, "dump") || !strcmp(way, "counts") ||
		 !strcmp(way, "preflush") || !strcmp(way, "subtree"))
		read_all = read_dump;
	else if (!strcmp(way, "bpf"))
		read_all = read_bpf;
	else
		return ctx_bad_param(ctx, "way");
	of_subtree = !strcmp(way, "subtree") || read_all == read_bpf;
	is_binary = read_all == read_do || read_all == read_dump;
	if (is_binary)
		r = begin_binary(ctx, way);
	else if (read_all == read_bpf)
		r = stats_bpf_begin(ctx, &g);
	return r || readers == 1 ? r : begin_readers(ctx);
}

static int stats_between(struct bench_ctx *ctx)
{
	int r = stats_groups_soil(&g);

	return r ? ctx_fail(ctx, r, "use memory in each group: %s",
			    strerror(-r))
		 : 0;
}

/* Of a subtree, the parent comes first, and each group before those below. */
static unsigned row_of(unsigned group)
{
	return of_subtree ? 1 + group * g.depth : group;
}

/* What was read is what the files say now: nothing happens in the groups. */
static int compare(struct bench_ctx *ctx)
{
	static unsigned was[GROUPS_MAX + 1];
	int r;

	for (unsigned i = 0; i < g.nr; i++)
		was[i] = nr_values[row_of(i)];
	r = read_kept(text_table);
	if (r)
		return r;
	for (unsigned i = 0; i < g.nr; i++) {
		const uint64_t *values = table[row_of(i)];

		if (was[i] < nr_values[i] || was[i] < g.nr_files)
			return ctx_fail(ctx, -EIO, "group %u: %u values of %u",
					i, was[i], nr_values[i]);
		if (!stats_text_same(text_table[i], nr_values[i], values,
				     was[i]))
			return ctx_fail(ctx, -EIO, "group %u: wrong values", i);
	}
	return 0;
}

/* --- readers --- */

static struct bench_ctx *reader_ctx;

/* An answer is for the socket that asked, so each reader needs its own. */
static int reader_work(unsigned who)
{
	static bool started;
	int r = 0;

	if (!started && is_binary)
		r = cgstats_socket(&stats);
	started = true;
	if (r == 0)
		r = read_all();
	return r == 0 && *verify ? compare(reader_ctx) : r;
}

static int begin_readers(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	reader_ctx = ctx;
	verify = mmap(NULL, sizeof(*verify), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return verify == MAP_FAILED ? -errno
				    : workers_start(ctx, readers, reader_work);
}

static void read_once(void)
{
	workers_begin_round();
	workers_end_round();
}

static int readers_check(struct bench_ctx *ctx)
{
	*verify = 1;
	read_once();
	return workers_check(ctx);
}

/* --- a point --- */

static int stats_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++) {
		syscalls = 0;
		if (readers > 1)
			read_once();
		else
			r = read_all();
	}
	return r;
}

/*
 * What was freed before the sample may be counted late, and counted on this CPU
 * may be seen late: read again, when all is quiet, until nothing moves.
 */
static int compare_settled(struct bench_ctx *ctx)
{
	const struct timespec ts = { .tv_nsec = SETTLE_NS };
	int r = -EIO;

	for (int i = 0; i < SETTLE_TRIES && r == -EIO; i++) {
		nanosleep(&ts, NULL);
		r = read_all();
		if (r == 0)
			r = compare(ctx);
	}
	return r;
}

static int stats_check(struct bench_ctx *ctx)
{
	unsigned want = of_subtree ? g.nr * g.depth + 1 : g.nr;
	int r = dying_check(ctx, &g.dying, &g.top);

	if (r)
		return r;
	if (readers > 1)
		return readers_check(ctx);
	if ((read_all == read_dump || read_all == read_bpf) && row != want)
		return ctx_fail(ctx, -EIO, "%u groups were read", row);
	if (read_all == read_dump && syscalls > SYSCALLS_MAX)
		return ctx_fail(ctx, -EIO, "it took %u system calls", syscalls);
	return stats_groups_change(&g) ? compare_settled(ctx) : compare(ctx);
}

static int setup(struct bench_ctx *ctx, int version)
{
	int r = cpus_possible_setup(ctx);

	if (r == 0)
		r = ctx_param_u64(ctx, "readers", &readers);
	if (r)
		return r;
	if (readers < 1 || readers > WORKERS_MAX)
		return ctx_bad_param(ctx, "readers");
	return stats_groups_setup(ctx, &g, version);
}

static int stats_setup(struct bench_ctx *ctx)
{
	return setup(ctx, 1);
}

static int stats_setup_v2(struct bench_ctx *ctx)
{
	return setup(ctx, 2);
}

#define STATS_READ                                                        \
	.version = 1, .samples = 15, .warmup = 2, .extra = true,          \
	.begin = stats_begin, .between = stats_between, .run = stats_run, \
	.check = stats_check

/* Deep groups and such differ where something happened in them. */
#define STATS_AXES(_dirty_at)                                                 \
	PARAM_AXIS_AT("dirty", "0", "128", _dirty_at),                        \
		PARAM_AXIS_AT("depth", "1", "4,16",                           \
			      "dirty=128,files=all,groups=10"),               \
		PARAM_AXIS_AT("dying", "0", DYING_MORE,                       \
			      "files=all,groups=10"),                         \
		PARAM_AXIS_AT("readers", "1", "4,16", "files=all,groups=10"), \
		CPUS_POSSIBLE_AT("dirty=128,files=all,groups=10")

BENCH_DEFINE(stats_read) = {
	.name = "stats/read",
	.summary = "read the statistics of a number of groups",
	.kconfig = "CGROUPS MEMCG_V1 CFS_BANDWIDTH TASKSTATS",
	.first = FIRST_ALL,
	.params = PARAMS(PARAM("groups", "1,10,100,1000"),
			 PARAM_MORE_AT("files", "usage,all", "cpu,memory,pids",
				       "groups=10"),
			 STATS_AXES("files=all,groups=100"),
			 PARAM_VARIANT_NAMED("way",
					     "path,pread,do,dump,counts,"
					     "preflush,subtree",
					     "bpf")),
	.setup = stats_setup,
	STATS_READ,
};

BENCH_DEFINE(stats_read_v2) = {
	.name = "stats/read_v2",
	.summary = "read the statistics of a number of groups of cgroup v2",
	.kconfig = "CGROUPS MEMCG CFS_BANDWIDTH CGROUP_PIDS BLK_CGROUP "
		   "BLK_DEV_RAM TASKSTATS",
	.params = PARAMS(PARAM_MORE("groups", "10", "1,100"),
			 PARAM("files", "usage,cpu,memory,pids,io,all"),
			 STATS_AXES("files=all,groups=10"),
			 PARAM_VARIANT_NAMED("way",
					     "path,pread,do,dump,subtree",
					     "bpf")),
	.setup = stats_setup_v2,
	STATS_READ,
};

/* --- describe --- */

static unsigned described;

static int count(const struct cgstats_answer *a, void *arg)
{
	described++;
	return a->data[CGSTATS_A_NAME] ? 0 : -EIO;
}

static int describe_setup(struct bench_ctx *ctx)
{
	return stats_groups_one(ctx, &g, 1, "all");
}

static int describe_begin(struct bench_ctx *ctx)
{
	const char *what = ctx_param(ctx, "what");
	int r = open_stats(ctx);

	if (r)
		return r;
	cgstats_request(&request, &stats, CGSTATS_CMD_DESCRIBE, NLM_F_DUMP);
	if (!strcmp(what, "keys"))
		cgstats_add_u32(&request, CGSTATS_A_FLAGS, CGSTATS_F_KEYS);
	else if (strcmp(what, "all") && strcmp(what, "group"))
		return ctx_bad_param(ctx, "what");
	if (strcmp(what, "all"))
		cgstats_add(&request, CGSTATS_A_FDS, g.dirs, sizeof(int));
	return 0;
}

static int describe_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++) {
		described = 0;
		r = cgstats_call(&stats, &request, count, NULL);
	}
	return r;
}

static int describe_check(struct bench_ctx *ctx)
{
	if (described < g.nr_files || find_ids(ctx))
		return ctx_fail(ctx, -EIO, "%u statistics", described);
	return 0;
}

BENCH_DEFINE(stats_describe) = {
	.name = "stats/describe",
	.summary =
		"ask what statistics there are: all, of a group, or with keys",
	.version = 1,
	.extra = true,
	.first = FIRST_ALL,
	.kconfig = "CGROUPS MEMCG_V1 CFS_BANDWIDTH TASKSTATS",
	.samples = 15,
	.warmup = 2,
	.params = PARAMS(PARAM_VARIANT("what", "all,group,keys")),
	.setup = describe_setup,
	.begin = describe_begin,
	.run = describe_run,
	.check = describe_check,
};
