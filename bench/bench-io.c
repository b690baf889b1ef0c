/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One page is read or written directly on a RAM disk, by a process in a cgroup
 * of blkio (v1) or io (v2): the cost of getting past the throttle.
 *
 *   rule=none   no group has a limit on this disk: throttling is not set up
 *   rule=other  another group has one
 *   rule=high   the group has limits that are never reached
 *
 * Once set up, throttling of a disk stays, so rule=none uses another disk of
 * the same kind.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bench.h"

#define PAGE 4096
#define PAGES 16 /* used of the disk, in turn */

static struct cg group;
static bool v2, writes, counted;
static int disk;
static unsigned major_nr, minor_nr;
static char *page;
static uint64_t nr_done, done_before;

static int open_disk(struct bench_ctx *ctx, const char *path)
{
	struct stat st;

	disk = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (disk < 0 && errno == ENOENT)
		return ctx_skip(ctx, "there is no %s", path);
	if (disk < 0 || fstat(disk, &st) < 0)
		return -errno;
	major_nr = major(st.st_rdev);
	minor_nr = minor(st.st_rdev);
	return 0;
}

static int limit(const struct cg *cg)
{
	static const char *const files[] = {
		"blkio.throttle.read_bps_device",
		"blkio.throttle.write_bps_device",
		"blkio.throttle.read_iops_device",
		"blkio.throttle.write_iops_device",
	};
	char text[128];
	int r = 0;

	if (v2) {
		snprintf(text, sizeof(text),
			 "%u:%u rbps=1000000000000 wbps=1000000000000 "
			 "riops=1000000000 wiops=1000000000",
			 major_nr, minor_nr);
		return cg_write(cg, "io.max", text);
	}
	for (unsigned i = 0; i < 4 && r == 0; i++) {
		snprintf(text, sizeof(text), "%u:%u %s", major_nr, minor_nr,
			 i < 2 ? "1000000000000" : "1000000000");
		r = cg_write(cg, files[i], text);
	}
	return r;
}

/* On v2 the group is the leaf that points run in. */
static int make_groups(struct bench_ctx *ctx, struct cg *other)
{
	int r;

	if (!v2) {
		r = ctx_hierarchy_of(ctx, "blkio", &group);
		return r ? r : cg_create(&group, "other", other);
	}
	/* io enables memory as well: record that memory was on v2. */
	r = ctx_controllers(ctx, "memory");
	if (r == 0)
		r = ctx_controllers(ctx, "io");
	if (r)
		return r;
	group.fd =
		cg_open_file(ctx_subtree(ctx), "point", O_RDONLY | O_DIRECTORY);
	group.version = 2;
	if (group.fd < 0)
		return group.fd;
	return cg_create(ctx_subtree(ctx), "other", other);
}

static int io_setup(struct bench_ctx *ctx)
{
	const char *rule = ctx_param(ctx, "rule");
	const char *version = ctx_param(ctx, "version");
	bool none = !strcmp(rule, "none"), high = !strcmp(rule, "high");
	struct cg other = CG_NONE;
	int r;

	v2 = !strcmp(version, "v2");
	if (!v2 && strcmp(version, "v1"))
		return ctx_bad_param(ctx, "version");
	if (!none && !high && strcmp(rule, "other"))
		return ctx_bad_param(ctx, "rule");
	/* Without a rule, v1 does not count. */
	counted = v2 || !none;
	r = open_disk(ctx, none ? "/dev/ram0" : "/dev/ram1");
	if (r == 0)
		r = make_groups(ctx, &other);
	if (r)
		return r;
	page = aligned_alloc(PAGE, PAGE);
	if (!page)
		return -ENOMEM;
	return none ? 0 : limit(high ? &group : &other);
}

/* How many operations of this kind the group's statistics show. */
static int count(uint64_t *ret)
{
	const char *file = v2 ? "io.stat" : "blkio.throttle.io_serviced";
	char text[4096], key[64];
	unsigned long long n = 0;
	const char *p;
	ssize_t len = cg_read(&group, file, text, sizeof(text));

	if (len < 0)
		return len;
	if (v2)
		snprintf(key, sizeof(key), "%u:%u ", major_nr, minor_nr);
	else
		snprintf(key, sizeof(key), "%u:%u %s ", major_nr, minor_nr,
			 writes ? "Write" : "Read");
	p = strstr(text, key);
	if (p && v2)
		p = strstr(p, writes ? "wios=" : "rios=");
	if (p)
		sscanf(p + (v2 ? 5 : strlen(key)), "%llu", &n);
	*ret = n;
	return 0;
}

static int io_begin(struct bench_ctx *ctx)
{
	const char *op = ctx_param(ctx, "op");
	int r = 0;

	writes = !strcmp(op, "write");
	if (!writes && strcmp(op, "read"))
		return ctx_bad_param(ctx, "op");
	memset(page, 'c', PAGE);
	/* A page of a RAM disk does not exist until it is written. */
	for (unsigned i = 0; i < PAGES; i++)
		if (pwrite(disk, page, PAGE, i * PAGE) != PAGE)
			return -errno;
	if (!v2)
		r = cg_attach(&group, 0);
	nr_done = 0;
	if (r == 0 && counted)
		r = count(&done_before);
	return r;
}

static int io_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		off_t at = nr_done++ % PAGES * PAGE;
		ssize_t n = writes ? pwrite(disk, page, PAGE, at)
				   : pread(disk, page, PAGE, at);

		if (n != PAGE)
			return n < 0 ? -errno : -EIO;
	}
	return 0;
}

static int io_check(struct bench_ctx *ctx)
{
	uint64_t now = 0;
	int r;

	for (unsigned i = 0; i < PAGE; i++)
		if (page[i] != 'c')
			return ctx_fail(ctx, -EIO, "another byte was read");
	if (!counted)
		return 0;
	r = count(&now);
	if (r < 0)
		return r;
	if (now - done_before < nr_done)
		return ctx_fail(ctx, -EIO,
				"%llu operations, the group has %llu",
				(unsigned long long)nr_done,
				(unsigned long long)(now - done_before));
	return 0;
}

BENCH_DEFINE(io_throttle_path) = {
	.name = "io/throttle_path",
	.summary =
		"read or write one page of a disk whose group may have a limit",
	.version = 1,
	.extra = true,
	.kconfig = "BLK_CGROUP BLK_DEV_THROTTLING BLK_DEV_RAM",
	.nr_ops = 16,
	.params = PARAMS(PARAM("version", "v1,v2"),
			 PARAM("rule", "none,other,high"),
			 PARAM_VARIANT("op", "read,write")),
	.setup = io_setup,
	.begin = io_begin,
	.run = io_run,
	.check = io_check,
};
