/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that stay charged, swap, and allocations that fail. */
#include <sys/swap.h>

#include "fuzz.h"

#define SWAP_DEVICE "/dev/ram0"
#define SWAP_MIB 16

struct filling {
	const char *dir, *path;
	unsigned kib;
};

static void fill(void *arg)
{
	const struct filling *f = arg;
	static char buf[65536];
	int fd;

	put(str("%s/cgroup.procs", f->dir), "0");
	fd = open(f->path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	for (unsigned i = 0; i < f->kib; i += sizeof(buf) / 1024)
		if (write(fd, buf, sizeof(buf)) < 0)
			break;
}

static int do_fill(const uint32_t *a)
{
	static const unsigned sizes[] = { 64, 64, 256, 256, 1024, 2048 };
	struct filling f = {
		.dir = group_path(a[0], a[1]),
		/* Nobody can write to what the other worker filled. */
		.path = str(PAGES_DIR "/%c%u", me == ROOT ? 'r' : 'u', a[2]),
		.kib = sizes[a[3] % ARRAY_SIZE(sizes)],
	};

	return f.dir ? with_child(fill, &f) : -ENODEV;
}

OP(fill) = {
	.name = "fill",
	.fn = do_fill,
	.args = { ARG_TOP, ARG_DIR, ARG_FILE, ARG_N },
	.weight = { 14, 14 },
	.then = "rmdir,rmdir,untree,split,write,drop,remount",
};

/* What keeps a removed group goes. */
static int do_drop(const uint32_t *a)
{
	return sys(
		unlink(str(PAGES_DIR "/%c%u", me == ROOT ? 'r' : 'u', a[0])));
}

OP(drop) = {
	.name = "drop",
	.fn = do_drop,
	.args = { ARG_FILE },
	.weight = { 8, 8 },
	.then = "pause,umount,mount,remount",
};

static int do_drop_caches(const uint32_t *a)
{
	return put("/proc/sys/vm/drop_caches", a[0] % 2 ? "3" : "2");
}

OP(drop_caches) = {
	.name = "drop_caches",
	.fn = do_drop_caches,
	.args = { ARG_N },
	.weight = { 1, 0 },
	.then = "umount,mount,remount",
};

/* What mkswap(8) writes. */
static void make_swap(void)
{
	static char page[4096];
	uint32_t *header = (uint32_t *)(page + 1024);
	int fd = open(SWAP_DEVICE, O_RDWR | O_CLOEXEC);

	header[0] = 1;				       /* version */
	header[1] = SWAP_MIB * 1024 * 1024 / 4096 - 1; /* last page */
	memcpy(page + sizeof(page) - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, sizeof(page), 0) == sizeof(page))
		fsync(fd);
	close(fd);
}

static int do_swap(const uint32_t *a)
{
	if (a[0] % 4 == 0)
		return sys(swapoff(SWAP_DEVICE));
	make_swap();
	return sys(swapon(SWAP_DEVICE, 0));
}

OP(swap) = {
	.name = "swap",
	.fn = do_swap,
	.args = { ARG_N },
	.weight = { 2, 0 },
	.then = "spawn,write,fill",
};

/* How long the OOM killer can be held up at all. */
static int do_oom_max(const uint32_t *a)
{
	static const char *const ms[] = { "0", "100", "60000", "60000" };

	return put("/proc/sys/vm/cgroup_oom_max_ms", ms[a[0] % ARRAY_SIZE(ms)]);
}

OP(oom_max) = {
	.name = "oom_max",
	.fn = do_oom_max,
	.args = { ARG_N },
	.weight = { 1, 0 },
	.then = "handle",
};

/* One allocation of the next operation fails. */
static int do_fault(const uint32_t *a)
{
	if (fault_fd < 0)
		return -ENOENT;
	fault_nth = 1 + a[0] * a[0] / 8;
	return 0;
}

OP(fault) = {
	.name = "fault",
	.fn = do_fault,
	.args = { ARG_N },
	.weight = { 40, 20 },
	.then = "mkdir,mount,remount,split,merge,inherit,attach,write,tree,"
		"hold,read_stats,rmdir,spawn",
	.maybe = true,
};
