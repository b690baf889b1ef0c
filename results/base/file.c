/* SPDX-License-Identifier: GPL-2.0-only */
#include "file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"

/* max: bytes at most, or -EFBIG. */
static int read_fd(int fd, uint64_t max, struct strbuf *ret)
{
	size_t old = ret->len;
	ssize_t n;

	for (;;) {
		strbuf_grow(ret, 64 * 1024);
		n = read(fd, ret->buf + ret->len, 64 * 1024);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		ret->len += n;
		if (ret->len - old > max)
			break;
	}
	if (n < 0)
		n = -errno;
	else if (n > 0)
		n = -EFBIG;
	if (n < 0)
		ret->len = old;
	ret->buf[ret->len] = '\0';
	return n;
}

int read_file(const char *path, struct strbuf *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_fd(fd, UINT64_MAX, ret);
}

int read_first_line(const char *path, struct strbuf *ret)
{
	int r;

	strbuf_reset(ret);
	strbuf_addstr(ret, "");
	r = read_file(path, ret);
	ret->len = r < 0 ? 0 : strcspn(ret->buf, "\n");
	ret->buf[ret->len] = '\0';
	return r;
}

static int check_regular(const struct stat *st, uint64_t max)
{
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	return (uint64_t)st->st_size > max ? -EFBIG : 0;
}

