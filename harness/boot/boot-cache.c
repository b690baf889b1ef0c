/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "interrupt.h"
#include "log.h"
#include "tmpdir.h"

#define NEW_PREFIX ".new-"
#define OLD_PREFIX ".old-"
#define HASH_LEN 64
#define DISK_BLOCK 512
/* When others remove the group at that moment. */
#define PUT_TRIES 5

/* ---- places ---- */

static char *group_path(const struct boot_cache *c, const char *group)
{
	return xasprintf("%s/%s", c->dir, group);
}

static char *entry_path(const struct boot_cache *c, const char *group,
			const char *key)
{
	return xasprintf("%s/%s/%s", c->dir, group, key);
}

/* 0: a folder, and no symlink to one; -ENOTDIR: anything else. */
static int find_dir(const char *path, struct stat *st)
{
	if (lstat(path, st) < 0)
		return -errno;
	return S_ISDIR(st->st_mode) ? 0 : -ENOTDIR;
}

static int find_entry(const struct boot_cache *c, const char *group,
		      const char *key, struct stat *st)
{
	_cleanup_free_ char *parent = group_path(c, group);
	_cleanup_free_ char *path = entry_path(c, group, key);
	int r = find_dir(parent, st);

	return r < 0 ? r : find_dir(path, st);
}

/* ---- removal ---- */

/* Out of the way at once, whatever it is and however long it takes. */
static int remove_path(const struct boot_cache *c, const char *path)
{
	_cleanup_free_ char *old = NULL;
	_cleanup_close_ int lock_fd = -1;
	int r = tmpdir_make_in(c->dir, OLD_PREFIX, &old, &lock_fd);

	/*
	 * A full disk has no room for a folder, and needs this all the more.  What
	 * somebody else has removed may be there anew, and is not ours to remove.
	 */
	if (r < 0 || (rename(path, old) < 0 && errno != ENOENT))
		r = rm_rf(path);
	tmpdir_remove(&old, &lock_fd);
	return r;
}

int boot_cache_drop(const struct boot_cache *c, const char *group)
{
	_cleanup_free_ char *path = group_path(c, group);

	return remove_path(c, path);
}

static void tell_damage(const struct boot_cache *c, const char *path,
			const char *why)
{
	int r = remove_path(c, path);

	log_warn("%s: the boot that is kept there is damaged (%s): it is not"
		 " used, and %s",
		 path, why, r < 0 ? "could not be removed" : "was removed");
}

/* ---- one entry ---- */

int boot_cache_open(struct boot_cache *c, const char *dir)
{
	int r = mkdir_p(dir, 0777);

	c->dir = xstrdup(dir);
	if (r < 0)
		return r;
	tmpdir_remove_stale_in(dir, NEW_PREFIX);
	tmpdir_remove_stale_in(dir, OLD_PREFIX);
	return 0;
}

void boot_cache_release(struct boot_cache *c)
{
	free(c->dir);
	c->dir = NULL;
}

bool boot_cache_has(const struct boot_cache *c, const struct boot_key *key)
{
	struct stat st;
	int r = find_entry(c, key->group, key->hex, &st);

	return r == 0 || r == -ENOTDIR;
}

/* The group as well: "cgmark cache" goes by that. */
static void mark_used(const struct boot_cache *c, const struct boot_key *key)
{
	_cleanup_free_ char *parent = group_path(c, key->group);
	_cleanup_free_ char *manifest =
		xasprintf("%s/%s/" BOOT_ENTRY_MANIFEST, parent, key->hex);

	utimensat(AT_FDCWD, manifest, NULL, AT_SYMLINK_NOFOLLOW);
	utimensat(AT_FDCWD, parent, NULL, AT_SYMLINK_NOFOLLOW);
}

/* It may have been removed while it was read. */
static bool is_there_still(const struct boot_cache *c,
			   const struct boot_key *key, const struct stat *was)
{
	struct stat st;

	return find_entry(c, key->group, key->hex, &st) == 0 &&
	       st.st_dev == was->st_dev && st.st_ino == was->st_ino;
}

