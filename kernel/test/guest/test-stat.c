/* SPDX-License-Identifier: GPL-2.0-only */
/* Binary statistics: what DESCRIBE lists, what READ returns, in what order. */
#include <sys/mman.h>

#include "functest.h"
#include "stat.h"

#define MANY_GROUPS 40

/* Wherever they exist, all of these are maps on both kernels. */
static const char *const maps_v1[] = {
	"memory.stat",	  "memory.oom_control", "cpu.stat",
	"cpu.stat.local", "cpuacct.stat",	"pids.events",
	"misc.events",	  "misc.events.local",
};

static const char *const maps_v2[] = {
	"memory.stat",
	"memory.events",
	"memory.events.local",
	"memory.swap.events",
	"cpu.stat",
	"cpu.stat.local",
	"pids.events",
	"pids.events.local",
	"cgroup.stat",
	"cgroup.events",
	"misc.events",
	"misc.events.local",
	"hugetlb.2MB.events",
	"hugetlb.2MB.events.local",
};

static void v2_control(char sign)
{
	char *list = strdup(text_of(V2 "/cgroup.controllers")), *save, *name;

	for (name = strtok_r(list, " \n", &save); name;
	     name = strtok_r(NULL, " \n", &save))
		put(V2 "/cgroup.subtree_control", str("%c%s", sign, name));
	free(list);
}

/* A controller can be mounted again when the last of its groups is freed. */
static bool v2_is_free(void)
{
	bool ret = mount_v1("/cg/free", "memory,cpu,pids") == 0;

	if (ret)
		umount_v1("/cg/free");
	else
		put("/proc/sys/vm/drop_caches", "3");
	return ret;
}

/* With all v2 controllers for child groups; cleans up whatever happens. */
static void on_v2(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	check(pid >= 0);
	if (pid == 0) {
		v2_control('+');
		group(V2 "/a");
		group(V2 "/a/b");
		fn();
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid);
	remove_below(V2);
	v2_control('-');
	wait_for(v2_is_free());
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : TEST_FAILED);
}

/* --- text and binary --- */

/* The text has a line for each key, but may leave out some with the value 0. */
static bool leaves_out(const char *text, const char *key, uint64_t value)
{
	size_t len = strlen(key);

	return !value && (strncmp(text, key, len) || text[len] != ' ');
}

/* What the text should be: as it is where it may be so. */
static size_t format(const struct stat_file *f, const struct stat_record *r,
		     const char *text, char *buf, size_t size)
{
	const char *key = f->keys;
	size_t len = 0;

	buf[0] = '\0';
	if (f->type == CGSTATS_TYPE_U64)
		return snprintf(buf, size, "%llu\n",
				(unsigned long long)r->values[0]);
	if (f->type == CGSTATS_TYPE_S64)
		return snprintf(buf, size, "%lld\n", (long long)r->values[0]);
	for (unsigned i = 0; i < r->nr; i++, key += strlen(key) + 1) {
		if (leaves_out(text, key, r->values[i]))
			continue;
		len += snprintf(buf + len, size - len, "%s %llu\n", key,
				(unsigned long long)r->values[i]);
		check(len < size);
		text = strchrnul(text, '\n');
		text += *text == '\n';
	}
	return len;
}

/* Same as the file, byte for byte, if it holds still long enough. */
static bool same_text(int fd, const char *dir, const struct stat_file *f)
{
	static struct stat_record before, after;
	static char text[8192];
	char *file;
	bool same;

	for (int i = 0; i < 10; i++) {
		must(stat_read(fd, &f->id, 1, CGSTATS_F_COUNTS, &before));
		must(read_all(str("%s/%s", dir, f->name), &file));
		must(stat_read(fd, &f->id, 1, 0, &after));
		check_eq(before.nr, f->nvals);
		check_eq(before.counts[0], f->nvals);
		check_eq(before.cgid, stat_cgid(dir));
		format(f, &before, file, text, sizeof(text));
		same = !strcmp(text, file);
		if (!same && before.nr == after.nr &&
		    !memcmp(before.values, after.values,
			    before.nr * sizeof(before.values[0])))
			fail("%s/%s is\n%s\nbut was read as\n%s", dir, f->name,
			     file, text);
		free(file);
		if (same)
			return true;
	}
	return false;
}

