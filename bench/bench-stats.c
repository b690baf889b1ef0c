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
 *
 * The groups are idle; or, with dirty=N, N pages were charged and uncharged in
 * each before each sample, so that their counters have to be summed up.
 *
 * files=usage reads memory.usage_in_bytes; files=all adds memory.stat and
 * cpu.stat, 46 numbers in all.  Requests are built once; answers are parsed
 * message by message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "cgstats.h"
#include "idle-procs.h"

#define GROUPS_MAX 1000
#define FILES_MAX 3
#define VALUES_MAX 128 /* per group */
#define DIRTY_MAX 65536
#define TEXT_BYTES 8192
/* Enough for 1000 groups and three files. */
#define SYSCALLS_MAX 16

/* Each has one more: way=subtree reports the parent first. */
typedef uint64_t values_t[VALUES_MAX];

static const char *const file_names[FILES_MAX] = {
	"memory.usage_in_bytes",
	"memory.stat",
	"cpu.stat",
};

static struct cg top;
static uint64_t groups, dirty;
static unsigned nr_files;
static int dir_fds[GROUPS_MAX], file_fds[GROUPS_MAX][FILES_MAX];

static values_t table[GROUPS_MAX + 1], text_table[GROUPS_MAX + 1];
static unsigned nr_values[GROUPS_MAX + 1];
static int (*read_all)(void);
static struct cgstats stats;
static struct cgstats_request request;
static uint32_t ids[FILES_MAX];
static unsigned row, syscalls;
static char text[TEXT_BYTES];

/* --- text --- */

/* The last word of each line is a number. */
static unsigned parse(const char *p, const char *end, uint64_t *ret)
{
	uint64_t value = 0;
	unsigned nr = 0;

	for (; p < end; p++) {
		if (*p == '\n') {
			if (nr < VALUES_MAX)
				ret[nr] = value;
			nr++;
			value = 0;
		} else if (*p >= '0' && *p <= '9') {
			value = 10 * value + (*p - '0');
		} else {
			value = 0;
		}
	}
	return nr;
}

static int take_text(ssize_t n, unsigned group, unsigned *nr, values_t *into)
{
	if (n <= 0)
		return n < 0 ? -errno : -ENODATA;
	*nr += parse(text, text + n, into[group] + *nr);
	return *nr <= VALUES_MAX ? 0 : -E2BIG;
}

