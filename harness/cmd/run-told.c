/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-told.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "alloc.h"
#include "child.h"
#include "log.h"
#include "text.h"

/* -1: nobody gave one. */
static int told_fd(void)
{
	const char *text = getenv(QUEUE_RUN_FD);
	struct stat st;
	uint64_t fd;

	if (!text || text_u64(text, 1024, &fd) < 0 || fd <= STDERR_FILENO ||
	    fstat((int)fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	return (int)fd;
}

/* NULL: nothing was told yet, or it was cut short. */
static char *read_path(int fd)
{
	char path[PATH_MAX + 1];
	ssize_t n = fd < 0 ? 0 : pread(fd, path, PATH_MAX, 0);

	if (n <= 0 || *path != '/' || path[n - 1] != '\n')
		return NULL;
	path[n - 1] = '\0';
	return xstrdup(path);
}

enum exit_status run_told(char **ret)
{
	char *dir = read_path(told_fd());
	_cleanup_free_ char *json = NULL;

	*ret = NULL;
	if (!dir)
		return ST_OK;
	json = xasprintf("%s/run.json", dir);
	if (access(json, F_OK) == 0) {
		*ret = dir;
		return ST_OK;
	}
	log_err_errno(errno, "this run was %s, and cannot go on", dir);
	free(dir);
	return ST_USAGE;
}

void run_tell(const char *dir)
{
	_cleanup_free_ char *path = realpath(dir, NULL);
	_cleanup_free_ char *line = NULL;
	int fd = told_fd();

	if (fd < 0 || !path)
		return;
	line = xasprintf("%s\n", path);
	if (pwrite(fd, line, strlen(line), 0) < 0 || fsync(fd) < 0)
		log_warn("the queue cannot be told of %s: %s", path,
			 strerror(errno));
}