/*
 * The keys of a file that never stands still: what the text has, in this order,
 * and maybe others.
 */
static void check_keys(const char *dir, const struct stat_file *f)
{
	char *text, *line, *save;
	const char *key = f->keys;

	must(read_all(str("%s/%s", dir, f->name), &text));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, " ")] = '\0';
		while (key < f->keys + f->keys_len && strcmp(key, line))
			key += strlen(key) + 1;
		if (key >= f->keys + f->keys_len)
			fail("%s/%s: no key %s there", dir, f->name, line);
		key += strlen(key) + 1;
	}
	free(text);
}

static unsigned nr_keys(const struct stat_file *f)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < f->keys_len; i++)
		nr += !f->keys[i];
	return nr;
}

static void check_dir(const char *path, bool idle)
{
	char *dir = strdup(path); /* it may be from str() */
	int fd = stat_open_dir(dir);
	unsigned seen = 0;

	must(stat_describe(fd, CGSTATS_F_KEYS));
	check(nr_stat_files > 3);
	for (unsigned i = 0; i < nr_stat_files; i++) {
		const struct stat_file *f = &stat_files[i];

		if (f->type == CGSTATS_TYPE_MAP) {
			check_eq(nr_keys(f), f->nvals);
			check_keys(dir, f);
		} else {
			check_eq(f->nvals, 1);
			check_eq(f->keys_len, 0);
		}
		if (same_text(fd, dir, f))
			seen++;
		else if (idle)
			fail("%s/%s changes all the time", dir, f->name);
	}
	note("%s: %u of %u files, text and binary", dir, seen, nr_stat_files);
	free(dir);
	close(fd);
}

static void check_maps(const char *dir, const char *const *maps, size_t nr)
{
	int fd = stat_open_dir(dir);

	must(stat_describe(fd, 0));
	for (size_t i = 0; i < nr; i++) {
		const struct stat_file *f = stat_file(maps[i]);

		if (!exists(str("%s/%s", dir, maps[i])))
			continue;
		if (!f || f->type != CGSTATS_TYPE_MAP)
			fail("%s of %s is no map", maps[i], dir);
	}
	close(fd);
}

TEST(stat, text_v1, "stat")
{
	stat_open();
	must(mount_v1(H, "all,clone_children"));
	make_tree(H);
	/* Something to count: usage, and its absence. */
	stop(sleeper(H "/a/b"));
	must(put(H "/a/pids.max", "1"));
	sleeper(H "/a/b");
	check_maps(H "/a", maps_v1, ARRAY_SIZE(maps_v1));
	check_dir(H "", false);
	for (size_t i = 1; i < ARRAY_SIZE(tree_dirs); i++)
		check_dir(str(H "%s", tree_dirs[i]), true);
}

static void check_v2(void)
{
	check_maps(V2 "/a", maps_v2, ARRAY_SIZE(maps_v2));
	sleeper(V2 "/a/b");
	check_dir(V2 "", false);
	check_dir(V2 "/a", true);
	check_dir(V2 "/a/b", true);
}

TEST(stat, text_v2, "stat")
{
	stat_open();
	on_v2(check_v2);
}

