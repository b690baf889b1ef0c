/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "log.h"
#include "process.h"

#define ARCHIVE_BYTES_MAX (512ull << 20) /* of the files in it */
#define FILES_MAX 100000
#define BLOCK 512
#define ZSTD_TIMEOUT_MS 120000

/* ---- which files ---- */

static void add_file(struct archive_files *a, const char *path, uint64_t bytes)
{
	a->list = xreallocarray(a->list, a->nr + 1, sizeof(*a->list));
	a->list[a->nr++] = (struct archive_file){ xstrdup(path), bytes };
	a->bytes += bytes;
}

static void find_in(int dir_fd, const char *below, unsigned depth,
		    struct archive_files *a)
{
	DIR *d = fdopendir(dir_fd);
	struct dirent *de;

	if (!d) {
		close(dir_fd);
		return;
	}
	while ((de = readdir(d)) && a->nr < FILES_MAX) {
		_cleanup_free_ char *path =
			xasprintf("%s%s", below, de->d_name);
		_cleanup_free_ char *inside = xasprintf("%s/", path);
		struct stat st;
		int fd;

		if (de->d_name[0] == '.' ||
		    fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode))
			add_file(a, path, (uint64_t)st.st_size);
		if (!S_ISDIR(st.st_mode) || depth == 0)
			continue;
		fd = openat(dirfd(d), de->d_name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			find_in(fd, inside, depth - 1, a);
	}
	closedir(d);
}

static int by_path(const void *pa, const void *pb)
{
	const struct archive_file *a = pa, *b = pb;

	return strcmp(a->path, b->path);
}

void archive_find(const char *dir, struct archive_files *ret)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(ret, 0, sizeof(*ret));
	if (fd < 0)
		return;
	/* RUN/boots/BOOT/FILE */
	find_in(fd, "", 2, ret);
	if (ret->nr)
		qsort(ret->list, ret->nr, sizeof(*ret->list), by_path);
}

void archive_release(struct archive_files *a)
{
	for (size_t i = 0; i < a->nr; i++)
		free(a->list[i].path);
	free(a->list);
	memset(a, 0, sizeof(*a));
}

/* ---- tar ---- */

struct tar_header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8];
	char type, link[100], magic[8], user[32], group[32], dev[16];
	char prefix[155], pad[12];
};

static void add_header(struct strbuf *out, const char *name, char type,
		       uint64_t bytes)
{
	struct tar_header h = { .type = type };
	const unsigned char *p = (const unsigned char *)&h;
	unsigned sum = 0;

	memcpy(h.name, name,
	       strlen(name) < sizeof(h.name) ? strlen(name) : sizeof(h.name));
	memcpy(h.mode, "0000644", 8);
	memcpy(h.uid, "0000000", 8);
	memcpy(h.gid, "0000000", 8);
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)bytes);
	memcpy(h.mtime, "00000000000", 12);
	memcpy(h.magic, "ustar  ", 8); /* GNU's */
	memset(h.sum, ' ', sizeof(h.sum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += p[i];
	snprintf(h.sum, sizeof(h.sum), "%06o", sum);
	strbuf_add(out, &h, sizeof(h));
}

static void pad(struct strbuf *out)
{
	static const char zeros[BLOCK];
	size_t over = out->len % BLOCK;

	if (over)
		strbuf_add(out, zeros, BLOCK - over);
}

/* Opens each folder on the way: none of them may be a symlink. */
static int open_below(int dir_fd, const char *path)
{
	_cleanup_close_ int at = dup(dir_fd);

	for (;;) {
		size_t len = strcspn(path, "/");
		_cleanup_free_ char *part = xstrndup(path, len);
		bool last = path[len] == '\0';
		int fd = openat(at, part,
				O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
					(last ? 0 : O_DIRECTORY));

		if (fd < 0 || last)
			return fd < 0 ? -errno : fd;
		close(at);
		at = fd;
		path += len + 1;
	}
}

/* As long as it was when it was found, even if it is not any more. */
static int add_content(struct strbuf *out, int dir_fd,
		       const struct archive_file *f)
{
	_cleanup_close_ int fd = open_below(dir_fd, f->path);
	struct stat st;
	uint64_t left = f->bytes;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EIO;
	strbuf_grow(out, f->bytes + BLOCK);
	while (left > 0) {
		ssize_t n = read(fd, out->buf + out->len, left);

		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		out->len += (size_t)n;
		left -= (size_t)n;
	}
	pad(out);
	return 0;
}

static int add_to_tar(struct strbuf *tar, int dir_fd, const char *name,
		      const struct archive_file *f)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", name, f->path);

	if (strlen(path) >= sizeof(((struct tar_header *)0)->name)) {
		add_header(tar, "././@LongLink", 'L', strlen(path) + 1);
		strbuf_add(tar, path, strlen(path) + 1);
		pad(tar);
	}
	add_header(tar, path, '0', f->bytes);
	return add_content(tar, dir_fd, f);
}

static int compress(const struct strbuf *tar, struct strbuf *ret)
{
	char program[] = "zstd", quiet[] = "-q", out[] = "-c", level[] = "-6";
	char *argv[] = { program, quiet, out, level, NULL };
	int r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.input = tar->buf,
		.input_len = tar->len,
		.out = ret,
		.timeout_ms = ZSTD_TIMEOUT_MS,
	});

	if (r == -ENOENT)
		return log_err_errno(ENOENT, "zstd is not installed");
	if (r != 0) {
		log_err("zstd failed (%d)", r);
		return -EIO;
	}
	return 0;
}

int archive_make(const char *dir, const char *name,
		 const struct archive_files *a, struct strbuf *ret)
{
	static const char zeros[2 * BLOCK];
	_cleanup_strbuf_ struct strbuf tar = STRBUF_INIT;
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return log_err_errno(errno, "cannot read %s", dir);
	if (a->bytes > ARCHIVE_BYTES_MAX || a->nr == FILES_MAX)
		return -EFBIG;
	for (size_t i = 0; i < a->nr; i++) {
		int r = add_to_tar(&tar, fd, name, &a->list[i]);

		if (r < 0)
			return log_err_errno(-r, "cannot read %s/%s", dir,
					     a->list[i].path);
	}
	strbuf_add(&tar, zeros, sizeof(zeros));
	return compress(&tar, ret);
}
