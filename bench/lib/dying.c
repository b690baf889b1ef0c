/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dying.h"

#define PAGE_BYTES 4096
#define NAME "dying"

int dying_param(struct bench_ctx *ctx, uint64_t *ret)
{
	int r = ctx_param_u64(ctx, "dying", ret);

	return r == 0 && *ret > DYING_MAX ? ctx_bad_param(ctx, "dying") : r;
}

/* All cgroups that the kernel has in the hierarchy with memory, on v1. */
static long count_v1(void)
{
	const struct cg here = { .fd = AT_FDCWD };
	char text[4096], *line;
	unsigned nr;
	ssize_t n = cg_read(&here, "/proc/cgroups", text, sizeof(text));

	if (n < 0)
		return n;
	line = strstr(text, "\nmemory\t");
	return line && sscanf(line, " memory %*u %u", &nr) == 1 ? (long)nr
								: -ENODATA;
}

static long count_v2(const struct cg *top)
{
	static const char key[] = "nr_dying_descendants ";
	char text[512], *p;
	ssize_t n = cg_read(top, "cgroup.stat", text, sizeof(text));

	if (n < 0)
		return n;
	p = strstr(text, key);
	return p ? strtol(p + sizeof(key) - 1, NULL, 10) : -ENODATA;
}

static int add_one(struct dying *d, const struct cg *parent,
		   const struct cg *back)
{
	struct cg it;
	int r = cg_create(parent, NAME, &it);

	if (r < 0)
		return r;
	r = cg_attach(&it, 0);
	if (r == 0 && pwrite(d->pages, "", 1, (off_t)d->nr * PAGE_BYTES) != 1)
		r = -errno;
	if (r == 0)
		r = cg_attach(back, 0);
	cg_close(&it);
	if (r == 0 && unlinkat(parent->fd, NAME, AT_REMOVEDIR) < 0)
		r = -errno;
	if (r == 0)
		d->nr++;
	return r;
}

int dying_add(struct dying *d, const struct cg *parent, const struct cg *back,
	      uint64_t nr)
{
	int r = 0;

	if (!d->nr && nr) {
		d->others = parent->version == 1 ? count_v1() : 0;
		if (d->others < 0)
			return d->others;
		d->pages = memfd_create(NAME, MFD_CLOEXEC);
		if (d->pages < 0)
			return -errno;
	}
	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = add_one(d, parent, back);
	return r;
}

int dying_map(const struct dying *d)
{
	size_t size = d->nr * PAGE_BYTES;
	void *pages;

	if (!d->nr)
		return 0;
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_POPULATE, d->pages, 0);
	return pages == MAP_FAILED || munmap(pages, size) < 0 ? -errno : 0;
}

int dying_check(struct bench_ctx *ctx, const struct dying *d,
		const struct cg *top)
{
	long want = d->nr, is;

	if (!want)
		return 0;
	is = top->version == 2 ? count_v2(top) : count_v1() - d->others;
	return is == want ? 0
			  : ctx_fail(ctx, -EIO, "%ld groups are dying, not %ld",
				     is, want);
}
