/* SPDX-License-Identifier: GPL-2.0-only */
/* What PID 1 does after a test: nothing of it may be left. */
#include <dirent.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "functest.h"

#define SETTLE_TRIES 1000 /* 10 ms each */

static char *cgroups_at_start;

/* Hierarchy numbers; not group counts, which change as dead ones are freed. */
static char *hierarchies(void)
{
	char *text, *save, *line, *ret;

	if (read_all("/proc/cgroups", &text) < 0)
		bail_out("cannot read /proc/cgroups");
	ret = calloc(1, strlen(text) + 64);
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char name[64];
		int h, n, enabled;

		if (sscanf(line, "%63s %d %d %d", name, &h, &n, &enabled) == 4)
			sprintf(ret + strlen(ret), "%s %d %d\n", name, h,
				h ? n : 1);
	}
	free(text);
	return ret;
}

/*
 * Call fn(), unless it is NULL, with the mount options of each v1 hierarchy;
 * return the number of hierarchies.
 */
static unsigned for_each_hierarchy(void (*fn)(const char *options))
{
	char *text, *save, *line, options[256];
	unsigned nr = 0;

	if (read_all("/proc/self/cgroup", &text) < 0)
		bail_out("cannot read /proc/self/cgroup");
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *list = strchr(line, ':');

		if (!list || !strncmp(line, "0:", 2))
			continue;
		list++;
		list[strcspn(list, ":")] = '\0';
		snprintf(options, sizeof(options), "%s%s",
			 !strncmp(list, "name=", 5) ? "none," : "", list);
		nr++;
		if (fn)
			fn(options);
	}
	free(text);
	return nr;
}

void kill_all(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* A signal does not end a frozen task. */
static void thaw(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	put(str("%s/freezer.state", path), "THAWED");
	while (d && (e = readdir(d))) {
		char child[1024];

		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, e->d_name);
		thaw(child);
	}
	if (d)
		closedir(d);
}

/* Unmount the last file system below /cg, its groups gone; false: no more. */
static bool unmount_one(void)
{
	char *text, *save, *line, path[256] = "", type[32], p[256];

	if (read_all("/proc/self/mounts", &text) < 0)
		bail_out("cannot read /proc/self/mounts");
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%*s %255s %31s", p, type) == 2 &&
		    !strncmp(p, "/cg/", 4))
			strcpy(path, p);
	free(text);
	if (!*path)
		return false;
	thaw(path);
	kill_all();
	remove_below(path);
	if (umount(path) < 0)
		umount2(path, MNT_DETACH);
	return true;
}

/* Error of the last hierarchy that could not be removed, for the report. */
static char mount_error[128];

static bool stocks_next; /* what mount_again() does first */

static void use_memory_on(int cpu)
{
	if (run_on(cpu) == 0)
		memset(malloc(1 << 18), 1, 1 << 18);
}

/*
 * Each CPU keeps a stock of charges for one group, which can keep a removed one
 * until another group is charged there.
 */
static void take_stock(void)
{
	pid_t pid;

	if (mkdir("/cg/again/stock", 0755) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		put("/cg/again/stock/cgroup.procs", "0");
		for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++)
			use_memory_on(cpu);
		_exit(0);
	}
	if (pid > 0)
		reap(pid);
	rmdir("/cg/again/stock");
	/* A hierarchy that is unmounted before it is freed would stay. */
	msleep(500);
}

static void mount_again(const char *options)
{
	int r = mount_v1("/cg/again", options);

	if (r == 0) {
		if (stocks_next && strstr(options, "memory"))
			take_stock();
		thaw("/cg/again");
		kill_all();
		r = remove_below("/cg/again");
		if (umount("/cg/again") < 0)
			r = -errno;
	}
	if (r)
		snprintf(mount_error, sizeof(mount_error), "%.64s: %s", options,
			 strerror(-r));
}

/*
 * A hierarchy that is unmounted before all of its groups are freed stays until
 * it is mounted and unmounted once more.  Most groups are freed soon; those of
 * a victim of the OOM killer, after two seconds.  A hierarchy on its way out
 * needs time, and a mount creates it again.
 */
const char *clean_up(void)
{
	static char why[512];
	char *h;
	int r;

	*mount_error = '\0';
	kill_all();
	swapoff("/dev/ram0");
	while (unmount_one())
		;
	put("/proc/sys/vm/drop_caches", "3");
	for (int i = 1; i < SETTLE_TRIES * (int)patience(); i++) {
		kill_all();
		/* Who was killed may still be in a group. */
		r = remove_below(V2);
		h = hierarchies();
		if (r == 0 && !for_each_hierarchy(NULL) &&
		    !strcmp(h, cgroups_at_start)) {
			free(h);
			return NULL;
		}
		snprintf(why, sizeof(why), "hierarchies %s; %s%s%s", h,
			 mount_error, r ? "; groups of cgroup2: " : "",
			 r ? strerror(-r) : "");
		free(h);
		if (i % 16 == 0)
			put("/proc/sys/vm/drop_caches", "3");
		stocks_next = i == 16;
		if (i == 4 || i == 8 || i % 16 == 0)
			for_each_hierarchy(mount_again);
		msleep(10);
	}
	return why;
}

void clean_start(void)
{
	cgroups_at_start = hierarchies();
}
