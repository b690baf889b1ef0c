/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host that fails, for LD_PRELOAD: FAULT=KIND:N, and from the Nth call on
 *   disk     there is no space below the folder $FAULT_UNDER
 *   files    no descriptor is to be had
 *   memory   nor memory
 *   clock    it is an hour before, or $FAULT_SECONDS later
 * or in the Nth call, on a lab machine in QEMU only,
 *   before   the machine is reset when $FAULT_UNDER is to be renamed to
 *   after    it is reset when that was done, but is perhaps not on the disk
 * Calls are counted in the process that has it and, separately, in its children.
 */
#undef _FILE_OFFSET_BITS /* open() and open64() are two here */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* For all who link with them, so no header has them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-declarations"
#pragma GCC diagnostic ignored "-Wredundant-decls"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t nr, size_t size);
extern void *__libc_realloc(void *p, size_t size);

enum kind { NONE, DISK, FILES, MEMORY, CLOCK, BEFORE, AFTER, NR_KINDS };

static enum kind kind;
static long at, calls;
static const char *under;
static long seconds = -3600;

__attribute__((constructor)) static void begin(void)
{
	static const char *const names[NR_KINDS] = {
		"none", "disk", "files", "memory", "clock", "before", "after"
	};
	const char *text = getenv("FAULT"), *colon;

	under = getenv("FAULT_UNDER");
	if (getenv("FAULT_SECONDS"))
		seconds = atol(getenv("FAULT_SECONDS"));
	colon = text ? strchr(text, ':') : NULL;
	if (!colon)
		return;
	at = atol(colon + 1);
	for (int i = 0; i < NR_KINDS; i++)
		if (!strncmp(text, names[i], colon - text))
			kind = i;
}

static bool fails(enum kind k)
{
	return kind == k && ++calls >= at;
}

static bool is_under(const char *path)
{
	return kind == DISK && under && !strncmp(path, under, strlen(under));
}

static bool fd_is_under(int fd)
{
	char link[64], path[4096];
	ssize_t n;

	if (kind != DISK)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	return is_under(path);
}

static int no_space(void)
{
	errno = ENOSPC;
	return -1;
}

static int no_file(void)
{
	errno = EMFILE;
	return -1;
}

#define REAL(_name) ((__typeof__(_name) *)dlsym(RTLD_NEXT, #_name))

/* --- the disk --- */

ssize_t write(int fd, const void *buf, size_t len)
{
	if (fd_is_under(fd) && fails(DISK))
		return no_space();
	return REAL(write)(fd, buf, len);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t to)
{
	if (fd_is_under(fd) && fails(DISK))
		return no_space();
	return REAL(pwrite64)(fd, buf, len, to);
}

int fsync(int fd)
{
	if (fd_is_under(fd) && fails(DISK))
		return no_space();
	return REAL(fsync)(fd);
}

int mkdir(const char *path, mode_t mode)
{
	if (is_under(path) && access(path, F_OK) < 0 && fails(DISK))
		return no_space();
	return REAL(mkdir)(path, mode);
}

static bool resets_at(const char *to)
{
	return (kind == BEFORE || kind == AFTER) && under &&
	       !strcmp(to, under) && ++calls == at;
}

int rename(const char *from, const char *to)
{
	bool resets = resets_at(to);
	int r;

	if (is_under(to) && fails(DISK))
		return no_space();
	if (resets && kind == BEFORE)
		reboot(RB_AUTOBOOT);
	r = REAL(rename)(from, to);
	if (resets)
		reboot(RB_AUTOBOOT);
	return r;
}

/* --- descriptors --- */

static int do_open(int dir, const char *path, int flags, mode_t mode)
{
	if (fails(FILES))
		return no_file();
	if ((flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) &&
	    is_under(path) && fails(DISK))
		return no_space();
	return REAL(openat64)(dir, path, flags, mode);
}

#define OPEN(_name)                                          \
	int _name(const char *path, int flags, ...)          \
	{                                                    \
		va_list ap;                                  \
		mode_t mode;                                 \
                                                             \
		va_start(ap, flags);                         \
		mode = va_arg(ap, mode_t);                   \
		va_end(ap);                                  \
		return do_open(AT_FDCWD, path, flags, mode); \
	}
#define OPENAT(_name)                                        \
	int _name(int dir, const char *path, int flags, ...) \
	{                                                    \
		va_list ap;                                  \
		mode_t mode;                                 \
                                                             \
		va_start(ap, flags);                         \
		mode = va_arg(ap, mode_t);                   \
		va_end(ap);                                  \
		return do_open(dir, path, flags, mode);      \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int pipe2(int fds[2], int flags)
{
	return fails(FILES) ? no_file() : REAL(pipe2)(fds, flags);
}

int dup(int fd)
{
	return fails(FILES) ? no_file() : REAL(dup)(fd);
}

int epoll_create1(int flags)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "epoll_create1");

	return fails(FILES) ? no_file() : real(flags);
}

/* --- memory --- */

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *malloc(size_t size)
{
	return fails(MEMORY) ? no_memory() : __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	return fails(MEMORY) ? no_memory() : __libc_calloc(nr, size);
}

void *realloc(void *p, size_t size)
{
	return fails(MEMORY) ? no_memory() : __libc_realloc(p, size);
}

/* --- the clock --- */

time_t time(time_t *ret)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (ret)
		*ret = ts.tv_sec;
	return ts.tv_sec;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int r = REAL(clock_gettime)(id, ts);

	if (r == 0 && id == CLOCK_REALTIME && fails(CLOCK))
		ts->tv_sec += seconds;
	return r;
}
