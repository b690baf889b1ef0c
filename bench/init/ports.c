/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ports.h"

#define PORTS_DIR "/sys/class/virtio-ports"
#define TRIES 1000
#define TRY_NS 5000000L

static int read_name(const char *dir, char *buf, size_t size)
{
	char path[300];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), PORTS_DIR "/%s/name", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

static int find_and_open(const char *name, int flags)
{
	char text[64], path[300];
	struct dirent *e;
	DIR *d = opendir(PORTS_DIR);
	int fd = -ENOENT;

	if (!d)
		return -errno;
	while (fd == -ENOENT && (e = readdir(d))) {
		if (e->d_name[0] == '.' ||
		    read_name(e->d_name, text, sizeof(text)) < 0 ||
		    strcmp(text, name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		fd = open(path, flags | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	closedir(d);
	return fd;
}

static int fd_from_env(const char *env)
{
	const char *text = getenv(env);
	int fd = text ? atoi(text) : -1;

	return fd > 2 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? fd : -ENOENT;
}

int port_open_for(const char *name, const char *env, int flags)
{
	const struct timespec pause_ts = { .tv_nsec = TRY_NS };
	int fd = fd_from_env(env);

	/* The driver adds ports from a work item, after userspace started. */
	for (int i = 0; fd == -ENOENT && i < TRIES; i++) {
		if (i)
			nanosleep(&pause_ts, NULL);
		fd = find_and_open(name, flags);
	}
	return fd;
}

int port_open(const char *name, const char *env)
{
	return port_open_for(name, env, O_WRONLY);
}
