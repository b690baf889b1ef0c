/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups and their files. */
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "fuzz.h"

static bool is_users(const char *dir)
{
	return dir[0] == 'u';
}

static int make(uint32_t top, uint32_t dir)
{
	const char *path = dir_path(top, dir);

	if (!path)
		return -ENODEV;
	if (mkdir(path, 0755) < 0)
		return -errno;
	if (me == ROOT && is_users(dirs[dir]))
		give_to_user(path);
	return 0;
}

static int do_mkdir(const uint32_t *a)
{
	return make(a[0], a[1]);
}

OP(mkdir) = {
	.name = "mkdir",
	.fn = do_mkdir,
	.args = { ARG_TOP, ARG_DIR },
	.weight = { 14, 14 },
	.then = "fill,write,attach,spawn,mkdir",
};

static int do_rmdir(const uint32_t *a)
{
	const char *path = group_path(a[0], a[1]);

	return path ? sys(rmdir(path)) : -ENODEV;
}

OP(rmdir) = {
	.name = "rmdir",
	.fn = do_rmdir,
	.args = { ARG_TOP, ARG_DIR },
	.weight = { 14, 14 },
	.then = "split,remount,umount,merge,mkdir,rmdir,drop",
};

/* All groups: two hierarchies with the same ones can be merged. */
int make_all(uint32_t top)
{
	int r = 0;

	for (uint32_t i = 0; i < nr_dirs - 1; i++)
		r = make(top, i);
	return r;
}

static int do_tree(const uint32_t *a)
{
	return make_all(a[0]);
}

OP(tree) = {
	.name = "tree",
	.fn = do_tree,
	.args = { ARG_TOP },
	.weight = { 3, 1 },
	.then = "fill,spawn,split,write,attach",
};

int remove_all(uint32_t top)
{
	int r = -ENODEV;

	for (uint32_t i = nr_dirs - 1; i > 0 && top_path(top); i--)
		r = sys(rmdir(dir_path(top, i - 1)));
	return r;
}

static int do_untree(const uint32_t *a)
{
	return remove_all(a[0]);
}

OP(untree) = {
	.name = "untree",
	.fn = do_untree,
	.args = { ARG_TOP },
	.weight = { 4, 1 },
	.then = "split,merge,remount,wipe",
};

/* Off on the default hierarchy, so that another one can have them. */
void disable_on_v2(uint32_t set)
{
	char off[256] = "", *text;

	if (read_all(V2 "/cgroup.subtree_control", &text) < 0)
		return;
	for (unsigned i = 0; i < nr_subsystems; i++)
		if ((set & (1U << i)) && strstr(text, subsystems[i])) {
			strcat(off, "-");
			strcat(off, subsystems[i]);
			strcat(off, " ");
		}
	free(text);
	for (uint32_t i = nr_dirs; i > 0 && *off; i--)
		put(str(V2 "/%s/cgroup.subtree_control",
			dirs[(i + nr_dirs - 2) % nr_dirs]),
		    off);
}

/* The second gets the groups that the first has. */
void align_groups(uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < nr_dirs - 1; i++)
		if (exists(dir_path(from, i)))
			make(to, i);
	for (uint32_t i = nr_dirs - 1; i > 0; i--)
		if (!exists(dir_path(from, i - 1)))
			rmdir(dir_path(to, i - 1));
}

static int do_align(const uint32_t *a)
{
	uint32_t to = other_mount(a[0], a[1]);

	if (!top_path(a[0]) || !top_path(to))
		return -ENODEV;
	align_groups(a[0], to);
	return 0;
}

OP(align) = {
	.name = "align",
	.fn = do_align,
	.args = { ARG_MOUNT, ARG_MOUNT },
	.weight = { 5, 0 },
	.then = "merge",
};

static int do_rename(const uint32_t *a)
{
	const char *from = group_path(a[0], a[1]), *to = dir_path(a[0], a[2]);

	return from && to ? sys(rename(from, to)) : -ENODEV;
}

OP(rename) = {
	.name = "rename",
	.fn = do_rename,
	.args = { ARG_TOP, ARG_DIR, ARG_DIR },
	.weight = { 1, 1 },
	.then = "split,merge",
};