/* A huge page more than the group may have: touching it raises a signal. */
static void want_huge_page(const char *dir)
{
	pid_t pid = must(sys(fork()));

	if (pid == 0) {
		volatile char *page;

		must(attach(dir, getpid()));
		page = mmap(NULL, 2L << 20, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
		check(page != MAP_FAILED);
		*page = 1;
		_exit(0);
	}
	wait_signal(pid, SIGBUS);
}

static void check_hugetlb(void)
{
	must(put(V2 "/a/cgroup.subtree_control", "+hugetlb"));
	must(put("/proc/sys/vm/nr_hugepages", "1"));
	check_eq(number_in("/proc/sys/vm/nr_hugepages"), 1);
	must(put(V2 "/a/hugetlb.2MB.max", "0"));
	check_maps(V2 "/a/b", maps_v2, ARRAY_SIZE(maps_v2));
	want_huge_page(V2 "/a/b");
	must(put("/proc/sys/vm/nr_hugepages", "0"));
	check_str(text_of(V2 "/a/hugetlb.2MB.events"), "max 1\n");
	check_str(text_of(V2 "/a/hugetlb.2MB.events.local"), "max 0\n");
	check_str(text_of(V2 "/a/b/hugetlb.2MB.events"), "max 1\n");
	check_str(text_of(V2 "/a/b/hugetlb.2MB.events.local"), "max 1\n");
	/* and the numbers are the same */
	check_dir(V2 "/a", true);
	check_dir(V2 "/a/b", true);
}

TEST(stat, hugetlb_events, "hugetlb")
{
	stat_open();
	on_v2(check_hugetlb);
}

/* The files are right without the controllers, too. */
TEST(stat, text_v2_bare, "stat")
{
	const struct stat_file *f;

	stat_open();
	group(V2 "/a");
	check_dir(V2 "/a", true);
	f = stat_file("cpu.stat");
	check(f && f->nvals >= 4);
	check(stat_file("memory.stat") == NULL);
}

/* --- keys --- */

static struct stat_file known[STAT_MAX];
static unsigned nr_known;

/* An id has the same keys as wherever it was seen before. */
static void check_same_keys(const char *path)
{
	char *dir = strdup(path); /* it may be from str() */
	int fd = stat_open_dir(dir);

	must(stat_describe(fd, CGSTATS_F_KEYS));
	for (unsigned i = 0; i < nr_stat_files; i++) {
		const struct stat_file *f = &stat_files[i];
		unsigned k = 0;

		while (k < nr_known && known[k].id != f->id)
			k++;
		if (k == nr_known) {
			check(nr_known < STAT_MAX);
			known[nr_known++] = *f;
		}
		if (known[k].nvals != f->nvals ||
		    known[k].keys_len != f->keys_len ||
		    memcmp(known[k].keys, f->keys, f->keys_len))
			fail("%s/%s has %u keys, and %u elsewhere", dir,
			     f->name, f->nvals, known[k].nvals);
	}
	free(dir);
	close(fd);
}

static void same_keys_v2(void)
{
	static const char *const names[] = { "cpu.stat", "cpu.stat.local",
					     "cgroup.stat" };

	check_same_keys(V2);
	check_same_keys(V2 "/a");
	/* no controllers there */
	check_same_keys(V2 "/a/b");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		check(stat_file(names[i]) != NULL);
	check(!stat_file("memory.stat"));
	must(put(V2 "/a/cgroup.subtree_control", "+cpu"));
	check_same_keys(V2 "/a/b");
	must(put(V2 "/a/cgroup.subtree_control", "-cpu"));
	check_same_keys(V2 "/a/b");
}

TEST(stat, same_keys_v2, "stat")
{
	stat_open();
	on_v2(same_keys_v2);
	/* the same where the controllers are on v1 */
	must(mount_v1(H, "cpu,pids,memory"));
	check_same_keys(V2);
	group(V2 "/a");
	check_same_keys(V2 "/a");
}

TEST(stat, same_keys_v1, "stat")
{
	const char *schedstats = "/proc/sys/kernel/sched_schedstats";

	stat_open();
	must(mount_v1(H, "all,clone_children"));
	group(H "/a");
	for (int i = 0; i < 2; i++) {
		must(put(schedstats, i ? "0" : "1"));
		check_same_keys(H);
		check_same_keys(H "/a");
	}
	check(stat_file("cpu.stat") && stat_file("misc.events"));
}

/* --- describe --- */

/* READ accepts exactly what DESCRIBE lists; tries ids without a gap. */
static void check_accepted(const char *dir)
{
	int fd = stat_open_dir(dir), r = 0;
	unsigned accepted = 0;

	must(stat_describe(fd, 0));
	for (uint32_t id = 1; id < 100000; id++) {
		bool listed = false;

		r = stat_read(fd, &id, 1, 0, NULL);
		if (r == -EINVAL)
			break;
		for (unsigned i = 0; i < nr_stat_files; i++)
			listed |= stat_files[i].id == id;
		if (listed)
			check_eq(r, 0);
		else if (r != -ENODEV && r != -ESTALE)
			fail("id %u, not listed, gives %d", id, r);
		accepted += r == 0;
	}
	check_eq(r, -EINVAL);
	check_eq(accepted, nr_stat_files);
	close(fd);
}

static void check_accepted_v2(void)
{
	check_accepted(V2);
	check_accepted(V2 "/a");
}

TEST(stat, describe_is_what_read_takes, "stat")
{
	stat_open();
	must(mount_v1(H, "cpu,memory,name=t"));
	must(mount_v1(H2, "pids,cpuacct"));
	group(H "/a");
	group(H2 "/a");
	check_accepted(H);
	check_accepted(H "/a");
	check_accepted(H2);
	check_accepted(H2 "/a");
	check_accepted(V2);
}

TEST(stat, describe_is_what_read_takes_v2, "stat")
{
	stat_open();
	on_v2(check_accepted_v2);
}

TEST(stat, describe_all, "stat")
{
	stat_open();
	must(mount_v1(H, "memory,cpu,name=t"));
	must(stat_describe(-1, 0));
	check_eq(stat_files[0].gen >> 32 != 0, 1);
	check_eq(stat_file("memory.usage_in_bytes")->hierarchy,
		 hierarchy_of("memory"));
	check_eq(stat_file("memory.usage_in_bytes")->type, CGSTATS_TYPE_U64);
	check_eq(stat_file("cpu.shares")->hierarchy, hierarchy_of("cpu"));
	check_eq(stat_file("cpu.cfs_quota_us")->type, CGSTATS_TYPE_S64);
	check_eq(stat_file("cgroup.stat")->hierarchy, 0);
	check_eq(stat_file("pids.current")->hierarchy, 0);
	/* of all hierarchies of v1, so of none */
	check_eq(stat_file("notify_on_release")->hierarchy, -1);
	check(stat_file("memory.current") == NULL);
	check(stat_file("cpuacct.usage") == NULL);
}

/* Names are those of the files in that hierarchy. */
TEST(stat, noprefix, "stat")
{
	int fd;

	stat_open();
	must(mount_v1(H, "cpuset,noprefix"));
	fd = stat_open_dir(H);
	must(stat_describe(fd, 0));
	for (unsigned i = 0; i < nr_stat_files; i++)
		check(exists(str(H "/%s", stat_files[i].name)));
	check(stat_file("memory_pressure") != NULL);
	close(fd);
}

/* --- order --- */

struct expect {
	unsigned nr;
	const uint64_t *cgids;
	const int *errors;
};

static int compare(const struct stat_record *r, void *arg)
{
	struct expect *e = arg;

	if (r->cgid != e->cgids[e->nr])
		fail("record %u is of %llu, not %llu", e->nr,
		     (unsigned long long)r->cgid,
		     (unsigned long long)e->cgids[e->nr]);
	check_eq(r->error, e->errors ? e->errors[e->nr] : 0);
	e->nr++;
	return 0;
}

static void set_up_groups(int *fds, uint64_t *cgids)
{
	must(mount_v1(H, "pids,name=t"));
	for (int i = 0; i < MANY_GROUPS; i++) {
		group(str(H "/%d", i));
		fds[i] = stat_open_dir(str(H "/%d", i));
		cgids[i] = stat_cgid(str(H "/%d", i));
	}
	must(stat_describe(fds[0], 0));
}

/* In reverse order, one twice, some removed, some without that file. */
TEST(stat, order_fds, "stat")
{
	uint64_t cgids[MANY_GROUPS], wanted[MANY_GROUPS + 2];
	int dirs[MANY_GROUPS], fds[MANY_GROUPS + 2];
	int errors[MANY_GROUPS + 2] = { 0 };
	struct expect e = { .cgids = wanted, .errors = errors };
	uint32_t id;

	stat_open();
	set_up_groups(dirs, cgids);
	id = stat_id("pids.current");
	must(sys(rmdir(H "/7")));
	must(sys(rmdir(H "/8")));
	for (int i = 0; i < MANY_GROUPS; i++) {
		fds[i] = dirs[MANY_GROUPS - 1 - i];
		wanted[i] = cgids[MANY_GROUPS - 1 - i];
		if (wanted[i] == cgids[7] || wanted[i] == cgids[8])
			errors[i] = -ENOENT;
	}
	fds[MANY_GROUPS] = dirs[3];
	wanted[MANY_GROUPS] = cgids[3];
	/* the root has no pids.current */
	fds[MANY_GROUPS + 1] = stat_open_dir(H);
	wanted[MANY_GROUPS + 1] = stat_cgid(H);
	errors[MANY_GROUPS + 1] = -ENODEV;
	stat_begin(NLM_F_DUMP, &id, 1);
	cgstats_add(&stat_request, CGSTATS_A_FDS, fds, sizeof(fds));
	must(stat_call(compare, &e));
	check_eq(e.nr, MANY_GROUPS + 2);
}

TEST(stat, order_cgids, "stat")
{
	uint64_t cgids[MANY_GROUPS];
	int dirs[MANY_GROUPS], errors[MANY_GROUPS] = { 0 };
	struct expect e = { .cgids = cgids, .errors = errors };
	uint32_t id;

	stat_open();
	set_up_groups(dirs, cgids);
	id = stat_id("pids.current");
	must(sys(rmdir(H "/11")));
	errors[11] = -ENOENT;
	cgids[12] = 1 << 30;
	errors[12] = -ENOENT;
	/* a file, not a group */
	cgids[13] = stat_cgid(H "/13/pids.current");
	errors[13] = -ENOENT;
	stat_begin(NLM_F_DUMP, &id, 1);
	cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY,
			hierarchy_of("pids"));
	cgstats_add(&stat_request, CGSTATS_A_CGIDS, cgids, sizeof(cgids));
	must(stat_call(compare, &e));
	check_eq(e.nr, MANY_GROUPS);
}

