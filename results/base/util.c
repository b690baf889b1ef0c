/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "util.h"

static void *or_abort(void *p)
{
	if (!p) {
		fputs("cgmark: error: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *xmalloc(size_t size)
{
	return or_abort(malloc(size ? size : 1));
}

void *xcalloc(size_t nr, size_t size)
{
	return or_abort(calloc(nr ? nr : 1, size ? size : 1));
}

void *xreallocarray(void *p, size_t nr, size_t size)
{
	return or_abort(reallocarray(p, nr ? nr : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return or_abort(strdup(s));
}

char *xstrndup(const char *s, size_t len)
{
	return or_abort(strndup(s, len));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return or_abort(n < 0 ? NULL : s);
}

/* Room for len more bytes and the NUL behind them. */
static void strbuf_grow(struct strbuf *sb, size_t len)
{
	size_t need;

	if (__builtin_add_overflow(sb->len + 1, len, &need))
		or_abort(NULL);
	if (need <= sb->alloc)
		return;
	if (need < sb->alloc + sb->alloc / 2)
		need = sb->alloc + sb->alloc / 2;
	if (need < 64)
		need = 64;
	sb->buf = xreallocarray(sb->buf, need, 1);
	sb->alloc = need;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
	strbuf_grow(sb, len);
	if (len)
		memcpy(sb->buf + sb->len, data, len);
	sb->len += len;
	sb->buf[sb->len] = '\0';
}

void strbuf_addstr(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0) {
		s = NULL;
		or_abort(NULL);
	}
	strbuf_add(sb, s, n);
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	if (sb->buf)
		sb->buf[0] = '\0';
}

void strbuf_release(struct strbuf *sb)
{
	free(sb->buf);
	memset(sb, 0, sizeof(*sb));
}

char *strbuf_steal(struct strbuf *sb)
{
	char *s = sb->buf ? sb->buf : xstrdup("");

	memset(sb, 0, sizeof(*sb));
	return s;
}

static enum log_level log_max = LOG_INFO;

void log_set_level(enum log_level max)
{
	log_max = max;
}

enum log_level log_get_level(void)
{
	return log_max;
}

__attribute__((format(printf, 2, 0))) static void
log_va(enum log_level level, const char *fmt, va_list ap, const char *tail)
{
	static const char *const prefix[] = { "error: ", "warning: ", "",
					      "debug: " };
	_cleanup_free_ char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	/* One write a message, so that those of two processes do not mix. */
	fprintf(stderr, "cgmark: %s%s%s%s\n", prefix[level], text ? text : fmt,
		tail ? ": " : "", tail ? tail : "");
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > log_max)
		return;
	va_start(ap, fmt);
	log_va(level, fmt, ap, NULL);
	va_end(ap);
}

int log_err_errno(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(LOG_ERROR, fmt, ap, strerror(err));
	va_end(ap);
	return -err;
}

static int read_fd(int fd, struct strbuf *ret)
{
	ssize_t n;

	for (;;) {
		strbuf_grow(ret, 64 * 1024);
		n = read(fd, ret->buf + ret->len, 64 * 1024);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		ret->len += n;
	}
	if (n < 0)
		n = -errno;
	ret->buf[ret->len] = '\0';
	return n;
}

int read_file(const char *path, struct strbuf *ret)
{
	_cleanup_close_ int fd = -1;
	size_t old = ret->len;
	int r;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = read_fd(fd, ret);
	if (r < 0) {
		ret->len = old;
		ret->buf[old] = '\0';
	}
	return r;
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

/* The entry itself has to reach the disk too, not only the file's bytes. */
static int fsync_dir_of(const char *path)
{
	_cleanup_free_ char *dir = xstrdup(path);
	_cleanup_close_ int fd = -1;
	char *slash = strrchr(dir, '/');

	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return -errno;
	return 0;
}

/* mkostemp() makes private files; results are for everyone. */
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

/* old: what is there, NULL if nothing is. */
static int replace_file(const char *path, const struct stat *old,
			const void *data, size_t len)
{
	_cleanup_free_ char *tmp = xasprintf("%s.XXXXXX", path);
	int fd, r;

	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Only root can give a file away; else it is the writer's now. */
	if (old && fchown(fd, old->st_uid, old->st_gid) < 0 && errno != EPERM)
		r = -errno;
	else
		r = write_and_sync(fd,
				   old ? old->st_mode & 0777 : default_mode(),
				   data, len);
	/* Some file systems tell of a full disk only here. */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(tmp);
		return r;
	}
	return fsync_dir_of(path);
}

int write_file_atomic(const char *path, const void *data, size_t len)
{
	return replace_file(path, NULL, data, len);
}

/* Descriptors of a shell: below 10, or up to 63 for <( ) and >( ). */
#define INHERITED_MAX 64

/*
 * What path names, if it came to this process open for writing, or -1.  To open
 * it anew would be another file offset, and for a socket an error.
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
	/* What was printed before comes first. */
	if (fflush(NULL) != 0)
		return -errno;
	return write_all(fd, data, len);
}

/* fd is of path, which is there. */
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
	/* What may not be written may not be replaced either. */
	fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		return write_opened(path, fd, data, len);
	if (errno != ENOENT)
		return -errno;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? replace_file(path, NULL, data, len)
				       : -errno;
	/* A symlink to what is not there yet. */
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

static void util_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int remove_at(int dirfd, const char *name);

/* Removes what is in a directory; carries on after a fault, says the first. */
static int empty_dir_at(int dirfd, const char *name)
{
	_cleanup_(util_closedirp) DIR *dir = NULL;
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

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}
