/* SPDX-License-Identifier: GPL-2.0-only */
#include "local-groups.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "file.h"

/* Bounds every wait: a thousand times 10 ms. */
#define RETRIES 1000
#define RETRY_NS 10000000L
#define OUR_HIERARCHY "name=cgmark"

static void retry_pause(void)
{
	const struct timespec ts = { .tv_nsec = RETRY_NS };

	nanosleep(&ts, NULL);
}

static int say(struct strbuf *why, int r, const char *what, const char *path)
{
	if (r < 0 && why->len == 0)
		strbuf_addf(why, "%s %s: %s", what, path, strerror(-r));
	return r;
}

int local_private_mounts(struct strbuf *why)
{
	int r = unshare(CLONE_NEWNS) < 0 ? -errno : 0;

	if (r < 0)
		return say(why, r, "make a namespace of", "mounts");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return say(why, -errno, "keep mounts private below", "/");
	return 0;
}

/* ---- files of groups ---- */

static int write_at(int dir, const char *file, const char *text)
{
	_cleanup_close_ int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static bool read_at(int dir, const char *file, char *buf, size_t size)
{
	_cleanup_close_ int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	buf[n < 0 ? 0 : n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return n >= 0;
}

static bool is_ours(const char *name)
{
	size_t len = strlen(LOCAL_GROUP);

	return !strncmp(name, LOCAL_GROUP, len) &&
	       (!name[len] || name[len] == '-');
}

/* Calls fn for each group in dir; the first error of them. */
static int each_group(int dir, int (*fn)(int dir, const char *name, void *),
		      void *arg)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int first = 0;

	if (!d) {
		first = -errno;
		if (fd >= 0)
			close(fd);
		return first;
	}
	while ((e = readdir(d))) {
		int r = 0;

		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			r = fn(dir, e->d_name, arg);
		if (r < 0 && first == 0)
			first = r;
	}
	closedir(d);
	return first;
}

/* ---- removal ---- */

/* A killed task leaves its group a little after it leaves the list. */
static int remove_one(int dir, const char *name)
{
	for (unsigned i = 0; i < RETRIES; i++) {
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		retry_pause();
	}
	return -EBUSY;
}

static int remove_tree(int dir, const char *name, void *arg)
{
	unsigned *removed = arg;
	_cleanup_close_ int fd = -1;
	int r;

	/* Most have nothing below. */
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0) {
		(*removed)++;
		return 0;
	}
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = each_group(fd, remove_tree, removed);
	if (r == 0)
		r = remove_one(dir, name);
	*removed += r == 0;
	return r;
}

static int remove_ours(int dir, const char *name, void *arg)
{
	return is_ours(name) ? remove_tree(dir, name, arg) : 0;
}

/* What is frozen cannot be killed. */
static int thaw_ours(int dir, const char *name, void *arg)
{
	_cleanup_close_ int fd = -1;

	if (arg && !is_ours(name))
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	write_at(fd, "freezer.state", "THAWED");
	return each_group(fd, thaw_ours, NULL);
}

static bool is_populated(int dir, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/cgroup.events", name);
	_cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return strstr(text, "populated 1") != NULL;
}

static int kill_ours(int dir, const char *name, void *arg)
{
	_cleanup_free_ char *path = xasprintf("%s/cgroup.kill", name);
	int r = 0;

	if (!is_ours(name))
		return 0;
	for (unsigned i = 0; i < RETRIES && is_populated(dir, name); i++) {
		r = write_at(dir, path, "1");
		if (r == -ENOENT && !is_populated(dir, name))
			return 0;
		if (r < 0)
			return r;
		retry_pause();
	}
	return is_populated(dir, name) ? -ETIMEDOUT : 0;
}

/* ---- hierarchies ---- */

static int mount_here(const char *type, const char *options)
{
	if (mount("cgmark", LOCAL_MOUNT, type, 0, options) < 0)
		return -errno;
	return 0;
}