/* Inode numbers only apply to one hierarchy. */
TEST(stat, order_cgids_v2, "stat")
{
	uint64_t cgids[2];
	struct expect e = { .cgids = cgids };
	uint32_t id;

	stat_open();
	group(V2 "/a");
	cgids[0] = stat_cgid(V2 "/a");
	cgids[1] = stat_cgid(V2);
	must(stat_describe(-1, 0));
	id = stat_id("cgroup.stat");
	stat_begin(NLM_F_DUMP, &id, 1);
	cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY, 0);
	cgstats_add(&stat_request, CGSTATS_A_CGIDS, cgids, sizeof(cgids));
	must(stat_call(compare, &e));
	check_eq(e.nr, 2);
}

/* Parents first, and in the order of their creation. */
TEST(stat, order_subtree, "stat")
{
	uint64_t cgids[ARRAY_SIZE(tree_dirs)];
	int errors[ARRAY_SIZE(tree_dirs)] = { -ENODEV };
	struct expect e = { .cgids = cgids, .errors = errors };
	pid_t zombie;
	uint32_t id;
	int fd;

	stat_open();
	must(mount_v1(H, "pids,memory,name=t"));
	make_tree(H);
	/* one that is dead but not freed */
	group(H "/a/dead");
	zombie = sleeper(H "/a/dead");
	check_eq(kill(zombie, SIGKILL), 0);
	wait_for(state_of(zombie) == 'Z');
	must(sys(rmdir(H "/a/dead")));
	for (size_t i = 0; i < ARRAY_SIZE(tree_dirs); i++)
		cgids[i] = stat_cgid(str(H "%s", tree_dirs[i]));
	fd = stat_open_dir(H);
	must(stat_describe(-1, 0));
	id = stat_id("pids.current");
	stat_begin(NLM_F_DUMP, &id, 1);
	cgstats_add_u32(&stat_request, CGSTATS_A_SUBTREE_FD, fd);
	must(stat_call(compare, &e));
	check_eq(e.nr, ARRAY_SIZE(tree_dirs));

	/* of one that is not the root */
	fd = stat_open_dir(H "/a");
	e.nr = 0;
	e.cgids = cgids + 1;
	e.errors = NULL;
	stat_begin(NLM_F_DUMP, &id, 1);
	cgstats_add_u32(&stat_request, CGSTATS_A_SUBTREE_FD, fd);
	must(stat_call(compare, &e));
	check_eq(e.nr, 3);
	reap(zombie);
}

