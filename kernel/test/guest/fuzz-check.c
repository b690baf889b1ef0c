/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold at the end of a round, whatever happened in it. */
#include <dirent.h>
#include <sys/mount.h>

#include "fuzz.h"

#define MAX_PID 65536
#define CHECK "/cg/check"
#define TRIES 200 /* 10 ms each */

static uint8_t found[MAX_PID];
static char why[512];

/* --- tasks --- */

static void count_group(const char *path)
{
	char *text, child[1024];
	struct dirent *e;
	DIR *d;

	if (read_all(str("%s/tasks", path), &text) == 0) {
		for (char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
			found[strtoul(p, NULL, 10) % MAX_PID]++;
		free(text);
	}
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.') {
			snprintf(child, sizeof(child), "%s/%s", path,
				 e->d_name);
			count_group(child);
		}
	if (d)
		closedir(d);
}

/* A thread is there if it neither has ended nor is about to. */
static bool is_alive(pid_t pid, pid_t tid)
{
	char *text, state = 'X';
	unsigned flags = 0;
	int ppid = 2;

	if (read_all(str("/proc/%d/task/%d/stat", pid, tid), &text) < 0)
		return false;
	if (strrchr(text, ')'))
		sscanf(strrchr(text, ')'), ") %c %d %*d %*d %*d %*d %u", &state,
		       &ppid, &flags);
	free(text);
	/* Kernel threads come and go. */
	return !strchr("ZX", state) && ppid != 2 && pid != 2 &&
	       !(flags & 4 /* PF_EXITING */);
}

/* Not the kernel's. */
bool is_of_user(pid_t pid)
{
	char *text;
	int ppid = 0;

	if (read_all(str("/proc/%d/stat", pid), &text) < 0)
		return false;
	if (strrchr(text, ')'))
		sscanf(strrchr(text, ')'), ") %*c %d", &ppid);
	free(text);
	return ppid != 0 && ppid != 2;
}

static bool check_process(pid_t pid, const char *options)
{
	DIR *d = opendir(str("/proc/%d/task", pid));
	struct dirent *e;
	bool ok = true;

	while (ok && d && (e = readdir(d))) {
		pid_t tid = strtol(e->d_name, NULL, 10);

		if (tid <= 0 || !is_alive(pid, tid) || found[tid] == 1)
			continue;
		snprintf(why, sizeof(why),
			 "thread %d of %d is in %u groups of %s", tid, pid,
			 found[tid], options);
		ok = false;
	}
	if (d)
		closedir(d);
	return ok;
}

static bool check_all_processes(const char *options)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	bool ok = true;

	while (ok && d && (e = readdir(d))) {
		pid_t pid = strtol(e->d_name, NULL, 10);

		if (pid > 0)
			ok = check_process(pid, options);
	}
	if (d)
		closedir(d);
	return ok;
}

/* Processes may just end, so that one look is not enough. */
static bool check_hierarchy(const char *options)
{
	int r = mount_v1(CHECK, options);
	bool ok = false;

	if (r < 0) {
		snprintf(why, sizeof(why), "%s is in /proc, but mount: %s",
			 options, strerror(-r));
		return false;
	}
	for (unsigned i = 0; i < TRIES && !ok; i++) {
		memset(found, 0, sizeof(found));
		count_group(CHECK);
		ok = check_all_processes(options);
		if (!ok)
			msleep(10);
	}
	umount2(CHECK, MNT_DETACH);
	return ok;
}

const char *check_tasks(void)
{
	char *text, *save, *line;
	bool ok = true;

	/* Those that fork would be missed. */
	for (unsigned i = 0; i < NR_WORKERS * NR_SLOTS; i++) {
		pid_t pid =
			shared->workers[i % NR_WORKERS].busy[i / NR_WORKERS];

		if (pid)
			kill(pid, SIGKILL);
	}
	if (read_all("/proc/self/cgroup", &text) < 0)
		return "no /proc/self/cgroup";
	for (line = strtok_r(text, "\n", &save); line && ok;
	     line = strtok_r(NULL, "\n", &save)) {
		char *list = strchr(line, ':');

		if (!list || !strncmp(line, "0:", 2))
			continue;
		list++;
		list[strcspn(list, ":")] = '\0';
		ok = check_hierarchy(
			str("%s%s", !strncmp(list, "name=", 5) ? "none," : "",
			    list));
	}
	free(text);
	return ok ? NULL : why;
}

/* --- what is left --- */

long count_css_sets(void)
{
	char *text, *p;
	long nr = -1;

	/* It may be part of a hierarchy that something keeps. */
	if (!is_there("debug") || hierarchy_of("debug") ||
	    mount_v1(CHECK, "debug") < 0)
		return -1;
	if (read_all(CHECK "/debug.css_set_hash", &text) == 0) {
		p = strstr(text, "csets ");
		nr = p ? strtol(p + strlen("csets "), NULL, 10) : -1;
		free(text);
	}
	umount_v1(CHECK);
	wait_gone("debug", "debug");
	return nr;
}
