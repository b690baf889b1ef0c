/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "idle-procs.h"
#include "rebind-hierarchy.h"

int rebind_pause(unsigned ms)
{
	const struct timespec ts = { .tv_nsec = ms * 1000000L };

	return nanosleep(&ts, NULL) < 0 ? -errno : 0;
}

int rebind_open(struct bench_ctx *ctx, struct rebind_hierarchy *h)
{
	int r = cg_open(h->path, 1, &h->root);

	if (r < 0)
		return r;
	r = cg_open_file(&h->root, ctx_name(ctx), O_RDONLY | O_DIRECTORY);
	if (r < 0)
		return r;
	h->top = (struct cg){ .fd = r, .version = 1 };
	return 0;
}

void rebind_close(struct rebind_hierarchy *h)
{
	cg_close(&h->top);
	cg_close(&h->root);
}

int rebind_build(struct bench_ctx *ctx, struct rebind_hierarchy *h,
		 const char *options, unsigned groups)
{
	int r;

	if (mount("cgmark", h->path, "cgroup", 0, options) < 0)
		return -errno;
	r = cg_open(h->path, 1, &h->root);
	if (r == 0)
		r = cg_create(&h->root, ctx_name(ctx), &h->top);
	return r ? r : idle_procs_mkdirs(&h->top, groups);
}

/* Move the processes of group i, if any, to the root, then remove the group. */
static int clear_group(struct rebind_hierarchy *h, unsigned i, int root_procs)
{
	char path[IDLE_PROCS_PATH_MAX], list[4096];
	ssize_t n;
	int r;

	idle_procs_path(path, i, "");
	while (unlinkat(h->top.fd, path, AT_REMOVEDIR) < 0) {
		if (errno != EBUSY)
			return -errno;
		idle_procs_path(path, i, "cgroup.procs");
		n = cg_read(&h->top, path, list, sizeof(list));
		/* The next round gets what did not fit. */
		while (n > 0 && list[n - 1] != '\n')
			n--;
		r = n < 0 ? n : idle_procs_attach_list(root_procs, list, n);
		if (r < 0)
			return r;
		idle_procs_path(path, i, "");
	}
	return 0;
}

int rebind_tear_down(struct bench_ctx *ctx, struct rebind_hierarchy *h,
		     unsigned groups)
{
	int root_procs = cg_open_file(&h->root, "cgroup.procs", O_WRONLY);
	int r = root_procs < 0 ? root_procs : 0;

	for (unsigned i = 0; i < groups && r == 0; i++)
		r = clear_group(h, i, root_procs);
	if (r == 0 && unlinkat(h->root.fd, ctx_name(ctx), AT_REMOVEDIR) < 0)
		r = -errno;
	if (root_procs >= 0)
		close(root_procs);
	rebind_close(h);
	if (r == 0 && umount2(h->path, 0) < 0)
		r = -errno;
	return r;
}

/*
 * A hierarchy stays for good if one of its cgroups was not yet freed when it
 * was unmounted.  Mounting and unmounting it again gets rid of it.
 */
int rebind_wait_gone(struct rebind_hierarchy *h, const char *name)
{
	for (unsigned i = 0; i < 5000; i++) {
		if (!cg_is_live_v1(name))
			return 0;
		rebind_pause(1);
		if (i % 20 == 19 &&
		    mount("cgmark", h->path, "cgroup", 0, name) == 0 &&
		    umount2(h->path, 0) < 0)
			return -errno;
	}
	return -EBUSY;
}
