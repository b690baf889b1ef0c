/* SPDX-License-Identifier: GPL-2.0-only */
/* What operations share: paths, mount points, children, held descriptors. */
#include <dirent.h>
#include <sys/prctl.h>

#include "fuzz.h"

#define CHILD_MS 2000
#define STEP 59	    /* through the control files */
#define MAX_LEFT 40 /* children that did not end */

int held_fds[NR_FDS] = { -1, -1, -1, -1, -1, -1 };
static unsigned nr_left;

/* Another one, if that is not mounted: refusals alone test little. */
static uint32_t mounted_top(uint32_t top)
{
	for (uint32_t i = 0; i < NR_MOUNTS && top != NR_MOUNTS; i++)
		if (shared->mounted & (1U << (top + i) % NR_MOUNTS))
			return (top + i) % NR_MOUNTS;
	return top;
}

const char *top_path(uint32_t top)
{
	top = mounted_top(top);
	if (top == NR_MOUNTS)
		return V2;
	if (!(shared->mounted & (1U << top)))
		return NULL;
	return str("/cg/m%u", top);
}

const char *dir_path(uint32_t top, uint32_t dir)
{
	const char *path = top_path(top);

	return path ? str("%s/%s", path, dirs[dir]) : NULL;
}

static bool is_in(const char *path, const char *name)
{
	char buf[256];

	/* Not str(): it has few buffers, and the caller's path is in one. */
	snprintf(buf, sizeof(buf), "%s/%s", path, name);
	return exists(buf);
}

/* If it is not there, one above it, or another one. */
const char *group_path(uint32_t top, uint32_t dir)
{
	const char *path = top_path(top);
	char name[32], *slash;

	if (!path)
		return NULL;
	snprintf(name, sizeof(name), "%s", dirs[dir]);
	while (!is_in(path, name) && (slash = strrchr(name, '/')))
		*slash = '\0';
	if (is_in(path, name))
		return str("%s/%s", path, name);
	/* The root at last. */
	while (dir < nr_dirs - 1 && !is_in(path, dirs[dir]))
		dir++;
	return str("%s/%s", path, dirs[dir]);
}

/* One that is there, if some tries find it. */
const struct control *any_control(const char *path, uint32_t nr, bool to_write)
{
	const struct control *c;

	check(nr_controls % STEP);
	for (uint32_t i = 0; i < 40; i++) {
		c = &controls[(nr + i * STEP) % nr_controls];
		if ((c->value || !to_write) && is_in(path, c->file))
			return c;
	}
	return &controls[nr];
}

uint32_t free_subsystems(void)
{
	char *text, *line, *save;
	uint32_t set = 0;

	if (read_all("/proc/cgroups", &text) < 0)
		return 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char name[32];
		int h;

		if (sscanf(line, "%31s %d", name, &h) == 2 && !h)
			set |= set_parse(name);
	}
	free(text);
	return set;
}

uint32_t other_mount(uint32_t mount, uint32_t wanted)
{
	for (uint32_t i = 0; i < NR_MOUNTS; i++) {
		uint32_t nr = (wanted + i) % NR_MOUNTS;

		if (nr != mount && (shared->mounted & (1U << nr)))
			return nr;
	}
	return wanted;
}

/* The options of the last line for that mount point: the one on top. */
static bool find_options(const char *text, const char *path, char *ret,
			 size_t size)
{
	bool found = false;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		char dir[64], options[256];

		if (sscanf(text, "%*s %63s cgroup %255s", dir, options) == 2 &&
		    !strcmp(dir, path)) {
			snprintf(ret, size, "%s", options);
			found = true;
		}
	}
	return found;
}

uint32_t top_with(uint32_t top, uint32_t set)
{
	struct bound b;

	for (uint32_t i = 0; i < NR_MOUNTS && top < NR_MOUNTS; i++) {
		uint32_t nr = (top + i) % NR_MOUNTS;

		if ((shared->mounted & (1U << nr)) && look_at(nr, &b) &&
		    (b.set & set))
			return nr;
	}
	return top;
}

bool look_at(uint32_t mount, struct bound *ret)
{
	const char *path = top_path(mount), *name;
	char options[256], *text;
	bool found;

	if (!path || read_all("/proc/self/mounts", &text) < 0)
		return false;
	found = find_options(text, path, options, sizeof(options));
	free(text);
	if (!found)
		return false;
	ret->set = set_parse(options);
	name = strstr(options, ",name=");
	snprintf(ret->name, sizeof(ret->name), "%.*s",
		 name ? (int)strcspn(name + 6, ",") : 0, name ? name + 6 : "");
	return true;
}

static bool wait_for_end(pid_t pid, unsigned ms)
{
	for (unsigned i = 0; i <= ms * patience(); i++) {
		pid_t r = waitpid(pid, NULL, WNOHANG);

		if (r == pid || (r < 0 && errno == ECHILD))
			return true;
		msleep(1);
	}
	return false;
}

void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	if (!wait_for_end(pid, CHILD_MS))
		nr_left++;
}

int start_child(void)
{
	pid_t pid;

	if (nr_left > MAX_LEFT)
		return -EAGAIN;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Only the worker is a handler, or keeps what it has open. */
	close_range(3, ~0U, 0);
	put("/proc/self/oom_score_adj", "0");
	return 0;
}

int with_child(void (*fn)(void *arg), void *arg)
{
	int pid = start_child();

	if (pid < 0)
		return pid;
	if (pid == 0) {
		fn(arg);
		_exit(0);
	}
	if (wait_for_end(pid, CHILD_MS))
		return 0;
	end_child(pid);
	return -ETIMEDOUT;
}

void hold_fd(uint32_t nr, int fd)
{
	if (held_fds[nr] >= 0)
		close(held_fds[nr]);
	held_fds[nr] = fd;
}

/* As those who delegate do it, who know no better: everything. */
void give_to_user(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	chown(dir, 1000, 1000);
	while (d && (e = readdir(d)))
		if (e->d_type == DT_REG)
			fchownat(dirfd(d), e->d_name, 1000, 1000, 0);
	if (d)
		closedir(d);
}
