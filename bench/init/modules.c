/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "modules.h"

#define LIST_MAX 8192

/* -ENOENT: there is none. */
static int read_list(const char *dir, char *buf, size_t size)
{
	char path[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/list", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, size);
	close(fd);
	if (n < 0)
		return -EIO;
	if ((size_t)n == size)
		return -E2BIG;
	buf[n] = '\0';
	return 0;
}

static int load_one(const char *dir, const char *name, const char *options)
{
	char path[256];
	int fd, r = 0;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, options, 0) < 0)
		r = -errno;
	close(fd);
	return r == -EEXIST ? 0 : r;
}

/* What these mean of a module is not what they mean of a file. */
static const char *reason(int err)
{
	switch (err) {
	case ENOEXEC:
		return "it is not of this kernel, or damaged";
	case ENOSYS:
		return "the kernel takes no modules";
	case EKEYREJECTED:
		return "the kernel takes only modules that are signed for it";
	case ENOENT:
		return "it needs one that is not loaded, or is not there";
	}
	return strerror(err);
}

int modules_load(const char *dir, char *why, size_t size)
{
	static char list[LIST_MAX];
	char *save = NULL;
	int r = read_list(dir, list, sizeof(list));

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		snprintf(why, size, "the list of modules: %s", strerror(-r));
		return r;
	}
	for (char *name = strtok_r(list, "\n", &save); name;
	     name = strtok_r(NULL, "\n", &save)) {
		char *options = name + strcspn(name, " ");

		if (*options)
			*options++ = '\0';
		r = load_one(dir, name, options);
		if (r < 0) {
			snprintf(why, size, "module %s: %s", name, reason(-r));
			return r;
		}
	}
	return 0;
}
