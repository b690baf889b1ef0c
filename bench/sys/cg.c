/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cg.h"

/* Bounds every wait in this file: 500 times 10 ms. */
#define RETRIES 500
#define RETRY_NS 10000000L

#define DIRENTS_BYTES (64 * 1024)

static void retry_pause(void)
{
	const struct timespec ts = { .tv_nsec = RETRY_NS };

	nanosleep(&ts, NULL);
}

int cg_open(const char *path, int version, struct cg *ret)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret->fd = fd;
	ret->version = version;
	return 0;
}

void cg_close(struct cg *cg)
{
	if (cg->fd >= 0)
		close(cg->fd);
	cg->fd = -1;
}

int cg_mkdir(const struct cg *parent, const char *name)
{
	return mkdirat(parent->fd, name, 0755) < 0 ? -errno : 0;
}

static int open_child(const struct cg *parent, const char *name, struct cg *ret)
{
	int fd = openat(parent->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret->fd = fd;
	ret->version = parent->version;
	return 0;
}

int cg_create(const struct cg *parent, const char *name, struct cg *ret)
{
	int r = cg_mkdir(parent, name);

	return r < 0 ? r : open_child(parent, name, ret);
}

int cg_open_file(const struct cg *cg, const char *file, int flags)
{
	int fd = openat(cg->fd, file, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static ssize_t read_fd(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += n;
	}
	buf[len] = '\0';
	return len;
}

static ssize_t read_at(int dirfd, const char *path, char *buf, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read_fd(fd, buf, size);
	close(fd);
	return n;
}

ssize_t cg_read(const struct cg *cg, const char *file, char *buf, size_t size)
{
	return read_at(cg->fd, file, buf, size);
}

int cg_write(const struct cg *cg, const char *file, const char *text)
{
	int fd = cg_open_file(cg, file, O_WRONLY);
	int r = 0;

	if (fd < 0)
		return fd;
	/* Control files take a write as a whole or not at all. */
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int attach(const struct cg *cg, const char *file, pid_t id)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)id);
	return cg_write(cg, file, text);
}

int cg_attach(const struct cg *cg, pid_t pid)
{
	return attach(cg, "cgroup.procs", pid);
}

int cg_attach_thread(const struct cg *cg, pid_t tid)
{
	return attach(cg, cg->version == 1 ? "tasks" : "cgroup.threads", tid);
}

/* Is `word` in the comma separated list? */
static bool has_word(const char *list, size_t len, const char *word)
{
	size_t n = strlen(word);
	const char *end = list + len, *comma;

	while (list <= end) {
		comma = memchr(list, ',', end - list);
		if (!comma)
			comma = end;
		if ((size_t)(comma - list) == n && !memcmp(list, word, n))
			return true;
		list = comma + 1;
	}
	return false;
}

int cg_of(pid_t tid, const char *hierarchy, char *buf, size_t size)
{
	char text[4096], file[32] = "/proc/self/cgroup";
	char *line, *list, *path, *save = NULL;
	ssize_t n;

	if (tid)
		snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)tid);
	n = read_at(AT_FDCWD, file, text, sizeof(text));
	if (n < 0)
		return n;
	/* "4:name=x:/a/b": only the path may contain colons. */
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		list = strchr(line, ':');
		path = list ? strchr(++list, ':') : NULL;
		if (!path || !has_word(list, path - list, hierarchy))
			continue;
		if (strlen(path + 1) >= size)
			return -ENAMETOOLONG;
		strcpy(buf, path + 1);
		return 0;
	}
	return -ENOENT;
}

/*
 * Call fn for every child.  The system call reads the entries into a mapping
 * that is released afterwards, so the heap does not grow.
 */
typedef int (*child_fn)(const struct cg *parent, const char *name,
			const char *arg);