int open_regular(const char *path, uint64_t max)
{
	struct stat st;
	int fd, r;

	/* To open some devices is to set them going. */
	r = stat(path, &st) < 0 ? -errno : check_regular(&st, max);
	if (r < 0)
		return r;
	/* It may be another by now: a FIFO must not block. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) < 0 ? -errno : check_regular(&st, max);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int read_regular(const char *path, uint64_t max, struct strbuf *ret)
{
	_cleanup_close_ int fd = open_regular(path, max);

	return fd < 0 ? fd : read_fd(fd, max, ret);
}

const char *read_error(int err)
{
	return err == EINVAL ? "not a regular file" : strerror(err);
}

static int write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : slash - path);
}

/* The directory entry has to reach the disk too, not just the data. */
static int fsync_dir_of(const char *path)
{
	_cleanup_free_ char *dir = dir_of(path);
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return -errno;
	return 0;
}

/* mkostemp() creates private files; results are for everyone. */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int write_and_sync(int fd, mode_t mode, const void *data, size_t len)
{
	int r;

	r = write_all(fd, data, len);
	if (r < 0)
		return r;
	if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

/*
 * Opens a file beside path.  It has no name, so that nothing stays of it if this
 * process is killed, where the file system can do that.
 */
static int open_beside(const char *path, char **name)
{
	_cleanup_free_ char *dir = dir_of(path);
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	*name = NULL;
	if (fd >= 0)
		return fd;
	*name = xasprintf("%s.XXXXXX", path);
	fd = mkostemp(*name, O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Only rename() replaces a file, and it takes a name. */
static int give_name(int fd, const char *path, char **name)
{
	_cleanup_free_ char *link = xasprintf("/proc/self/fd/%d", fd);
	_cleanup_free_ char *tmp = xasprintf("%s.XXXXXX", path);
	int named;

	/* For a name that nobody has. */
	named = mkostemp(tmp, O_CLOEXEC);
	if (named < 0)
		return -errno;
	close(named);
	unlink(tmp);
	if (linkat(AT_FDCWD, link, AT_FDCWD, tmp, AT_SYMLINK_FOLLOW) < 0)
		return -errno;
	*name = steal_ptr(tmp);
	return 0;
}

static int set_owner(int fd, const struct stat *old)
{
	/* Only root can give a file away; otherwise the writer owns it. */
	if (old && fchown(fd, old->st_uid, old->st_gid) < 0 && errno != EPERM)
		return -errno;
	return 0;
}

/* old: the file being replaced, or NULL. */
static int replace_file(const char *path, const struct stat *old,
			const void *data, size_t len)
{
	_cleanup_free_ char *tmp = NULL;
	int fd = open_beside(path, &tmp), r;

	if (fd < 0)
		return fd;
	r = set_owner(fd, old);
	if (r == 0)
		r = write_and_sync(fd,
				   old ? old->st_mode & 0777 : default_mode(),
				   data, len);
	if (r == 0 && !tmp)
		r = give_name(fd, path, &tmp);
	/* Some file systems report a full disk only here. */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0) {
		if (tmp)
			unlink(tmp);
		return r;
	}
	return fsync_dir_of(path);
}

int write_file_atomic(const char *path, const void *data, size_t len)
{
	return replace_file(path, NULL, data, len);
}

int write_file_in_place(const char *path, const void *data, size_t len,
			bool sync)
{
	int fd = open(path,
		      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0666);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, data, len);
	if (r == 0 && sync && fsync(fd) < 0)
		r = -errno;
	/* Where this is not supported, the kernel begins a little later. */
	if (r == 0 && !sync)
		sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

/* Descriptors of a shell: below 10, or up to 63 for <( ) and >( ). */
#define INHERITED_MAX 64

/*
 * The descriptor that path names, if this process has it open for writing, or
 * -1: opening it again would use another file offset and fails for a socket.
 */
static int find_inherited(const struct stat *st)
{
	for (int fd = STDOUT_FILENO; fd < INHERITED_MAX; fd++) {
		struct stat is;
		int flags = fcntl(fd, F_GETFL);

		if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY ||
		    fstat(fd, &is) < 0)
			continue;
		if (is.st_dev == st->st_dev && is.st_ino == st->st_ino)
			return fd;
	}
	return -1;
}

static int write_inherited(int fd, const void *data, size_t len)
{
	/* Earlier output comes first. */
	if (fflush(NULL) != 0)
		return -errno;
	return write_all(fd, data, len);
}

/* fd is path, which exists. */
static int write_opened(const char *path, int fd, const void *data, size_t len)
{
	_cleanup_free_ char *target = NULL;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return write_all(fd, data, len);
	target = realpath(path, NULL);
	return target ? replace_file(target, &st, data, len) : -errno;
}

int write_output(const char *path, const void *data, size_t len)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	int inherited = stat(path, &st) == 0 ? find_inherited(&st) : -1;

	if (inherited >= 0)
		return write_inherited(inherited, data, len);
	/* A file that may not be written may not be replaced either. */
	fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		return write_opened(path, fd, data, len);
	if (errno != ENOENT)
		return -errno;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? replace_file(path, NULL, data, len)
				       : -errno;
	/* A dangling symlink. */
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : write_all(fd, data, len);
}

static int make_dir(const char *path, unsigned mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int mkdir_p(const char *path, unsigned mode)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *slash;
	int r;

	if (!*path)
		return -ENOENT;
	for (slash = strchr(copy + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		r = make_dir(copy, mode);
		*slash = '/';
		if (r < 0)
			return r;
	}
	return make_dir(copy, mode);
}

/* Only an attempt sees file systems that take no entries, such as /proc. */
static int try_entry(const char *dir)
{
	_cleanup_free_ char *tmp = xasprintf("%s/.cgmark-XXXXXX", dir);

	if (!mkdtemp(tmp) || rmdir(tmp) < 0)
		return -errno;
	return 0;
}

int check_dir(const char *path)
{
	_cleanup_free_ char *dir = xstrdup(path);
	struct stat st;
	char *slash;

	if (!*path)
		return -ENOENT;
	while (stat(dir, &st) < 0) {
		if (errno != ENOENT)
			return -errno;
		/* mkdir() does not follow a dangling symlink. */
		if (lstat(dir, &st) == 0)
			return -ENOENT;
		slash = strrchr(dir, '/');
		if (!slash)
			return try_entry(".");
		slash[slash == dir] = '\0';
	}
	return S_ISDIR(st.st_mode) ? try_entry(dir) : -ENOTDIR;
}

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int remove_at(int dirfd, const char *name);

/* Empties a directory; carries on after an error and returns the first. */
static int empty_dir_at(int dirfd, const char *name)
{
	_cleanup_(cleanup_closedir) DIR *dir = NULL;
	struct dirent *de;
	int fd, r, ret = 0;

	fd = openat(dirfd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	for (errno = 0; (de = readdir(dir)); errno = 0) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		r = remove_at(fd, de->d_name);
		if (r < 0 && ret == 0)
			ret = r;
	}
	return errno && ret == 0 ? -errno : ret;
}

static int remove_at(int dirfd, const char *name)
{
	int r;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	r = empty_dir_at(dirfd, name);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

int rm_rf(const char *path)
{
	return remove_at(AT_FDCWD, path);
}