/* --- values --- */

struct sum {
	unsigned nr;
	uint64_t of[4];
};

static int add_up(const struct stat_record *r, void *arg)
{
	struct sum *sum = arg;

	check_eq(r->error, 0);
	check_eq(r->nr, 2);
	check_eq(r->nr_counts, 2);
	check_eq(r->counts[0], 1);
	check_eq(r->counts[1], 1);
	for (unsigned i = 0; i < r->nr; i++)
		sum->of[i] += r->values[i];
	sum->nr++;
	return 0;
}

/* As many as a request accepts, with ids in any order. */
TEST(stat, as_many_as_there_may_be, "stat")
{
	static int fds[CGSTATS_MAX_CGROUPS];
	static uint64_t cgids[CGSTATS_MAX_CGROUPS];
	struct sum sum = { 0 };
	uint32_t ids[2];
	int a, b;

	stat_open();
	must(mount_v1(H, "pids,name=t"));
	group(H "/a");
	group(H "/b");
	sleeper(H "/a");
	sleeper(H "/a");
	sleeper(H "/b");
	a = stat_open_dir(H "/a");
	b = stat_open_dir(H "/b");
	must(stat_describe(a, 0));
	ids[0] = stat_id("notify_on_release");
	ids[1] = stat_id("pids.current");
	must(put(H "/b/notify_on_release", "1"));
	for (int i = 0; i < CGSTATS_MAX_CGROUPS; i++) {
		fds[i] = i % 2 ? a : b;
		cgids[i] = stat_cgid(i % 2 ? H "/a" : H "/b");
	}
	stat_begin(NLM_F_DUMP, ids, 2);
	cgstats_add_u32(&stat_request, CGSTATS_A_FLAGS, CGSTATS_F_COUNTS);
	cgstats_add(&stat_request, CGSTATS_A_FDS, fds, sizeof(fds));
	must(stat_call(add_up, &sum));
	check_eq(sum.nr, CGSTATS_MAX_CGROUPS);
	check_eq(sum.of[0], CGSTATS_MAX_CGROUPS / 2);
	check_eq(sum.of[1], CGSTATS_MAX_CGROUPS / 2 * 3);

	memset(&sum, 0, sizeof(sum));
	stat_begin(NLM_F_DUMP, ids, 2);
	cgstats_add_u32(&stat_request, CGSTATS_A_FLAGS, CGSTATS_F_COUNTS);
	cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY,
			hierarchy_of("pids"));
	cgstats_add(&stat_request, CGSTATS_A_CGIDS, cgids, sizeof(cgids));
	must(stat_call(add_up, &sum));
	check_eq(sum.nr, CGSTATS_MAX_CGROUPS);
	check_eq(sum.of[1], CGSTATS_MAX_CGROUPS / 2 * 3);
}

