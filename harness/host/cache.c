/* SPDX-License-Identifier: GPL-2.0-only */
#include "cache.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "log.h"

#define CACHE_MODE 0666

/*
 * Which file tells by its time when an entry was used, and which by its line
 * "kilobytes N" how large it is; without one, the files of the entry are
 * summed up.  %s is the path of the entry.
 */
static const struct kind {
	const char *name;
	const char *used;
	const char *size;
} kinds[] = {
	{ "kernels", "%s/meta", NULL },
	{ "objects", "%s/state", "%s/state" },
	{ "src", "%s.size", "%s.size" },
	{ "boots", "%s", NULL }, /* all of one kernel: boot/boot-cache.h */
};

char *cache_dir(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (xdg && *xdg)
		return xasprintf("%s/cgmark", xdg);
	return xasprintf("%s/.cache/cgmark", home && *home ? home : "/");
}

/* The lock of an entry: -errno, or a descriptor.  how is that of flock(). */
static int lock_entry(const char *dir, const char *kind, const char *name,
		      int how)
{
	_cleanup_free_ char *path =
		xasprintf("%s/locks/use-%s-%s", dir, kind, name);
	int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, CACHE_MODE);
	int err;

	if (fd < 0)
		return -errno;
	if (flock(fd, how) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

void cache_hold(const char *dir, const char *kind, const char *name)
{
	/* Held until the process ends: the descriptor is never closed. */
	if (lock_entry(dir, kind, name, LOCK_SH | LOCK_NB) < 0)
		log_debug("cannot hold %s/%s/%s", dir, kind, name);
}

/* The path of a table entry; caller frees. */
static char *expand(const char *format, const char *path)
{
	const char *rest = strstr(format, "%s");

	return xasprintf("%s%s", path, rest + 2);
}

static uint64_t stated_bytes(const char *path)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *line;

	if (read_file(path, &text) < 0 || !text.len)
		return 0;
	line = strstr(text.buf, "kilobytes ");
	return line ? strtoull(line + 10, NULL, 10) << 10 : 0;
}

static uint64_t tree_bytes(const char *path)
{
	DIR *d = opendir(path);
	uint64_t sum = 0;
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		_cleanup_free_ char *file = xasprintf("%s/%s", path, e->d_name);

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (lstat(file, &st) < 0)
			continue;
		sum += (uint64_t)st.st_blocks * 512;
		if (S_ISDIR(st.st_mode))
			sum += tree_bytes(file);
	}
	if (d)
		closedir(d);
	return sum;
}

static void add_entry(struct cache *c, const struct kind *kind,
		      const char *name)
{
	_cleanup_free_ char *path =
		xasprintf("%s/%s/%s", c->dir, kind->name, name);
	_cleanup_free_ char *used = expand(kind->used, path);
	struct cache_entry *e;
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	c->entries = xreallocarray(c->entries, c->nr + 1, sizeof(*c->entries));
	e = &c->entries[c->nr++];
	*e = (struct cache_entry){ .kind = kind->name, .name = xstrdup(name) };
	if (stat(used, &st) == 0)
		e->used_s = st.st_mtime;
	if (kind->size) {
		_cleanup_free_ char *size = expand(kind->size, path);

		e->bytes = stated_bytes(size);
	}
	if (!e->bytes)
		e->bytes = tree_bytes(path);
	fd = lock_entry(c->dir, kind->name, name, LOCK_EX | LOCK_NB);
	e->in_use = fd == -EWOULDBLOCK;
	if (fd >= 0)
		close(fd);
	e->path = steal_ptr(path);
	c->bytes += e->bytes;
}

static int scan_kind(struct cache *c, const struct kind *kind)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", c->dir, kind->name);
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			add_entry(c, kind, e->d_name);
	closedir(d);
	return 0;
}

static int by_use(const void *a, const void *b)
{
	const struct cache_entry *x = a, *y = b;

	if (x->used_s != y->used_s)
		return x->used_s < y->used_s ? -1 : 1;
	return strcmp(x->path, y->path);
}

