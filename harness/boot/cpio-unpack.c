/* SPDX-License-Identifier: GPL-2.0-only */
#include "cpio-unpack.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"

#define HEADER_BYTES 110
#define MAGIC "070701"
#define TRAILER "TRAILER!!!"
#define ALIGN 4

/* Fields of eight hex digits behind the magic, by their number. */
enum { FIELD_MODE = 1, FIELD_SIZE = 6, FIELD_NAME_SIZE = 11 };

struct entry {
	const char *name;
	const char *data;
	size_t len;
	unsigned mode;
};

static bool field(const char *header, int nr, size_t *ret)
{
	char digits[9], *end;

	memcpy(digits, header + strlen(MAGIC) + 8 * nr, 8);
	digits[8] = '\0';
	*ret = strtoul(digits, &end, 16);
	return end == digits + 8 && digits[0] != '-' && digits[0] != '+';
}

static size_t aligned(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* Where the next entry begins; 0: what is here is none. */
static size_t parse(const char *data, size_t at, size_t len, struct entry *e)
{
	const char *header = data + at;
	size_t name_size, mode, begin;

	if (len - at < HEADER_BYTES || memcmp(header, MAGIC, strlen(MAGIC)) ||
	    !field(header, FIELD_MODE, &mode) ||
	    !field(header, FIELD_SIZE, &e->len) ||
	    !field(header, FIELD_NAME_SIZE, &name_size))
		return 0;
	begin = aligned(at + HEADER_BYTES + name_size);
	if (name_size < 2 || begin > len || e->len > len - begin ||
	    header[HEADER_BYTES + name_size - 1])
		return 0;
	e->name = header + HEADER_BYTES;
	e->data = data + begin;
	e->mode = mode;
	return aligned(begin + e->len);
}

static bool leads_out(const char *name)
{
	size_t len = strlen(name);

	return *name == '/' || !strcmp(name, "..") ||
	       !strncmp(name, "../", 3) || strstr(name, "/../") ||
	       (len >= 3 && !strcmp(name + len - 3, "/.."));
}

static int write_file(int dirfd, const struct entry *e)
{
	_cleanup_close_ int fd =
		openat(dirfd, e->name,
		       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		       e->mode & 07777);
	size_t done = 0;

	if (fd < 0)
		return -errno;
	while (done < e->len) {
		ssize_t n = write(fd, e->data + done, e->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? n : 0;
	}
	return 0;
}

static int unpack_one(int dirfd, const struct entry *e)
{
	_cleanup_free_ char *target = NULL;

	if (leads_out(e->name))
		return -EBADMSG;
	switch (e->mode & S_IFMT) {
	case S_IFDIR:
		if (mkdirat(dirfd, e->name, e->mode & 07777) < 0 &&
		    errno != EEXIST)
			return -errno;
		return 0;
	case S_IFREG:
		return write_file(dirfd, e);
	case S_IFLNK:
		target = xstrndup(e->data, e->len);
		return symlinkat(target, dirfd, e->name) < 0 ? -errno : 0;
	default:
		return 0;
	}
}

int cpio_unpack(const char *data, size_t len, int dirfd, char **name)
{
	struct entry e;
	size_t at = 0;
	int r = 0;

	*name = NULL;
	while (r == 0) {
		size_t next = at < len ? parse(data, at, len, &e) : 0;

		if (!next)
			return -EBADMSG;
		if (!strcmp(e.name, TRAILER))
			return 0;
		r = unpack_one(dirfd, &e);
		at = next;
	}
	*name = xstrdup(e.name);
	return r;
}
