/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <grp.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "functest.h"

/* --- texts and files --- */

const char *str(const char *fmt, ...)
{
	static char bufs[64][512];
	static unsigned next;
	char *buf = bufs[next++ % 64];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(bufs[0]), fmt, ap);
	va_end(ap);
	check(n >= 0 && n < (int)sizeof(bufs[0]));
	return buf;
}

void msleep(unsigned ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

int read_all(const char *path, char **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0, size = 4096;
	ssize_t n = 0;
	char *buf;

	if (fd < 0)
		return -errno;
	buf = malloc(size);
	while (buf && (n = read(fd, buf + len, size - len - 1)) > 0) {
		len += n;
		if (len == size - 1)
			buf = realloc(buf, size *= 2);
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	if (!buf)
		return -ENOMEM;
	if (n < 0) {
		free(buf);
		return n;
	}
	buf[len] = '\0';
	*ret = buf;
	return 0;
}

const char *text_of(const char *path)
{
	char *text = NULL;
	int r = read_all(path, &text);

	if (r < 0)
		fail("cannot read %s: %s", path, strerror(-r));
	return text;
}

long number_in(const char *path)
{
	char *text;
	long n;
	int r = read_all(path, &text);

	if (r < 0)
		return r;
	n = strtol(text, NULL, 10);
	free(text);
	return n;
}

int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (!strncmp(text, line, len) &&
		    (text[len] == '\n' || !text[len]))
			return true;
	return false;
}

long stat_value(const char *path, const char *key)
{
	const char *text = text_of(path), *p = text;
	size_t len = strlen(key);

	for (; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (!strncmp(p, key, len) && p[len] == ' ')
			return strtol(p + len, NULL, 10);
	fail("no %s in %s", key, path);
}

/* --- hierarchies --- */

int mount_v1(const char *path, const char *options)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return sys(mount("functest", path, "cgroup", 0, options));
}

int remount_plainly(const char *path, const char *options)
{
	return sys(mount("functest", path, "cgroup", MS_REMOUNT, options));
}

int remount_v1(const char *path, const char *options)
{
	return remount_plainly(path, str("rebind,%s", options));
}

int umount_v1(const char *path)
{
	return sys(umount(path));
}

int run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sys(sched_setaffinity(0, sizeof(set), &set));
}

void drain_cpus(void)
{
	must(put("/proc/sys/vm/drop_caches", "1"));
}

/* Each mount and umount is another chance for what something kept. */
static bool is_gone(const char *options, const char *subsys)
{
	if (!hierarchy_of(subsys))
		return true;
	drain_cpus();
	must(mount_v1("/cg/gone", options));
	must(umount_v1("/cg/gone"));
	msleep(20);
	return false;
}

void wait_gone(const char *options, const char *subsys)
{
	wait_for(is_gone(options, subsys));
}

void group(const char *path)
{
	if (mkdir(path, 0755) < 0)
		fail("mkdir %s: %s", path, strerror(errno));
}

const char *const tree_dirs[5] = { "", "/a", "/a/b", "/a/b/c", "/d" };

void make_tree(const char *path)
{
	for (size_t i = 1; i < ARRAY_SIZE(tree_dirs); i++)
		group(str("%s%s", path, tree_dirs[i]));
}

/* Names of the entries of a directory, sorted; groups or files. */
static int list_dir(const char *path, bool groups, struct dirent ***ret)
{
	int nr = scandir(path, ret, NULL, versionsort), kept = 0;

	for (int i = 0; i < nr; i++) {
		struct dirent *e = (*ret)[i];

		if (e->d_name[0] != '.' && (e->d_type == DT_DIR) == groups)
			(*ret)[kept++] = e;
		else
			free(e);
	}
	return nr < 0 ? -errno : kept;
}

static void free_list(struct dirent **list, int nr)
{
	for (int i = 0; i < nr; i++)
		free(list[i]);
	free(list);
}

int remove_below(const char *path)
{
	struct dirent **list = NULL;
	int nr = list_dir(path, true, &list), r = 0;

	for (int i = 0; i < nr; i++) {
		char child[1024];
		int r1;

		snprintf(child, sizeof(child), "%s/%s", path, list[i]->d_name);
		r1 = remove_below(child);
		/* A killed task leaves its group a while after it is reaped. */
		for (int k = 0; r1 == 0 && rmdir(child) < 0; k++) {
			if (errno != EBUSY || k == 300)
				r1 = errno == ENOENT ? 0 : -errno;
			else
				msleep(10);
		}
		if (r == 0)
			r = r1;
	}
	if (nr < 0)
		return nr == -ENOENT ? 0 : nr;
	free_list(list, nr);
	return r;
}