static int read_path(void)
{
	char path[IDLE_PROCS_PATH_MAX];
	int r = 0;

	for (unsigned i = 0; i < groups; i++) {
		unsigned nr = 0;

		for (unsigned f = 0; f < nr_files && r == 0; f++) {
			int fd = openat(top.fd,
					idle_procs_path(path, i, file_names[f]),
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

	for (unsigned i = 0; i < groups; i++) {
		unsigned nr = 0;

		for (unsigned f = 0; f < nr_files && r == 0; f++)
			r = take_text(
				pread(file_fds[i][f], text, sizeof(text), 0), i,
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
	for (unsigned i = 0; i < groups && r == 0; i++) {
		*fd = dir_fds[i];
		r = send_request();
		if (r == 0)
			r = receive();
	}
	return r;
}

/* --- set-up --- */

static int open_group(unsigned i)
{
	char path[IDLE_PROCS_PATH_MAX];

	dir_fds[i] = openat(top.fd, idle_procs_path(path, i, ""),
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fds[i] < 0)
		return -errno;
	for (unsigned f = 0; f < nr_files; f++) {
		file_fds[i][f] =
			openat(dir_fds[i], file_names[f], O_RDONLY | O_CLOEXEC);
		if (file_fds[i][f] < 0)
			return -errno;
	}
	return 0;
}

static int make_groups(struct bench_ctx *ctx)
{
	const rlim_t files = 64 + GROUPS_MAX * (FILES_MAX + 1);
	const struct rlimit limit = { files, files };
	int r;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	r = ctx_hierarchy_of(ctx, "memory+cpu", &top);
	if (r == 0)
		r = idle_procs_mkdirs(&top, groups);
	for (unsigned i = 0; i < groups && r == 0; i++)
		r = open_group(i);
	return r;
}

static int stats_setup(struct bench_ctx *ctx)
{
	const char *files = ctx_param(ctx, "files");
	int r = ctx_param_u64(ctx, "groups", &groups);

	if (r == 0)
		r = ctx_param_u64(ctx, "dirty", &dirty);
	if (r)
		return r;
	if (groups < 1 || groups > GROUPS_MAX)
		return ctx_bad_param(ctx, "groups");
	if (dirty > DIRTY_MAX)
		return ctx_bad_param(ctx, "dirty");
	if (strcmp(files, "usage") && strcmp(files, "all"))
		return ctx_bad_param(ctx, "files");
	nr_files = strcmp(files, "all") ? 1 : FILES_MAX;
	return make_groups(ctx);
}

static int find_ids(void)
{
	int r = 0;

	for (unsigned f = 0; f < nr_files && r == 0; f++)
		r = cgstats_find(&stats, dir_fds[0], file_names[f], &ids[f]);
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
	cgstats_add(&request, CGSTATS_A_IDS, ids, nr_files * sizeof(*ids));
	if (!strcmp(way, "counts"))
		cgstats_add_u32(&request, CGSTATS_A_FLAGS, CGSTATS_F_COUNTS);
	if (!strcmp(way, "preflush"))
		cgstats_add_u32(&request, CGSTATS_A_FLAGS, CGSTATS_F_PREFLUSH);
	if (!strcmp(way, "subtree"))
		cgstats_add_u32(&request, CGSTATS_A_SUBTREE_FD, top.fd);
	else
		cgstats_add(&request, CGSTATS_A_FDS, dir_fds,
			    (one ? 1 : groups) * sizeof(*dir_fds));
}

static int stats_begin(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");
	int r;

	/* stats_between() waits, but the runner cannot tell. */
	if (dirty)
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
	else
		return ctx_bad_param(ctx, "way");
	if (read_all == read_path || read_all == read_pread)
		return 0;

	r = open_stats(ctx);
	if (r == 0)
		r = find_ids();
	if (r == 0)
		make_request(way);
	return r;
}

static int soil(unsigned i)
{
	struct cg group = { .fd = dir_fds[i], .version = 1 };
	size_t size = dirty * 4096;
	void *pages;
	int r = cg_attach(&group, 0);

	if (r)
		return r;
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pages == MAP_FAILED || munmap(pages, size) < 0)
		return -errno;
	return 0;
}

static int stats_between(struct bench_ctx *ctx)
{
	int r = 0;

	if (!dirty)
		return 0;
	for (unsigned i = 0; i < groups && r == 0; i++)
		r = soil(i);
	if (r == 0)
		r = cg_attach(&top, 0);
	return r ? ctx_fail(ctx, r, "use memory in each group: %s",
			    strerror(-r))
		 : 0;
}

static int stats_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++) {
		syscalls = 0;
		r = read_all();
	}
	return r;
}

/* The values match the files as of now: nothing happens in the groups. */
static int stats_check(struct bench_ctx *ctx)
{
	bool subtree = !strcmp(ctx_param(ctx, "way"), "subtree");
	unsigned was[GROUPS_MAX + 1];
	int r;

	if (read_all == read_dump && row != groups + subtree)
		return ctx_fail(ctx, -EIO, "%u groups were read", row);
	if (read_all == read_dump && syscalls > SYSCALLS_MAX)
		return ctx_fail(ctx, -EIO, "it took %u system calls", syscalls);
	memcpy(was, nr_values + subtree, sizeof(was) - sizeof(was[0]));
	r = read_kept(text_table);
	if (r)
		return r;
	for (unsigned i = 0; i < groups; i++) {
		const uint64_t *values = table[i + subtree];

		if (was[i] != nr_values[i] || was[i] < nr_files)
			return ctx_fail(ctx, -EIO, "group %u: %u values of %u",
					i, was[i], nr_values[i]);
		for (unsigned k = 0; k < was[i]; k++)
			if (values[k] != text_table[i][k])
				return ctx_fail(ctx, -EIO,
						"group %u: value %u is wrong",
						i, k);
	}
	return 0;
}

BENCH_DEFINE(stats_read) = {
	.name = "stats/read",
	.summary = "read statistics of all of the groups",
	.version = 1,
	.kconfig = "CGROUPS MEMCG_V1 CFS_BANDWIDTH TASKSTATS",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.first = FIRST_ALL,
	.params = PARAMS(PARAM("groups", "1,10,100,1000"),
			 PARAM("files", "usage,all"),
			 PARAM_AXIS_AT("dirty", "0", "128",
				       "files=all,groups=100"),
			 PARAM_VARIANT("way", "path,pread,do,dump,counts,"
					      "preflush,subtree")),
	.setup = stats_setup,
	.begin = stats_begin,
	.between = stats_between,
	.run = stats_run,
	.check = stats_check,
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
	groups = 1;
	nr_files = FILES_MAX;
	return make_groups(ctx);
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
		cgstats_add(&request, CGSTATS_A_FDS, dir_fds, sizeof(int));
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
	if (described < FILES_MAX || find_ids())
		return ctx_fail(ctx, -EIO, "%u statistics", described);
	return 0;
}

BENCH_DEFINE(stats_describe) = {
	.name = "stats/describe",
	.summary = "list the statistics of the system, of a group, with keys",
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