/* Something lies where the entry or its group should be. */
static void clear_place(const struct boot_cache *c, const struct boot_key *key)
{
	_cleanup_free_ char *parent = group_path(c, key->group);
	_cleanup_free_ char *path = entry_path(c, key->group, key->hex);
	struct stat st;

	tell_damage(c, find_dir(parent, &st) == -ENOTDIR ? parent : path,
		    "not a folder");
}

int boot_cache_get(const struct boot_cache *c, const struct boot_key *key,
		   struct boot_entry *ret)
{
	_cleanup_free_ char *path = entry_path(c, key->group, key->hex);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct stat st;
	int r = find_entry(c, key->group, key->hex, &st);

	*ret = (struct boot_entry){ .key = NULL };
	if (r == -ENOTDIR)
		clear_place(c, key);
	if (r < 0)
		return -ENOENT;
	r = boot_entry_read(path, key->hex, ret, &why);
	if (r == 0) {
		mark_used(c, key);
		return 0;
	}
	if (is_there_still(c, key, &st))
		tell_damage(c, path, why.buf);
	return -ENOENT;
}

static int make_group(const struct boot_cache *c, const char *path)
{
	struct stat st;
	int r;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	r = find_dir(path, &st);
	if (r != -ENOTDIR)
		return r;
	tell_damage(c, path, "not a folder");
	return mkdir(path, 0777) < 0 ? -errno : 0;
}

static int sync_dir(const char *path)
{
	_cleanup_close_ int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 || (fsync(fd) < 0 && errno != EINVAL) ? -errno : 0;
}

static int move_in(const struct boot_cache *c, const struct boot_entry *e,
		   const char *from)
{
	_cleanup_free_ char *parent = group_path(c, e->group);
	_cleanup_free_ char *path = entry_path(c, e->group, e->key);
	int r = -ENOENT;

	for (int i = 0; i < PUT_TRIES && r == -ENOENT; i++) {
		r = make_group(c, parent);
		if (r == 0 && rename(from, path) < 0)
			r = -errno;
	}
	if (r == -ENOTEMPTY || r == -ENOTDIR)
		return -EEXIST;
	if (r == 0)
		r = sync_dir(parent);
	/* It was there, and somebody has removed it. */
	return r == -ENOENT ? 0 : r;
}

int boot_cache_put(const struct boot_cache *c, const struct boot_entry *e)
{
	_cleanup_free_ char *tmp = NULL;
	_cleanup_close_ int lock_fd = -1;
	struct stat st;
	int r;

	if (find_entry(c, e->group, e->key, &st) == 0)
		return -EEXIST;
	r = tmpdir_make_in(c->dir, NEW_PREFIX, &tmp, &lock_fd);
	if (r == 0)
		r = boot_entry_write(e, tmp);
	if (r == 0)
		r = move_in(c, e, tmp);
	/* Nothing is there any more if it was moved. */
	tmpdir_remove(&tmp, &lock_fd);
	return r;
}

/* ---- all entries ---- */

struct listing {
	struct boot_cache_item *v;
	size_t nr;
};

static bool is_hash(const char *name)
{
	return strlen(name) == HASH_LEN &&
	       strspn(name, "0123456789abcdef") == HASH_LEN;
}

/* Calls fn for each subfolder that a hash names. */
static int for_each_hash(const char *path,
			 int (*fn)(const char *path, const char *name,
				   void *arg),
			 void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *de;
	struct stat st;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (r == 0 && (de = readdir(dir))) {
		_cleanup_free_ char *sub = NULL;

		if (!is_hash(de->d_name))
			continue;
		sub = xasprintf("%s/%s", path, de->d_name);
		if (find_dir(sub, &st) == 0)
			r = fn(sub, de->d_name, arg);
	}
	closedir(dir);
	return r;
}