/* The kernel's layout; libc does not declare it. */
struct kernel_dirent {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

static int each_dirent(const struct cg *cg, char *buf, long len, child_fn fn,
		       const char *arg)
{
	int r;

	for (long pos = 0; pos < len;) {
		const struct kernel_dirent *d = (const void *)(buf + pos);

		pos += d->reclen;
		if (d->type != DT_DIR || !strcmp(d->name, ".") ||
		    !strcmp(d->name, ".."))
			continue;
		r = fn(cg, d->name, arg);
		if (r < 0)
			return r;
	}
	return 0;
}

static int each_child(const struct cg *cg, child_fn fn, const char *arg)
{
	char *buf;
	long len = 0;
	int r = 0;

	buf = mmap(NULL, DIRENTS_BYTES, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buf == MAP_FAILED)
		return -errno;
	if (lseek(cg->fd, 0, SEEK_SET) < 0)
		r = -errno;
	while (r == 0) {
		len = syscall(SYS_getdents64, cg->fd, buf, DIRENTS_BYTES);
		if (len <= 0)
			break;
		r = each_dirent(cg, buf, len, fn, arg);
	}
	if (len < 0)
		r = -errno;
	munmap(buf, DIRENTS_BYTES);
	return r;
}

/* SIGKILL every id that the file lists, except the caller. */
static int kill_listed(const struct cg *cg, const char *file)
{
	char text[4096];
	char *p = text, *end;
	ssize_t n = cg_read(cg, file, text, sizeof(text));

	if (n < 0)
		return n;
	/* The next round gets what did not fit. */
	if (n == (ssize_t)sizeof(text) - 1)
		*strrchr(text, '\n') = '\0';
	for (;;) {
		pid_t pid = strtol(p, &end, 10);

		if (end == p)
			return 0;
		if (pid > 0 && pid != getpid())
			kill(pid, SIGKILL);
		p = end;
	}
}

static int kill_below(const struct cg *parent, const char *name,
		      const char *except)
{
	struct cg child;
	int r;

	if (except && !strcmp(name, except))
		return 0;
	r = open_child(parent, name, &child);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = cg_kill(&child, NULL);
	cg_close(&child);
	return r;
}

/* v2 answers for the whole subtree, v1 for one cgroup. */
static int is_populated(const struct cg *cg)
{
	char text[256];
	ssize_t n;

	if (cg->version == 1) {
		n = cg_read(cg, "tasks", text, sizeof(text));
		return n < 0 ? n : n > 0;
	}
	n = cg_read(cg, "cgroup.events", text, sizeof(text));
	return n < 0 ? n : strstr(text, "populated 1") != NULL;
}

int cg_kill(const struct cg *cg, const char *except)
{
	bool one_write = !except && cg->version == 2;
	int r;

	for (unsigned i = 0; i < RETRIES; i++) {
		if (i)
			retry_pause();
		if (!one_write || cg_write(cg, "cgroup.kill", "1") < 0) {
			r = each_child(cg, kill_below, except);
			if (r < 0 || except)
				return r;
			r = kill_listed(cg, "cgroup.procs");
			if (r < 0)
				return r;
		}
		r = is_populated(cg);
		if (r <= 0)
			return r;
	}
	return -ETIMEDOUT;
}

static int remove_child(const struct cg *parent, const char *name,
			const char *arg)
{
	return cg_remove(parent, name);
}

int cg_remove(const struct cg *parent, const char *name)
{
	struct cg cg;
	int r;

	/* Most have no children: do not open and read each to find out. */
	if (unlinkat(parent->fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	r = open_child(parent, name, &cg);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = each_child(&cg, remove_child, NULL);
	cg_close(&cg);
	if (r < 0)
		return r;
	/* A killed task leaves its cgroup a little after it leaves the list. */
	for (unsigned i = 0; i < RETRIES; i++) {
		if (i)
			retry_pause();
		if (unlinkat(parent->fd, name, AT_REMOVEDIR) == 0 ||
		    errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
	}
	return -EBUSY;
}

int cg_of_self(const char *hierarchy, char *buf, size_t size)
{
	return cg_of(0, hierarchy, buf, size);
}

int cg_find_v2(char *buf, size_t size)
{
	char text[8192];
	char *line, *path, *type, *save = NULL;
	ssize_t n = read_at(AT_FDCWD, "/proc/self/mounts", text, sizeof(text));

	if (n < 0)
		return n;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		path = strchr(line, ' ');
		type = path ? strchr(++path, ' ') : NULL;
		if (!type || strncmp(type + 1, "cgroup2 ", 8))
			continue;
		*type = '\0';
		if (strlen(path) >= size)
			return -ENAMETOOLONG;
		strcpy(buf, path);
		return 0;
	}
	return -ENOENT;
}

static int make_dir(const char *path)
{
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

int cg_mount_v2(const char *path)
{
	int r = make_dir(path);

	if (r < 0)
		return r;
	return mount("cgmark", path, "cgroup2", 0, NULL) < 0 ? -errno : 0;
}

static bool in_mainline(const char *name)
{
	static const char *const names[] = {
		"cpuset",  "cpu",     "cpuacct", "blkio",      "memory",
		"devices", "freezer", "net_cls", "perf_event", "net_prio",
		"hugetlb", "pids",    "rdma",	 "misc",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* A line of /proc/cgroups, "cpu\t3\t1\t1": its name if enabled, else "". */
static void enabled_name(const char *line, char *buf, size_t size)
{
	char name[64];
	unsigned enabled;

	*buf = '\0';
	if (sscanf(line, "%63s %*u %*u %u", name, &enabled) == 2 && enabled &&
	    in_mainline(name))
		snprintf(buf, size, "%s", name);
}

int cg_list_v1(char *buf, size_t size)
{
	const struct cg here = { .fd = AT_FDCWD };
	char text[4096], name[64];
	char *line, *save = NULL;
	size_t used = 0;
	ssize_t n = cg_read(&here, "/proc/cgroups", text, sizeof(text));

	if (n < 0)
		return n;
	for (line = strtok_r(text, "\n", &save); line && used < size;
	     line = strtok_r(NULL, "\n", &save)) {
		enabled_name(line, name, sizeof(name));
		if (*name)
			used += snprintf(buf + used, size - used, "%s%s",
					 used ? "," : "", name);
	}
	if (used >= size)
		return -ENOSPC;
	return used ? 0 : -ENOENT;
}

/*
 * What identifies a hierarchy mounted with these options, whatever became of
 * its subsystems: its name, else its first controller.
 */
static void listed_as(const char *options, char *buf, size_t size)
{
	const char *name = strstr(options, "name=");

	if (!name)
		name = options;
	snprintf(buf, size, "%.*s", (int)strcspn(name, ","), name);
}

bool cg_is_live_v1(const char *options)
{
	char path[4096], word[64];

	listed_as(options, word, sizeof(word));
	return cg_of_self(word, path, sizeof(path)) != -ENOENT;
}

/* A named hierarchy that exists is found by its name alone. */
static int mount_again(const char *options, const char *path)
{
	char word[64];

	listed_as(options, word, sizeof(word));
	if (!strncmp(word, "name=", 5))
		options = word;
	return mount("cgmark", path, "cgroup", 0, options) < 0 ? -errno : 0;
}

int cg_catch_v1(const char *options, const char *path)
{
	char file[128];
	int r;

	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	if (access(file, F_OK) == 0 || !cg_is_live_v1(options))
		return 0;
	/* -EINVAL: it was just going away. */
	r = mount_again(options, path);
	return r == -EINVAL ? 0 : r;
}

/* Busy: cgroups that used the controller elsewhere may not be freed yet. */
static int mount_when_free(const char *options, const char *path,
			   unsigned long flags)
{
	for (unsigned i = 0; i < RETRIES / 5; i++) {
		if (mount("cgmark", path, "cgroup", flags, options) == 0)
			return 0;
		if (errno != EBUSY)
			return -errno;
		retry_pause();
	}
	return -EBUSY;
}

int cg_mount_v1(const char *options, const char *path, bool *was_there)
{
	bool live = cg_is_live_v1(options);
	int r = make_dir(path);

	if (r < 0)
		return r;
	r = mount_when_free(options, path, 0);
	*was_there = live;
	return r;
}

int cg_remount_v1(const char *options, const char *path)
{
	return mount_when_free(options, path, MS_REMOUNT);
}

int cg_umount_v1(const char *options, const char *path, bool was_there)
{
	int r;

	/*
	 * If a removed cgroup was not yet freed, the kernel keeps the unmounted
	 * hierarchy for good.  Only mounting and unmounting it once more gets
	 * rid of it.
	 */
	for (unsigned i = 0; i < RETRIES / 10; i++) {
		if (umount2(path, 0) < 0 && errno != EINVAL && errno != ENOENT)
			return -errno;
		for (unsigned k = 0; k < 10; k++) {
			if (was_there || !cg_is_live_v1(options))
				return rmdir(path) < 0 && errno != ENOENT
					       ? -errno
					       : 0;
			retry_pause();
		}
		/* -EINVAL: gone meanwhile, so the name is unknown. */
		r = mount_again(options, path);
		if (r < 0 && r != -EINVAL)
			return r;
	}
	return -EBUSY;
}
