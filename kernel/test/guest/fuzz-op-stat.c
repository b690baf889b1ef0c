/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics through taskstats. */
#include <linux/cgroupstats.h>
#include <linux/taskstats.h>
#include <sys/stat.h>

#include "cgstats.h"
#include "fuzz.h"

#define NR_IDS 3

static struct cgstats stats = { .fd = -1 };
static struct cgstats_request request;

/* 0 or -errno; the family outlives the sockets. */
static int begin(int cmd, int flags)
{
	int r = 0;

	if (!stats.family) {
		r = cgstats_resolve(&stats);
		if (r)
			return r;
	} else if (stats.fd < 0) {
		r = cgstats_socket(&stats);
		if (r)
			return r;
	}
	cgstats_request(&request, &stats, cmd, flags);
	return 0;
}

static int call(void)
{
	return cgstats_call(&stats, &request, NULL, NULL);
}

static int open_dir(uint32_t top, uint32_t dir)
{
	const char *path = group_path(top, dir);

	if (!path)
		return -ENODEV;
	return sys(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int do_describe(const uint32_t *a)
{
	int fd = open_dir(a[0], a[1]),
	    r = begin(CGSTATS_CMD_DESCRIBE, NLM_F_DUMP);

	if (r == 0 && a[2] % 2 && fd >= 0)
		cgstats_add(&request, CGSTATS_A_FDS, &fd, sizeof(fd));
	if (r == 0 && a[2] / 2 % 2)
		cgstats_add_u32(&request, CGSTATS_A_FLAGS, CGSTATS_F_KEYS);
	if (r == 0)
		r = call();
	if (fd >= 0)
		close(fd);
	return r;
}

OP(describe) = {
	.name = "describe",
	.fn = do_describe,
	.args = { ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 2, 2 },
	.then = "read_stats",
};

/* Numbers from a list of some 100; most cgroups have a few of them. */
static void add_ids(uint32_t n)
{
	uint32_t ids[NR_IDS];

	for (unsigned i = 0; i < NR_IDS; i++)
		ids[i] = 1 + (n * (7 + i) + i * 31) % 100;
	cgstats_add(&request, CGSTATS_A_IDS, ids,
		    (1 + n % NR_IDS) * sizeof(*ids));
}

static void add_cgids(int fd, uint32_t n)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return;
	cgstats_add_u32(&request, CGSTATS_A_HIERARCHY, n % 16);
	cgstats_add_u64(&request, CGSTATS_A_CGIDS, st.st_ino);
}

/* A dump that nobody reads to its end is left to the end of the socket. */
static int leave_open(void)
{
	int r = cgstats_send(&stats, &request);

	if (r == 0)
		r = cgstats_receive(&stats, NULL, NULL);
	cgstats_close(&stats);
	return r < 0 ? r : 0;
}

static int do_read_stats(const uint32_t *a)
{
	int fd = open_dir(a[0], a[1]), fds[2] = { fd, fd }, r;
	uint32_t way = a[3] % 8;

	if (fd < 0)
		return fd;
	r = begin(CGSTATS_CMD_READ, way ? NLM_F_DUMP : 0);
	if (r == 0) {
		add_ids(a[2]);
		cgstats_add_u32(&request, CGSTATS_A_FLAGS, a[3] / 8 % 4);
		if (way < 2)
			cgstats_add(&request, CGSTATS_A_FDS, fds, sizeof(fd));
		else if (way < 4)
			cgstats_add(&request, CGSTATS_A_FDS, fds, sizeof(fds));
		else if (way < 5)
			add_cgids(fd, a[2]);
		else
			cgstats_add_u32(&request, CGSTATS_A_SUBTREE_FD, fd);
		r = way == 7 ? leave_open() : call();
	}
	close(fd);
	return r;
}

OP(read_stats) = {
	.name = "read_stats",
	.fn = do_read_stats,
	.args = { ARG_TOP, ARG_DIR, ARG_N, ARG_N },
	.weight = { 40, 40 },
	.then = "read_stats,rmdir,write",
};

static int do_count(const uint32_t *a)
{
	int fd = open_dir(a[0], a[1]), r;

	if (fd < 0)
		return fd;
	r = begin(CGROUPSTATS_CMD_GET, 0);
	if (r == 0) {
		cgstats_add_u32(&request, CGROUPSTATS_CMD_ATTR_FD, fd);
		r = call();
	}
	close(fd);
	return r;
}

OP(count) = {
	.name = "count",
	.fn = do_count,
	.args = { ARG_TOP, ARG_DIR },
	.weight = { 5, 5 },
};

static int do_task_stats(const uint32_t *a)
{
	pid_t pid = shared->workers[me].slots[a[0]];
	int r = begin(TASKSTATS_CMD_GET, 0);

	if (r)
		return r;
	cgstats_add_u32(&request,
			a[1] % 2 ? TASKSTATS_CMD_ATTR_PID
				 : TASKSTATS_CMD_ATTR_TGID,
			pid);
	return call();
}

OP(task_stats) = {
	.name = "task_stats",
	.fn = do_task_stats,
	.args = { ARG_SLOT, ARG_N },
	.weight = { 3, 3 },
};

/* Told of all who exit, and reads nothing. */
static int do_listen(const uint32_t *a)
{
	int r = begin(TASKSTATS_CMD_GET, NLM_F_ACK);

	if (r)
		return r;
	cgstats_add(&request,
		    a[0] % 2 ? TASKSTATS_CMD_ATTR_REGISTER_CPUMASK
			     : TASKSTATS_CMD_ATTR_DEREGISTER_CPUMASK,
		    "0", 2);
	r = call();
	/* Its answers would be taken for those to come. */
	cgstats_close(&stats);
	return r;
}

OP(listen) = {
	.name = "listen",
	.fn = do_listen,
	.args = { ARG_N },
	.weight = { 1, 1 },
	.then = "fork,kill",
};