/* 64 times the same map: more than one message holds, or else all of it. */
TEST(stat, long_records, "stat")
{
	uint32_t ids[CGSTATS_MAX_IDS];
	static struct stat_record r;
	unsigned nvals;
	int fd;

	stat_open();
	must(mount_v1(H, "memory"));
	group(H "/a");
	fd = stat_open_dir(H "/a");
	must(stat_describe(fd, 0));
	nvals = stat_file("memory.stat")->nvals;
	for (int i = 0; i < CGSTATS_MAX_IDS; i++)
		ids[i] = stat_id("memory.stat");
	must(stat_read(fd, ids, CGSTATS_MAX_IDS, CGSTATS_F_COUNTS, &r));
	check_eq(r.nr, CGSTATS_MAX_IDS * nvals);
	check_eq(r.counts[CGSTATS_MAX_IDS - 1], nvals);
	check(nvals * 8 * CGSTATS_MAX_IDS > 16384);
}

/* As many values as memory.stat has lines, and as a message may hold. */
static unsigned longest(uint32_t *ids, unsigned *nr_ids)
{
	const char *p = text_of(V2 "/a/memory.stat");
	unsigned lines = 0;

	while ((p = strchr(p, '\n'))) {
		lines++;
		p++;
	}
	*nr_ids = 4000 / lines;
	if (*nr_ids > CGSTATS_MAX_IDS)
		*nr_ids = CGSTATS_MAX_IDS;
	for (unsigned i = 0; i < *nr_ids; i++)
		ids[i] = stat_id("memory.stat");
	note("memory.stat has %u values, read %u times", lines, *nr_ids);
	return lines * *nr_ids;
}

