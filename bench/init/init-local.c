/* SPDX-License-Identifier: GPL-2.0-only */
#include "init-local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ports.h"
#include "stints.h"
#include "system.h"
#include "tap.h"

/*
 * Beside the cgroup of this process: one for the programs, which make more of that
 * name and a number.
 */
#define GROUP "cgmark-local"
#define PROGRAMS SYSTEM_V2 "/" GROUP "-run"

static pid_t self;

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : write_all(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return r;
}

/* A PID 1 would kill all there are; here that would be those of others. */
static void kill_rest(void)
{
	DIR *d = opendir(SYSTEM_V2);
	struct dirent *e;
	char path[300];

	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, GROUP "-", strlen(GROUP "-")))
			continue;
		snprintf(path, sizeof(path), SYSTEM_V2 "/%s/cgroup.kill",
			 e->d_name);
		write_file(path, "1");
	}
	if (d)
		closedir(d);
}

static void prepare(void)
{
	int r = write_file(PROGRAMS "/cgroup.procs", "0");

	/* With PID 1 all would end; here only this says so. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (r == 0 && getppid() == self)
		return;
	tap_line(system_status_fd, "Bail out! join " PROGRAMS ": %s",
		 strerror(-r));
	_exit(127);
}

int init_local(void)
{
	static char group[] = "CGMARK_GROUP=" GROUP;
	static char polite[] = "CGMARK_POLITE=1";
	char *env[] = { group, getenv("CGMARK_POLITE") ? polite : NULL, NULL };
	const struct stints_how how = {
		.kill_rest = kill_rest,
		.prepare = prepare,
		.env = env,
	};

	self = getpid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	stints_begin();
	stints_run(&how);
	stints_end();
	return 0;
}
