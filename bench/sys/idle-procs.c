/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "idle-procs.h"

static char procs[IDLE_PROCS_PROCS_BYTES];

/* Not snprintf(): a thousand groups call this several times each. */
const char *idle_procs_path(char *buf, unsigned i, const char *file)
{
	char digits[12];
	unsigned n = 0, len = 0;

	do {
		digits[n++] = '0' + i % 10;
		i /= 10;
	} while (i);
	while (n)
		buf[len++] = digits[--n];
	if (*file)
		buf[len++] = '/';
	strcpy(buf + len, file);
	return buf;
}

int idle_procs_mkdirs(const struct cg *top, unsigned groups)
{
	char path[IDLE_PROCS_PATH_MAX];
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++)
		r = cg_mkdir(top, idle_procs_path(path, i, ""));
	return r;
}

pid_t idle_procs_spawn(void)
{
	pid_t pid = fork();

	/* An open directory would keep its hierarchy mounted. */
	if (pid == 0)
		close_range(0, ~0U, 0);
	while (pid == 0)
		pause();
	return pid < 0 ? -errno : pid;
}

int idle_procs_populate(const struct cg *top, unsigned groups, unsigned tasks)
{
	char path[IDLE_PROCS_PATH_MAX], text[16];
	pid_t pid;
	int r = 0;

	for (unsigned t = 0; t < tasks && r == 0; t++) {
		pid = idle_procs_spawn();
		if (pid < 0)
			return pid;
		snprintf(text, sizeof(text), "%d", (int)pid);
		r = cg_write(top,
			     idle_procs_path(path, t % groups, "cgroup.procs"),
			     text);
	}
	return r;
}

unsigned idle_procs_share(unsigned i, unsigned groups, unsigned tasks)
{
	return tasks / groups + (i < tasks % groups);
}

int idle_procs_attach_list(int procs_fd, const char *list, size_t len)
{
	const char *end = list + len, *eol;

	for (; list < end; list = eol + 1) {
		eol = memchr(list, '\n', end - list);
		if (!eol)
			return -EBADMSG;
		/* ESRCH: it has ended meanwhile. */
		if (write(procs_fd, list, eol - list) < 0 && errno != ESRCH)
			return -errno;
	}
	return 0;
}

long idle_procs_count(const struct cg *top, const char *file)
{
	ssize_t n = cg_read(top, file, procs, sizeof(procs));
	long lines = 0;

	for (ssize_t i = 0; i < n; i++)
		lines += procs[i] == '\n';
	return n < 0 ? n : lines;
}