static int take_long(const struct stat_record *r, void *arg)
{
	unsigned *left = arg;

	if (r->error)
		fail("%s", strerror(-r->error));
	check(*left >= r->nr);
	*left -= r->nr;
	return 0;
}

/*
 * A dump whose first message is long, of a file that nobody has read before, if
 * this is the first test of a boot.  Nobody knows yet how long it is.
 */
static void long_from_the_first(void)
{
	int fds[2] = { stat_open_dir(V2 "/a"), stat_open_dir(V2 "/a/b") };
	uint32_t ids[CGSTATS_MAX_IDS];
	unsigned nr_ids, left;

	must(put(V2 "/a/cgroup.subtree_control", "+memory"));
	must(stat_describe(-1, 0));
	left = ARRAY_SIZE(fds) * longest(ids, &nr_ids);
	/* the kernel does not know the buffers of one that has not received */
	cgstats_close(&stats);
	must(cgstats_socket(&stats));
	stat_begin(NLM_F_DUMP, ids, nr_ids);
	cgstats_add(&stat_request, CGSTATS_A_FDS, fds, sizeof(fds));
	must(stat_call(take_long, &left));
	check_eq(left, 0);
}

TEST(stat, long_from_the_first, "stat")
{
	stat_open();
	on_v2(long_from_the_first);
}

/* What was written in the group, however it is flushed. */
static uint64_t cache_of(int fd, uint32_t flags)
{
	uint32_t id = stat_id("memory.stat");
	static struct stat_record r;

	must(stat_read(fd, &id, 1, flags, &r));
	return r.values[0];
}

static int fill_in_group(void *arg)
{
	const size_t size = 8 << 20;
	char *p;

	(void)arg;
	must(attach(H "/a/b", getpid()));
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		 -1, 0);
	check(p != MAP_FAILED);
	memset(p, 1, size);
	must(attach(H, getpid()));
	return 0;
}

struct found {
	unsigned nr;
	uint64_t cache[4];
};

static int find_cache(const struct stat_record *r, void *arg)
{
	struct found *found = arg;

	check_eq(r->error, 0);
	check(found->nr < ARRAY_SIZE(found->cache));
	found->cache[found->nr++] = r->values[0];
	return 0;
}