static uint64_t disk_usage(const char *path)
{
	DIR *dir = opendir(path);
	uint64_t bytes = 0;
	struct dirent *de;
	struct stat st;

	if (!dir)
		return 0;
	while ((de = readdir(dir)))
		if (strcmp(de->d_name, "..") != 0 &&
		    fstatat(dirfd(dir), de->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			    0)
			bytes += (uint64_t)st.st_blocks * DISK_BLOCK;
	closedir(dir);
	return bytes;
}

static int add_item(const char *path, const char *name, void *arg)
{
	_cleanup_free_ char *manifest =
		xasprintf("%s/" BOOT_ENTRY_MANIFEST, path);
	struct listing *l = arg;
	struct boot_cache_item *item;
	struct stat st;

	l->v = xreallocarray(l->v, l->nr + 1, sizeof(*l->v));
	item = &l->v[l->nr++];
	*item = (struct boot_cache_item){
		.path = xstrdup(path),
		.bytes = disk_usage(path),
	};
	memcpy(item->key, name, HASH_LEN);
	/* Without a manifest it is of no use: 0 is the first to go. */
	if (lstat(manifest, &st) == 0)
		item->used = st.st_mtim;
	return 0;
}

static int add_group(const char *path, const char *name, void *arg)
{
	return for_each_hash(path, add_item, arg);
}

static int by_use(const void *pa, const void *pb)
{
	const struct boot_cache_item *a = pa, *b = pb;

	if (a->used.tv_sec != b->used.tv_sec)
		return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
	if (a->used.tv_nsec != b->used.tv_nsec)
		return a->used.tv_nsec < b->used.tv_nsec ? -1 : 1;
	return strcmp(a->path, b->path);
}

int boot_cache_list(const struct boot_cache *c, struct boot_cache_item **ret,
		    size_t *nr)
{
	struct listing l = { .nr = 0 };
	int r = for_each_hash(c->dir, add_group, &l);

	if (l.nr)
		qsort(l.v, l.nr, sizeof(*l.v), by_use);
	*ret = l.v;
	*nr = l.nr;
	return r;
}

void boot_cache_list_free(struct boot_cache_item *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(list[i].path);
	free(list);
}

int boot_cache_verify(const struct boot_cache_item *item, struct strbuf *why)
{
	struct boot_entry e;
	struct stat st;
	int r = boot_entry_read(item->path, item->key, &e, why);

	boot_entry_release(&e);
	return r < 0 && lstat(item->path, &st) < 0 ? -ENOENT : r;
}

int boot_cache_check(const struct boot_cache *c, size_t *nr, size_t *nr_damaged)
{
	struct boot_cache_item *list;
	int r = boot_cache_list(c, &list, nr);

	*nr_damaged = 0;
	for (size_t i = 0; i < *nr && r == 0; i++) {
		_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

		if (interrupt_pending())
			r = -EINTR;
		if (r < 0 || boot_cache_verify(&list[i], &why) != -EBADMSG)
			continue;
		tell_damage(c, list[i].path, why.buf);
		++*nr_damaged;
	}
	boot_cache_list_free(list, *nr);
	return r;
}

int boot_cache_remove(const struct boot_cache *c,
		      const struct boot_cache_item *item)
{
	_cleanup_free_ char *parent = xstrdup(item->path);
	int r = remove_path(c, item->path);

	*strrchr(parent, '/') = '\0';
	/* Fails unless it was the last one. */
	rmdir(parent);
	return r;
}

int boot_cache_prune(const struct boot_cache *c, uint64_t max_bytes, size_t *nr,
		     uint64_t *bytes)
{
	struct boot_cache_item *list;
	uint64_t total = 0, freed = 0;
	size_t nr_items, removed = 0;
	int r = boot_cache_list(c, &list, &nr_items);

	for (size_t i = 0; i < nr_items; i++)
		total += list[i].bytes;
	for (size_t i = 0; i < nr_items && r == 0; i++) {
		if (total - freed <= max_bytes)
			break;
		r = boot_cache_remove(c, &list[i]);
		freed += list[i].bytes;
		removed++;
	}
	boot_cache_list_free(list, nr_items);
	if (nr)
		*nr = removed;
	if (bytes)
		*bytes = freed;
	return r;
}
