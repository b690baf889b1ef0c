/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "tmpdir.h"

#define PREFIX "cgmark-"

static const char *tmp_root(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

int tmpdir_make_in(const char *root, const char *prefix, char **ret,
		   int *lock_fd)
{
	char *path = xasprintf("%s/%s%d-XXXXXX", root, prefix, (int)getpid());

	if (!mkdtemp(path)) {
		int r = -errno;

		free(path);
		return r;
	}
	*ret = path;
	*lock_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock_fd < 0 || flock(*lock_fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return 0;
}

int tmpdir_full(int r)
{
	if (r != -ENOSPC && r != -EDQUOT)
		return r;
	log_err("no space left in %s: remove files there, or name another "
		"folder with TMPDIR",
		tmp_root());
	return -EIO;
}

int tmpdir_make(char **ret, int *lock_fd)
{
	int r = tmpdir_make_in(tmp_root(), PREFIX, ret, lock_fd);
	int full = tmpdir_full(r);

	if (full != r)
		return full;
	return r < 0 ? log_err_errno(-r, "cannot make a folder in %s",
				     tmp_root())
		     : 0;
}

void tmpdir_remove(char **path, int *lock_fd)
{
	int r = *path ? rm_rf(*path) : 0;

	if (r < 0)
		log_warn("cannot remove %s: %s", *path, strerror(-r));
	if (*lock_fd >= 0)
		close(*lock_fd);
	free(*path);
	*path = NULL;
	*lock_fd = -1;
}

/* "PREFIX-PID-..." of a process that no longer exists. */
static bool name_is_stale(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);
	char tail;
	int pid;

	if (strncmp(name, prefix, len) != 0 ||
	    sscanf(name + len, "%d%c", &pid, &tail) != 2)
		return false;
	return tail == '-' && pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

/*
 * Only the lock tells: the process may live in another PID namespace that
 * shares the folder.
 */
static void remove_if_unused(int root_fd, const char *root, const char *name)
{
	_cleanup_close_ int fd = openat(
		root_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_free_ char *path = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	path = xasprintf("%s/%s", root, name);
	log_debug("removing %s of a process that is gone", path);
	if (rm_rf(path) < 0)
		log_debug("could not remove %s", path);
}

void tmpdir_remove_stale_in(const char *root, const char *prefix)
{
	DIR *dir = opendir(root);
	struct dirent *de;

	if (!dir)
		return;
	while ((de = readdir(dir)))
		if (name_is_stale(de->d_name, prefix))
			remove_if_unused(dirfd(dir), root, de->d_name);
	closedir(dir);
}

void tmpdir_remove_stale(void)
{
	tmpdir_remove_stale_in(tmp_root(), PREFIX);
}