int cache_scan(const char *dir, struct cache *ret)
{
	int r = 0;

	*ret = (struct cache){ .dir = xstrdup(dir) };
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && r == 0; i++)
		r = scan_kind(ret, &kinds[i]);
	if (r < 0)
		cache_release(ret);
	else if (ret->nr)
		qsort(ret->entries, ret->nr, sizeof(*ret->entries), by_use);
	return r;
}

void cache_release(struct cache *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		free(c->entries[i].name);
		free(c->entries[i].path);
	}
	free(c->entries);
	free(c->dir);
	memset(c, 0, sizeof(*c));
}

/* Out of the way first, so that half an entry is never found. */
static int remove_path(const char *dir, const char *path)
{
	_cleanup_free_ char *aside =
		xasprintf("%s/tmp/pruned.%d", dir, (int)getpid());

	if (rename(path, aside) < 0)
		return errno == ENOENT ? 0 : -errno;
	return rm_rf(aside);
}

/* 1: in use; else 0 or -errno, logged. */
static int remove_entry(const struct cache *c, const struct cache_entry *e)
{
	int fd = lock_entry(c->dir, e->kind, e->name, LOCK_EX | LOCK_NB);
	int r;

	if (fd == -EWOULDBLOCK)
		return 1;
	r = fd < 0 ? fd : remove_path(c->dir, e->path);
	if (r < 0)
		log_err_errno(-r, "cannot remove %s", e->path);
	if (fd >= 0)
		close(fd);
	return r;
}

/* A number that is the whole of the text, or -1. */
static long number_of(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return isdigit((unsigned char)*text) && !*end && n > 0 ? n : -1;
}

/* tmp/N of a build that has slot N, tmp/NAME.PID of a process. */
static bool is_left_over(const char *dir, const char *name)
{
	const char *dot = strrchr(name, '.');
	long slot = number_of(name), pid = dot ? number_of(dot + 1) : -1;
	_cleanup_free_ char *lock = NULL;
	bool is_free;
	int fd;

	if (pid > 0)
		return kill((pid_t)pid, 0) < 0 && errno == ESRCH;
	if (slot < 0)
		return false;
	lock = xasprintf("%s/locks/slot-%ld", dir, slot);
	fd = open(lock, O_RDWR | O_CLOEXEC);
	is_free = fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (fd >= 0)
		close(fd);
	return is_free;
}

static void remove_left_over(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/tmp", dir);
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		_cleanup_free_ char *one = xasprintf("%s/%s", path, e->d_name);

		if (e->d_name[0] != '.' && is_left_over(dir, e->d_name))
			remove_path(dir, one);
	}
	if (d)
		closedir(d);
}

/* build.sh makes them, but a cache may have boots alone. */
static void make_folders(const char *dir)
{
	_cleanup_free_ char *locks = xasprintf("%s/locks", dir);
	_cleanup_free_ char *tmp = xasprintf("%s/tmp", dir);

	if (access(dir, F_OK) < 0)
		return;
	mkdir_p(locks, 0777);
	mkdir_p(tmp, 0777);
}

int cache_prune(struct cache *c, uint64_t limit, struct cache_pruned *ret)
{
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	make_folders(c->dir);
	remove_left_over(c->dir);
	for (size_t i = 0; i < c->nr && c->bytes > limit; i++) {
		int one = remove_entry(c, &c->entries[i]);

		if (one == 0) {
			c->bytes -= c->entries[i].bytes;
			ret->bytes += c->entries[i].bytes;
			ret->nr++;
		} else if (one == 1) {
			ret->nr_in_use++;
		} else if (r == 0) {
			r = one;
		}
	}
	return r;
}

int cache_parse_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	unsigned shift = 0;
	uint64_t n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (*end) {
		const char *unit = strchr(units, toupper((unsigned char)*end));

		if (!unit || end[1])
			return -EINVAL;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (errno || n > UINT64_MAX >> shift)
		return -EINVAL;
	*ret = n << shift;
	return 0;
}

int cache_limit(uint64_t *ret)
{
	const char *text = getenv("CGMARK_CACHE_LIMIT");

	*ret = CACHE_LIMIT_BYTES;
	if (!text || !*text || cache_parse_size(text, ret) == 0)
		return 0;
	log_err("CGMARK_CACHE_LIMIT=%s is no size: use a number and K, M, G or "
		"T, such as 20G",
		text);
	return -EINVAL;
}