bool subsys_info(const char *name, struct subsys_info *ret)
{
	const char *text = text_of("/proc/cgroups"), *p;
	size_t len = strlen(name);
	int enabled;
	bool found = false;

	for (p = text; *p && !found; p += strcspn(p, "\n"), p += *p == '\n')
		if (!strncmp(p, name, len) && p[len] == '\t') {
			check_eq(sscanf(p + len, "%d %d %d", &ret->hierarchy,
					&ret->nr_groups, &enabled),
				 3);
			ret->enabled = enabled;
			found = true;
		}
	return found;
}

int hierarchy_of(const char *subsys)
{
	struct subsys_info info;

	if (!subsys_info(subsys, &info))
		fail("no subsystem %s", subsys);
	/*
	 * A rebind shows its number before it has made the files, and who reads
	 * it does not wait: this does, as each writer of control files.
	 */
	if (!info.hierarchy)
		put(V2 "/cgroup.max.depth", "max");
	return info.hierarchy;
}

bool is_there(const char *subsys)
{
	struct subsys_info info;

	return subsys_info(subsys, &info) && info.enabled;
}

static bool in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; p; p = strchr(p, ','), p += !!p)
		if (!strncmp(p, word, len) && (p[len] == ',' || !p[len]))
			return true;
	return false;
}

/*
 * "misc" has no file on v1 but can be mounted.  debug goes with cpu only when
 * the kernel was booted with cgroup_debug_requires=cpu.
 */