/* The descriptor of the mount's root. */
static int open_here(void)
{
	int fd = open(LOCAL_MOUNT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* What stands behind "name=" of a line of /proc/self/cgroup, if it is ours. */
static bool our_hierarchy(const char *line, size_t len, char *buf, size_t size)
{
	const char *list = memchr(line, ':', len), *path, *name;

	if (!list)
		return false;
	list++;
	path = memchr(list, ':', len - (list - line));
	if (!path)
		return false;
	name = memmem(list, path - list, OUR_HIERARCHY, strlen(OUR_HIERARCHY));
	if (!name || (name != list && name[-1] != ','))
		return false;
	if ((size_t)(path - name) >= size)
		return false;
	memcpy(buf, name, path - name);
	buf[path - name] = '\0';
	return true;
}

static bool is_live(const char *name)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char found[128];

	if (read_file("/proc/self/cgroup", &text) < 0 || !text.len)
		return false;
	for (const char *p = text.buf; *p; p += strcspn(p, "\n")) {
		p += *p == '\n';
		if (our_hierarchy(p, strcspn(p, "\n"), found, sizeof(found)) &&
		    !strcmp(found, name))
			return true;
	}
	return false;
}

/* Calls fn in the root of a hierarchy, which stays mounted. */
static int in_hierarchy(const char *name,
			int (*fn)(int dir, const char *name, void *), void *arg)
{
	int r = mount_here("cgroup", name);
	int fd;

	/* It was just going away. */
	if (r == -EINVAL)
		return -ENOENT;
	fd = r < 0 ? r : open_here();
	if (fd < 0)
		return fd;
	r = each_group(fd, fn, arg);
	close(fd);
	return r;
}

/*
 * If a removed group was not yet freed, the kernel keeps the unmounted hierarchy:
 * only mounting and unmounting it once more gets rid of it.  One that others hold
 * stays.
 */
static int let_go(const char *name)
{
	for (unsigned i = 0; i < 20; i++) {
		if (umount2(LOCAL_MOUNT, 0) < 0 && errno != EINVAL)
			return -errno;
		for (unsigned k = 0; k < 10; k++) {
			if (!is_live(name))
				return 0;
			retry_pause();
		}
		if (mount_here("cgroup", name) < 0 && !is_live(name))
			return 0;
	}
	umount2(LOCAL_MOUNT, 0);
	return -EBUSY;
}

static int thaw_hierarchy(const char *name, struct local_cleaned *ret)
{
	int r = in_hierarchy(name, thaw_ours, ret);

	umount2(LOCAL_MOUNT, 0);
	return r == -ENOENT ? 0 : r;
}

static int clean_hierarchy(const char *name, struct local_cleaned *ret)
{
	unsigned before = ret->groups;
	int r = in_hierarchy(name, remove_ours, &ret->groups);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = let_go(name);
	else
		umount2(LOCAL_MOUNT, 0);
	/* Without a group of ours it was somebody else's. */
	if (r == -EBUSY && ret->groups == before)
		return 0;
	ret->hierarchies += r == 0;
	return r;
}

static int each_hierarchy(int (*fn)(const char *, struct local_cleaned *),
			  struct local_cleaned *ret, struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char name[128];
	int first = read_file("/proc/self/cgroup", &text);

	for (const char *p = text.buf; first == 0 && p && *p;
	     p += strcspn(p, "\n")) {
		int r;

		p += *p == '\n';
		if (!our_hierarchy(p, strcspn(p, "\n"), name, sizeof(name)))
			continue;
		r = say(why, fn(name, ret), "clear hierarchy", name);
		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

/* ---- v2 ---- */

static int open_v2(struct strbuf *why)
{
	int r = mount_here("cgroup2", NULL);

	return say(why, r < 0 ? r : open_here(), "mount v2 on", LOCAL_MOUNT);
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p += len)
		if ((p == text || p[-1] == ' ') && (!p[len] || p[len] == ' '))
			return true;
	return false;
}

/* Turns off what is on and was not. */
static int turn_off(int v2, const char *keep_on)
{
	char on[512], minus[128], *save = NULL;
	int first = 0, r;

	read_at(v2, "cgroup.subtree_control", on, sizeof(on));
	for (char *w = strtok_r(on, " ", &save); w;
	     w = strtok_r(NULL, " ", &save)) {
		if (has_word(keep_on, w))
			continue;
		snprintf(minus, sizeof(minus), "-%s", w);
		r = write_at(v2, "cgroup.subtree_control", minus);
		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

static void keep_first(int *first, int r)
{
	if (*first == 0)
		*first = r;
}

int local_groups_clean(const char *keep_on, struct local_cleaned *ret,
		       struct strbuf *why)
{
	int first = 0, v2;

	*ret = (struct local_cleaned){ 0 };
	keep_first(&first, each_hierarchy(thaw_hierarchy, ret, why));
	v2 = open_v2(why);
	if (v2 < 0)
		return v2;
	keep_first(&first, say(why, each_group(v2, kill_ours, NULL),
			       "kill what runs in", "groups of " LOCAL_GROUP));
	umount2(LOCAL_MOUNT, MNT_DETACH);
	keep_first(&first, each_hierarchy(clean_hierarchy, ret, why));
	keep_first(&first, say(why, each_group(v2, remove_ours, &ret->groups),
			       "remove", "groups of " LOCAL_GROUP));
	if (keep_on)
		keep_first(&first, say(why, turn_off(v2, keep_on), "turn off",
				       "controllers in the root of v2"));
	close(v2);
	return first;
}

int local_groups_make(struct strbuf *why)
{
	int v2 = open_v2(why), r = 0;

	if (v2 < 0)
		return v2;
	if (mkdirat(v2, LOCAL_GROUP, 0755) < 0 ||
	    mkdirat(v2, LOCAL_GROUP_RUN, 0755) < 0)
		r = say(why, -errno, "make the v2 group", LOCAL_GROUP);
	if (r == 0 && faccessat(v2, LOCAL_GROUP "/cgroup.kill", F_OK, 0) < 0)
		r = say(why, -errno, "find", "cgroup.kill (Linux 5.14)");
	close(v2);
	umount2(LOCAL_MOUNT, 0);
	return r;
}

int local_groups_join(int pid)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	char text[16];
	int v2 = open_v2(&why), r;

	if (v2 < 0)
		return v2;
	snprintf(text, sizeof(text), "%d", pid);
	r = write_at(v2, LOCAL_GROUP "/cgroup.procs", text);
	close(v2);
	umount2(LOCAL_MOUNT, 0);
	return r;
}

int local_groups_controllers(struct strbuf *has, struct strbuf *on)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	char text[512];
	int v2 = open_v2(&why);

	if (v2 < 0)
		return v2;
	if (read_at(v2, "cgroup.controllers", text, sizeof(text)))
		strbuf_addstr(has, text);
	if (read_at(v2, "cgroup.subtree_control", text, sizeof(text)))
		strbuf_addstr(on, text);
	close(v2);
	umount2(LOCAL_MOUNT, 0);
	return 0;
}
