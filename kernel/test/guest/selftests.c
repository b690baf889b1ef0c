/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID 1 of a guest that runs the kernel's own tests in /selftests, one program
 * after another.  It passes on the results of each program, after the program's
 * name ("test_core: ok 1 test_cgcore_..."), and how the program ended.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ports.h"
#include "tap.h"

#define DIR_NAME "/selftests"
#define V2 "/sys/fs/cgroup"
#define PROGRAM_SECONDS 120 /* of the guest's time */

static int status_fd;

static void end_machine(void) __attribute__((noreturn));
static void end_machine(void)
{
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void mount_all(void)
{
	static const struct {
		const char *type, *path, *options;
	} mounts[] = {
		{ "devtmpfs", "/dev", NULL },
		{ "proc", "/proc", NULL },
		{ "sysfs", "/sys", NULL },
		/* for files in page cache, not shared memory */
		{ "ramfs", "/tmp", NULL },
		/* as distributions mount it */
		{ "cgroup2", V2, "nsdelegate,memory_recursiveprot" },
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].path, 0755);
		mount("none", mounts[i].path, mounts[i].type, 0,
		      mounts[i].options);
	}
}

/* Remove groups left by a failed test. */
static void remove_groups(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char child[4096];

		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		if (snprintf(child, sizeof(child), "%s/%s", path, e->d_name) >=
		    (int)sizeof(child))
			continue;
		remove_groups(child);
		rmdir(child);
	}
	if (d)
		closedir(d);
}

/* Results only: comments hold numbers that vary. */
static void pass_on(const char *name, char *text)
{
	char *save, *line;

	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		tap_line(status_fd, "%s%s: %s",
			 !strncmp(line, "ok ", 3) ||
					 !strncmp(line, "not ok ", 7)
				 ? ""
				 : "# ",
			 name, line);
}

static char *collect(int fd, time_t end)
{
	static char text[256 * 1024];
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && time(NULL) < end && len < sizeof(text) - 1) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };

		if (poll(&pfd, 1, 1000) <= 0)
			continue;
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n > 0)
			len += n;
	}
	text[len] = '\0';
	return text;
}

static void run(const char *name)
{
	char path[300];
	int p[2], status = 0;
	time_t start = time(NULL);
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		end_machine();
	if (pid == 0) {
		snprintf(path, sizeof(path), DIR_NAME "/%s", name);
		dup2(p[1], STDOUT_FILENO);
		dup2(p[1], STDERR_FILENO);
		if (chdir("/tmp") < 0)
			_exit(126);
		execl(path, path, NULL);
		_exit(127);
	}
	close(p[1]);
	pass_on(name, collect(p[0], start + PROGRAM_SECONDS));
	close(p[0]);
	/* The whole group, whether the program ended or not. */
	if (waitpid(pid, &status, WNOHANG) != pid &&
	    time(NULL) >= start + PROGRAM_SECONDS)
		tap_line(status_fd, "%s: not done after %d s", name,
			 PROGRAM_SECONDS);
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	for (int i = 0; i < 10; i++) {
		remove_groups(V2);
		usleep(10000);
	}
	tap_line(status_fd, "# %s took %ld s", name, time(NULL) - start);
}

static int is_program(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int main(void)
{
	struct dirent **list;
	int nr;

	if (getpid() != 1) {
		fprintf(stderr, "selftests: runs as the guest's PID 1 only\n");
		return 2;
	}
	mount_all();
	status_fd = port_open("cgmark.status", "CGMARK_STATUS_FD");
	if (status_fd < 0)
		end_machine();
	nr = scandir(DIR_NAME, &list, is_program, alphasort);
	for (int i = 0; i < nr; i++)
		run(list[i]->d_name);
	tap_line(status_fd, "# cgmark: end");
	end_machine();
}