const char *all_subsys(const char *except)
{
	/* In the kernel's order, which is that of /proc/cgroups. */
	char *list = strdup(text_of("/proc/cgroups")), *save, *line, *ret;

	ret = calloc(1, strlen(list) + 1);
	for (line = strtok_r(list, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char name[64];
		int h, n, enabled;

		if (sscanf(line, "%63s %d %d %d", name, &h, &n, &enabled) != 4)
			continue;
		if (!enabled || in_list(except, name))
			continue;
		if (*ret)
			strcat(ret, ",");
		strcat(ret, name);
	}
	return ret;
}

void each_subsys(const char *list, void (*fn)(const char *name))
{
	char *copy = strdup(list), *save, *name;

	for (name = strtok_r(copy, ",", &save); name;
	     name = strtok_r(NULL, ",", &save))
		fn(name);
	free(copy);
}

const char *group_of(pid_t pid, const char *controller)
{
	char *text, *save, *line;

	if (read_all(str("/proc/%d/cgroup", pid), &text) < 0)
		return NULL;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *list = strchr(line, ':'), *path;

		path = list ? strchr(list + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		if (in_list(list + 1, controller))
			return path;
	}
	return NULL;
}

/* --- snapshots --- */

struct text {
	char *buf;
	size_t len, size;
};

static void add(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	for (;;) {
		va_start(ap, fmt);
		n = vsnprintf(t->buf + t->len, t->size - t->len, fmt, ap);
		va_end(ap);
		if (n < 0 || t->len + n < t->size)
			break;
		t->size = 2 * (t->len + n) + 4096;
		t->buf = realloc(t->buf, t->size);
		check(t->buf);
	}
	t->len += n;
}

static void add_file(struct text *t, const char *label, const char *path)
{
	char *text = NULL, *save, *line;
	int r = read_all(path, &text);

	if (r < 0) {
		add(t, "%s: error %d\n", label, -r);
		return;
	}
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		add(t, "%s: %s\n", label, line);
	free(text);
}

/* Files whose content is configuration or membership, not a measurement. */
static bool is_stable(const char *name)
{
	static const char *const names[] = {
		"tasks",
		"cgroup.procs",
		"cgroup.procs_partial",
		"cgroup.clone_children",
		"notify_on_release",
		"pids.max",
		"cpu.shares",
		"cpu.cfs_quota_us",
		"cpuset.cpus",
		"cpuset.mems",
		"freezer.state",
		"freezer.self_freezing",
		"net_cls.classid",
		"memory.limit_in_bytes",
		"devices.list",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return strstr(name, ".inherit") != NULL;
}

static void add_dir(struct text *t, const char *top, const char *dir)
{
	struct dirent **list = NULL;
	char path[1024], label[1024];
	int nr;

	snprintf(path, sizeof(path), "%s%s", top, dir);
	nr = list_dir(path, false, &list);
	add(t, "group %s/\n", dir);
	for (int i = 0; i < nr; i++) {
		const char *name = list[i]->d_name;
		struct stat st = { 0 };

		snprintf(path, sizeof(path), "%s%s/%s", top, dir, name);
		snprintf(label, sizeof(label), "%s/%s", dir, name);
		lstat(path, &st);
		add(t, "%s mode %o owner %u\n", label, st.st_mode & 07777,
		    st.st_uid);
		/* The root group holds tasks of the kernel, which come and go. */
		if (is_stable(name) && (*dir || !strstr("tasks cgroup.procs "
							"cgroup.procs_partial",
							name)))
			add_file(t, label, path);
	}
	if (nr >= 0)
		free_list(list, nr);
	snprintf(path, sizeof(path), "%s%s", top, dir);
	nr = list_dir(path, true, &list);
	for (int i = 0; i < nr; i++) {
		snprintf(label, sizeof(label), "%s/%s", dir, list[i]->d_name);
		add_dir(t, top, label);
	}
	if (nr >= 0)
		free_list(list, nr);
}

/* Group counts of the default hierarchy drop as dead groups are freed. */
static void add_proc_cgroups(struct text *t)
{
	const char *text = text_of("/proc/cgroups"), *p;
	char name[64];
	int h, n, enabled;

	for (p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (*p != '#' &&
		    sscanf(p, "%63s %d %d %d", name, &h, &n, &enabled) == 4)
			add(t, "/proc/cgroups: %s %d %d %d\n", name, h,
			    h ? n : 0, enabled);
}

/* The test's own processes: the kernel's have no parent but 0 or 2 */
static void add_processes(struct text *t)
{
	struct dirent **list = NULL;
	int nr = list_dir("/proc", true, &list);

	for (int i = 0; i < nr; i++) {
		char *text;
		int ppid = 0;
		long pid = strtol(list[i]->d_name, NULL, 10);

		if (pid <= 0 || read_all(str("/proc/%ld/stat", pid), &text) < 0)
			continue;
		if (strrchr(text, ')'))
			sscanf(strrchr(text, ')'), ") %*c %d", &ppid);
		free(text);
		if (ppid > 0 && ppid != 2)
			add_file(t, str("process %ld", pid),
				 str("/proc/%ld/cgroup", pid));
	}
	if (nr >= 0)
		free_list(list, nr);
}

static void add_mount(struct text *t, const char *path)
{
	const char *text = text_of("/proc/self/mounts"), *p;
	const char *want = str("functest %s ", path);

	for (p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (!strncmp(p, want, strlen(want)))
			add(t, "mount: %.*s\n", (int)strcspn(p, "\n"), p);
}

char *snapshot(const char *path)
{
	struct text t = { NULL, 0, 0 };

	add_proc_cgroups(&t);
	add_mount(&t, path);
	add_processes(&t);
	add_dir(&t, path, "");
	return t.buf;
}

void check_same(char *before, char *after)
{
	char *a = before, *b = after;

	while (*a && *a == *b)
		a++, b++;
	if (*a == *b) {
		free(before);
		free(after);
		return;
	}
	while (a > before && a[-1] != '\n')
		a--, b--;
	fail("not as before: was '%.*s', is '%.*s'", (int)strcspn(a, "\n"), a,
	     (int)strcspn(b, "\n"), b);
}

static long count_lines(const char *path)
{
	char *text;
	long nr = 0;

	must(read_all(path, &text));
	for (const char *p = text; *p; p++)
		nr += *p == '\n';
	free(text);
	return nr;
}

long count_tasks(const char *path)
{
	struct dirent **list = NULL;
	int nr = list_dir(path, true, &list);
	long sum = 0;

	for (int i = 0; i < nr; i++) {
		char child[1024];

		snprintf(child, sizeof(child), "%s/%s", path, list[i]->d_name);
		sum += count_tasks(child) + count_lines(str("%s/tasks", child));
	}
	if (nr >= 0)
		free_list(list, nr);
	return sum;
}

/* Members of the subtree. */
static long check_pids_below(const char *path)
{
	struct dirent **list = NULL;
	int nr = list_dir(path, true, &list);
	long own = count_lines(str("%s/tasks", path)), below = 0, current;

	for (int i = 0; i < nr; i++) {
		char child[1024];

		snprintf(child, sizeof(child), "%s/%s", path, list[i]->d_name);
		below += check_pids_below(child);
	}
	if (nr >= 0)
		free_list(list, nr);
	current = must(number_in(str("%s/pids.current", path)));
	if (current != own + below)
		fail("%s: pids.current is %ld with %ld tasks", path, current,
		     own + below);
	return own + below;
}

void check_pids(const char *path, long expected)
{
	struct dirent **list = NULL;
	int nr = list_dir(path, true, &list);
	long sum = 0;

	for (int i = 0; i < nr; i++) {
		char child[1024];

		snprintf(child, sizeof(child), "%s/%s", path, list[i]->d_name);
		sum += check_pids_below(child);
	}
	if (nr >= 0)
		free_list(list, nr);
	check_eq(sum, expected);
}

/* --- processes --- */

static void *wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

pid_t sleeper_threads(const char *dir, unsigned nr_threads)
{
	int p[2];
	char c;
	pid_t pid;

	must(sys(pipe2(p, O_CLOEXEC)));
	pid = must(sys(fork()));
	if (pid == 0) {
		pthread_attr_t attr;
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_attr_init(&attr);
		pthread_attr_setstacksize(&attr, 64 * 1024);
		for (unsigned i = 0; i < nr_threads; i++)
			if (pthread_create(&thread, &attr, wait_for_ever, NULL))
				_exit(1);
		must(sys(write(p[1], "x", 1)));
		close(p[0]);
		close(p[1]);
		wait_for_ever(NULL);
	}
	close(p[1]);
	check_eq(read(p[0], &c, 1), 1);
	close(p[0]);
	if (dir)
		must(attach(dir, pid));
	return pid;
}

pid_t sleeper(const char *dir)
{
	return sleeper_threads(dir, 0);
}

unsigned threads_of(pid_t pid, pid_t *ret, unsigned max)
{
	struct dirent **list = NULL;
	int nr = list_dir(str("/proc/%d/task", pid), true, &list);
	unsigned kept = 0;

	for (int i = 0; i < nr; i++)
		if (kept < max)
			ret[kept++] = strtol(list[i]->d_name, NULL, 10);
	if (nr >= 0)
		free_list(list, nr);
	return kept;
}

int attach(const char *dir, pid_t pid)
{
	return put(str("%s/cgroup.procs", dir), str("%d", pid));
}

int attach_thread(const char *dir, pid_t tid)
{
	return put(str("%s/tasks", dir), str("%d", tid));
}

void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	reap(pid);
}

char state_of(pid_t pid)
{
	char *text, *p, state;

	if (read_all(str("/proc/%d/stat", pid), &text) < 0)
		return 0;
	p = strrchr(text, ')');
	state = p ? p[2] : 0;
	free(text);
	return state;
}

/* What fn returns is at most 80, or -errno of one of the usual errors. */
int in_child(int (*fn)(void *arg), void *arg)
{
	pid_t pid = must(sys(fork()));
	int status, r;

	if (pid == 0)
		_exit(fn(arg) & 0xff);
	while (waitpid(pid, &status, 0) < 0)
		check(errno == EINTR);
	if (!WIFEXITED(status))
		fail("child was killed by signal %d", WTERMSIG(status));
	r = WEXITSTATUS(status);
	if (r == TEST_FAILED)
		_exit(r);
	return r > 100 ? r - 256 : r;
}

void become_user(void)
{
	must(sys(setgroups(0, NULL)));
	must(sys(setresgid(1000, 1000, 1000)));
	must(sys(setresuid(1000, 1000, 1000)));
}

/* Ids 0 and 1000 of the new namespace are those outside. */
int enter_user_ns(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	put("/proc/self/setgroups", "deny");
	must(put("/proc/self/uid_map", str("0 %u 1", uid)));
	must(put("/proc/self/gid_map", str("0 %u 1", gid)));
	return 0;
}

void wait_exit(pid_t pid, int wanted)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		check(errno == EINTR);
	if (!WIFEXITED(status))
		fail("process %d was killed by signal %d", pid,
		     WTERMSIG(status));
	check_eq(WEXITSTATUS(status), wanted);
}

void wait_signal(pid_t pid, int signal)
{
	int status;

	check_eq(waitpid(pid, &status, 0), pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == signal);
}

static void storm_run(const char *dir, unsigned nr_children)
{
	must(attach(dir, getpid()));
	for (;;) {
		for (unsigned i = 0; i < nr_children; i++) {
			pid_t pid = fork();

			if (pid == 0)
				_exit(0);
			if (pid < 0 && errno != EAGAIN)
				_exit(1);
		}
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
}

struct storm storm_start(const char *dir, unsigned nr_children)
{
	struct storm s = { must(sys(fork())) };

	if (s.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		storm_run(dir, nr_children);
	}
	return s;
}

/* Its children go with it: they only ever exit. */
void storm_stop(struct storm *s)
{
	int status;

	kill(s->pid, SIGKILL);
	while (waitpid(s->pid, &status, 0) < 0)
		check(errno == EINTR);
	if (WIFEXITED(status))
		fail("a process that forks failed");
}

/* --- random numbers: splitmix64 --- */

void rng_seed(struct rng *r, uint64_t seed)
{
	r->state = seed;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31)) % n;
}