static int do_chown(const uint32_t *a)
{
	const char *path = group_path(a[0], a[1]);

	if (!path)
		return -ENODEV;
	if (a[2] % 2) {
		give_to_user(path);
		return 0;
	}
	return sys(chmod(path, a[2] % 4 ? 0755 : 0700));
}

OP(chown) = {
	.name = "chown",
	.fn = do_chown,
	.args = { ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 2, 1 },
	.then = "split,merge",
};

static int do_xattr(const uint32_t *a)
{
	const char *path = group_path(a[0], a[1]);
	const char *name =
		str("%s.a%u", a[2] % 2 ? "user" : "trusted", a[2] / 4 % 4);

	if (!path)
		return -ENODEV;
	if (a[2] / 16 % 2)
		path = str("%s/tasks", path);
	if (a[2] / 32)
		return sys(removexattr(path, name));
	return sys(setxattr(path, name, "value", 5, 0));
}

OP(xattr) = {
	.name = "xattr",
	.fn = do_xattr,
	.args = { ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 2, 2 },
	.then = "split,merge,rmdir",
};

/*
 * What would act on the unprivileged worker itself, which has to be in a group
 * of the default hierarchy.
 */
static bool hurts_worker(const char *path)
{
	return !strcmp(path, V2 "/" USER_DIR);
}

static int do_write(const uint32_t *a)
{
	const char *path = group_path(a[0], a[1]);
	const struct control *c;

	if (!path)
		return -ENODEV;
	c = any_control(path, a[2], true);
	if (!c->value || (hurts_worker(path) && !strstr(c->file, "subtree")))
		return -EPERM;
	return put(str("%s/%s", path, c->file), c->value);
}

OP(write) = {
	.name = "write",
	.fn = do_write,
	.args = { ARG_TOP, ARG_DIR, ARG_CONTROL },
	.weight = { 120, 120 },
	.then = "fill,spawn,write",
};

static int read_some(int fd)
{
	char buf[4096];
	ssize_t n = 0;

	for (int i = 0; i < 16; i++) {
		n = pread(fd, buf, sizeof(buf), i * sizeof(buf));
		if (n <= 0)
			break;
	}
	return n < 0 ? -errno : 0;
}