TEST(stat, preflush, "stat")
{
	struct found found = { 0 };
	uint32_t id;
	int fds[2];

	stat_open();
	must(mount_v1(H, "memory"));
	make_tree(H);
	fds[0] = stat_open_dir(H "/a/b");
	fds[1] = stat_open_dir(H "/d");
	must(stat_describe(fds[0], CGSTATS_F_KEYS));
	check(!strcmp(stat_file("memory.stat")->keys, "cache"));
	id = stat_id("memory.stat");
	check_eq(in_child(fill_in_group, NULL), 0);
	stat_begin(NLM_F_DUMP, &id, 1);
	cgstats_add_u32(&stat_request, CGSTATS_A_FLAGS, CGSTATS_F_PREFLUSH);
	cgstats_add(&stat_request, CGSTATS_A_FDS, fds, sizeof(fds));
	must(stat_call(find_cache, &found));
	check_eq(found.nr, 2);
	check_eq(found.cache[0], stat_value(H "/a/b/memory.stat", "cache"));
	check_eq(found.cache[1], stat_value(H "/d/memory.stat", "cache"));
	check_eq(cache_of(fds[0], CGSTATS_F_PREFLUSH), found.cache[0]);
	check_eq(cache_of(fds[0], 0), found.cache[0]);
}

/* Groups of several hierarchies in one request. */
TEST(stat, several_hierarchies, "stat")
{
	int fds[3], errors[3] = { 0, -ENODEV, -ENODEV };
	uint64_t cgids[3];
	struct expect e = { .cgids = cgids, .errors = errors };
	uint32_t id;

	stat_open();
	must(mount_v1(H, "pids"));
	must(mount_v1(H2, "memory"));
	group(H "/a");
	group(H2 "/a");
	fds[0] = stat_open_dir(H "/a");
	fds[1] = stat_open_dir(H2 "/a");
	fds[2] = stat_open_dir(V2);
	cgids[0] = stat_cgid(H "/a");
	cgids[1] = stat_cgid(H2 "/a");
	cgids[2] = stat_cgid(V2);
	must(stat_describe(-1, 0));
	id = stat_id("pids.current");
	stat_begin(NLM_F_DUMP, &id, 1);
	cgstats_add_u32(&stat_request, CGSTATS_A_FLAGS, CGSTATS_F_PREFLUSH);
	cgstats_add(&stat_request, CGSTATS_A_FDS, fds, sizeof(fds));
	must(stat_call(compare, &e));
	check_eq(e.nr, 3);
}

/* --- the text, to be compared with that of another kernel --- */

static uint64_t hash_of(const char *text, bool keys_only)
{
	uint64_t hash = 14695981039346656037u;
	bool key = true;

	for (; *text; text++) {
		if (*text == '\n')
			key = true;
		else if (*text == ' ')
			key = false;
		if (!keys_only || key)
			hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	}
	return hash;
}

static void digest(const char *dir, const char *const *files, size_t nr,
		   bool keys_only)
{
	for (size_t i = 0; i < nr; i++) {
		char *text;

		if (read_all(str("%s/%s", dir, files[i]), &text) < 0)
			continue;
		note("digest %s/%s %016llx", dir, files[i],
		     (unsigned long long)hash_of(text, keys_only));
		free(text);
	}
}

static void digest_v2(void)
{
	digest(V2 "/a", maps_v2, ARRAY_SIZE(maps_v2), false);
	digest(V2, maps_v2, ARRAY_SIZE(maps_v2), true);
}

/*
 * Of a group that has never had a task all of the text, of the root group the
 * keys: test-vm-stattext.sh compares it for two kernels.
 */
TEST(stattext, v1, NULL)
{
	pid_t pid;

	must(mount_v1(H, "all,clone_children"));
	group(H "/a");
	must(put(H "/a/memory.limit_in_bytes", "64M"));
	digest(H "/a", maps_v1, ARRAY_SIZE(maps_v1), false);
	digest(H, maps_v1, ARRAY_SIZE(maps_v1), true);
	pid = sleeper(H "/a");
	digest(H "/a", maps_v1, ARRAY_SIZE(maps_v1), true);
	must(put("/proc/sys/kernel/sched_schedstats", "1"));
	digest(H "/a", maps_v1, ARRAY_SIZE(maps_v1), true);
	must(put("/proc/sys/kernel/sched_schedstats", "0"));
	stop(pid);
}

TEST(stattext, v2, NULL)
{
	on_v2(digest_v2);
}