static int open_control(uint32_t top, uint32_t dir, uint32_t nr)
{
	const char *path = group_path(top, dir);
	const struct control *c;

	if (!path)
		return -ENODEV;
	c = any_control(path, nr, false);
	return sys(open(str("%s/%s", path, c->file),
			O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

static int do_read(const uint32_t *a)
{
	int fd = open_control(a[0], a[1], a[2]), r;

	if (fd < 0)
		return fd;
	r = read_some(fd);
	close(fd);
	return r;
}

OP(read) = {
	.name = "read",
	.fn = do_read,
	.args = { ARG_TOP, ARG_DIR, ARG_CONTROL },
	.weight = { 150, 150 },
};

/* What is in /proc about groups. */
static int do_proc(const uint32_t *a)
{
	static const char *const files[] = {
		"/proc/cgroups",     "/proc/self/cgroup",
		"/proc/self/mounts", "/proc/self/mountinfo",
		"/proc/self/cpuset", "",
	};
	const char *path = files[a[0] % ARRAY_SIZE(files)];
	char *text;
	int r;

	if (!*path)
		path = str("/proc/%d/cgroup",
			   shared->workers[a[0] % 2].slots[a[1]]);
	r = read_all(path, &text);
	if (r == 0)
		free(text);
	return r;
}

OP(proc) = {
	.name = "proc",
	.fn = do_proc,
	.args = { ARG_N, ARG_SLOT },
	.weight = { 40, 40 },
};

/* --- open files, while what they belong to changes --- */

static int do_hold(const uint32_t *a)
{
	const char *path = group_path(a[1], a[2]);
	const struct control *c;
	int fd;

	if (!path)
		return -ENODEV;
	c = any_control(path, a[3], a[3] % 2);
	if (hurts_worker(path))
		return -EPERM;
	fd = sys(open(str("%s/%s", path, c->file),
		      (c->value ? O_RDWR : O_RDONLY) | O_CLOEXEC));
	if (fd < 0)
		return fd;
	hold_fd(a[0], fd);
	return 0;
}

OP(hold) = {
	.name = "hold",
	.fn = do_hold,
	.args = { ARG_FD, ARG_TOP, ARG_DIR, ARG_CONTROL },
	.weight = { 30, 30 },
	.then = "rmdir,split,reread,remount,merge",
};

/* Becomes a handler that never answers. */
static int do_handle(const uint32_t *a)
{
	const char *path =
		group_path(top_with(a[1], set_parse("memory")), a[2]);
	int fd;

	if (!path)
		return -ENODEV;
	put(str("%s/oom.delay_ms", path), a[3] % 2 ? "60000" : "20");
	fd = sys(open(str("%s/oom.await", path), O_RDONLY | O_CLOEXEC));
	if (fd < 0)
		return fd;
	hold_fd(a[0], fd);
	if (a[3] / 2 % 2)
		put(str("%s/memory.limit_in_bytes", path), "1M");
	return 0;
}

OP(handle) = {
	.name = "handle",
	.fn = do_handle,
	.args = { ARG_FD, ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 10, 10 },
	.then = "fill,spawn,reread,mkdir,split",
};

static int do_reread(const uint32_t *a)
{
	return held_fds[a[0]] < 0 ? -EBADF : read_some(held_fds[a[0]]);
}

OP(reread) = {
	.name = "reread",
	.fn = do_reread,
	.args = { ARG_FD },
	.weight = { 30, 30 },
};

static int do_rewrite(const uint32_t *a)
{
	const char *value = controls[a[1]].value ?: "0";

	if (held_fds[a[0]] < 0)
		return -EBADF;
	if (pwrite(held_fds[a[0]], value, strlen(value), 0) < 0)
		return -errno;
	return 0;
}

OP(rewrite) = {
	.name = "rewrite",
	.fn = do_rewrite,
	.args = { ARG_FD, ARG_CONTROL },
	.weight = { 20, 20 },
};

static int do_let_go(const uint32_t *a)
{
	if (held_fds[a[0]] < 0)
		return -EBADF;
	hold_fd(a[0], -1);
	return 0;
}

OP(let_go) = {
	.name = "let_go",
	.fn = do_let_go,
	.args = { ARG_FD },
	.weight = { 2, 2 },
};

/* A group itself, which cannot go away then. */
static int do_hold_dir(const uint32_t *a)
{
	const char *path = group_path(a[1], a[2]);
	int fd;

	if (!path)
		return -ENODEV;
	fd = sys(open(path, (a[3] % 2 ? O_PATH : O_RDONLY) | O_DIRECTORY |
				    O_CLOEXEC));
	if (fd < 0)
		return fd;
	hold_fd(a[0], fd);
	return 0;
}

OP(hold_dir) = {
	.name = "hold_dir",
	.fn = do_hold_dir,
	.args = { ARG_FD, ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 2, 2 },
	.then = "rmdir,umount,merge",
};

/* Events of v1: they end when the eventfd is closed, or with the group. */
static int do_event(const uint32_t *a)
{
	static const char *const files[][2] = {
		{ "memory.usage_in_bytes", "1048576" },
		{ "memory.oom_control", "" },
		{ "memory.pressure_level", "low" },
		{ "memory.memsw.usage_in_bytes", "1048576" },
	};
	const char *const *f = files[a[3] % ARRAY_SIZE(files)];
	const char *path =
		group_path(top_with(a[1], set_parse("memory")), a[2]);
	int fd, efd, r;

	if (!path)
		return -ENODEV;
	fd = sys(open(str("%s/%s", path, f[0]), O_RDONLY | O_CLOEXEC));
	if (fd < 0)
		return fd;
	efd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	r = put(str("%s/cgroup.event_control", path),
		str("%d %d %s", efd, fd, f[1]));
	close(fd);
	hold_fd(a[0], efd);
	return r;
}

OP(event) = {
	.name = "event",
	.fn = do_event,
	.args = { ARG_FD, ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 3, 3 },
	.then = "rmdir,let_go,fill,split",
};
