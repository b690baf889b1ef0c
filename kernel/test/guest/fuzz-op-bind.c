/* SPDX-License-Identifier: GPL-2.0-only */
/* Hierarchies: mount, umount, remount, split, merge, inherit. */
#include <stdarg.h>
#include <sys/mount.h>

#include "fuzz.h"

static void add(char *options, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add(char *options, const char *fmt, ...)
{
	size_t len = strlen(options);
	va_list ap;

	if (len)
		options[len++] = ',';
	va_start(ap, fmt);
	vsnprintf(options + len, 512 - len, fmt, ap);
	va_end(ap);
}

/* There, or at the next free place, or instead of what is there. */
static int mount_options(uint32_t mount, const char *options)
{
	int r;

	for (int i = 0; i < NR_MOUNTS && shared->mounted & (1U << mount); i++)
		mount = (mount + 1) % NR_MOUNTS;
	if (shared->mounted & (1U << mount))
		umount2(str("/cg/m%u", mount), MNT_DETACH);
	shared->mounted &= ~(1U << mount);
	r = mount_v1(str("/cg/m%u", mount), options);
	if (r == 0)
		shared->mounted |= 1U << mount;
	return r < 0 ? r : (int)mount;
}

/* The number of a name that no hierarchy has, if there is one. */
static uint32_t free_name(uint32_t nr)
{
	char *text;

	if (read_all("/proc/self/cgroup", &text) < 0)
		return nr;
	for (unsigned i = 0; i < NR_NAMES; i++, nr++)
		if (!strstr(text, str("name=n%u:", nr % NR_NAMES)))
			break;
	free(text);
	return nr % NR_NAMES;
}

/* What cannot be without memory; with swap, it cannot be split. */
static uint32_t with_memory(uint32_t set, uint32_t n)
{
	if (!(set & set_parse("memory")) || n % 4 == 0 || n % 4 == 3)
		return 0;
	return there(set_parse(n % 4 == 1 ? "swap,oom" : "oom"));
}

static int do_mount(const uint32_t *a)
{
	bool named = a[1] < NR_NAMES;
	uint32_t set = there(a[2]), n = a[3];
	char options[512] = "";
	int r;

	set |= with_memory(set, n);
	if (n % 8) {
		set &= free_subsystems();
		disable_on_v2(set);
	}
	if (named)
		add(options, "name=n%u", n % 4 ? free_name(a[1]) : a[1]);
	/* Of a hierarchy that has the name, whatever is bound to it. */
	if (!named || n % 4)
		add(options, "%s", set ? set_text(set) : "none");
	if (n / 16 % 2)
		add(options, "signal");
	if (n / 8 % 2)
		add(options, "clone_children");
	r = mount_options(a[0], options);
	if (r >= 0 && n / 4 % 2)
		make_all(r);
	return r;
}

OP(mount) = {
	.name = "mount",
	.fn = do_mount,
	.args = { ARG_MOUNT, ARG_NAME, ARG_SET, ARG_N },
	.weight = { 14, 0 },
	.then = "tree,mkdir,remount,split,mount",
};

/* One that is there, with the options that /proc shows. */
static int find(uint32_t mount, uint32_t n)
{
	char *text, *line, *save, *list, options[512] = "";
	unsigned nr = 0, wanted;

	if (read_all("/proc/self/cgroup", &text) < 0)
		return -EIO;
	for (const char *p = text; *p; p++)
		nr += *p == '\n';
	/* The last line is the default hierarchy. */
	wanted = nr > 1 ? n % (nr - 1) : nr;
	for (line = strtok_r(text, "\n", &save); line && wanted;
	     line = strtok_r(NULL, "\n", &save))
		wanted--;
	list = nr > 1 && line ? strchr(line, ':') : NULL;
	if (list) {
		list++;
		list[strcspn(list, ":")] = '\0';
		if (!strncmp(list, "name=", 5))
			add(options, "none");
		add(options, "%s", list);
	}
	free(text);
	return list ? mount_options(mount, options) : -ENOENT;
}

static int do_find(const uint32_t *a)
{
	return find(a[0], a[1]);
}

OP(find) = {
	.name = "find",
	.fn = do_find,
	.args = { ARG_MOUNT, ARG_N },
	.weight = { 6, 0 },
	.then = "untree,remount,merge,split,align",
};

/* One of them ends: names and subsystems are to be had again. */
static int do_wipe(const uint32_t *a)
{
	int nr = find(a[0], a[1]);

	if (nr < 0)
		return nr;
	evict_all(nr);
	remove_all(nr);
	if (umount(str("/cg/m%d", nr)) < 0)
		return -errno;
	shared->mounted &= ~(1U << nr);
	return 0;
}

OP(wipe) = {
	.name = "wipe",
	.fn = do_wipe,
	.args = { ARG_MOUNT, ARG_N },
	.weight = { 20, 0 },
	.then = "mount,find,wipe",
};

static int do_umount(const uint32_t *a)
{
	const char *path = str("/cg/m%u", a[0]);

	if (!(shared->mounted & (1U << a[0])))
		return -EINVAL;
	if (umount2(path, a[1] % 2 ? MNT_DETACH : 0) < 0)
		return -errno;
	shared->mounted &= ~(1U << a[0]);
	return 0;
}

OP(umount) = {
	.name = "umount",
	.fn = do_umount,
	.args = { ARG_MOUNT, ARG_N },
	.weight = { 4, 0 },
	.then = "mount,mount,find,find,pause",
};

static int do_remount(const uint32_t *a)
{
	uint32_t set = there(a[1]), n = a[2];
	char options[512] = "";
	struct bound b;

	if (!look_at(a[0], &b))
		return -ENODEV;
	set |= with_memory(set, n);
	if (n % 8) {
		set &= free_subsystems() | b.set;
		disable_on_v2(set);
	}
	/* Some more, some less, or something else. */
	if (n % 4 == 1)
		set |= b.set;
	else if (n % 4 == 2)
		set ^= b.set;
	else if (n % 4 == 3)
		set = b.set & ~set;
	if (rebind_is_a_word() && n / 4 % 8)
		add(options, "rebind");
	add(options, "%s", set ? set_text(set) : "none");
	if ((!set || n / 32) && *b.name)
		add(options, "name=%s", b.name);
	if (set && n / 16 % 2)
		add(options, "signal");
	return remount_plainly(top_path(a[0]), options);
}

OP(remount) = {
	.name = "remount",
	.fn = do_remount,
	.args = { ARG_MOUNT, ARG_SET, ARG_N },
	.weight = { 8, 0 },
	.then = "mount,fill,split,read,remount,tree",
};

static int do_split(const uint32_t *a)
{
	uint32_t set = there(a[2]);
	struct bound b;

	if (!look_at(top_with(a[0], ~0U), &b))
		return -ENODEV;
	/* One word that does not fit spoils it: seldom. */
	if (a[3] % 8) {
		set &= b.set & ~set_parse("swap,perf_event");
		if (set & set_parse("memory"))
			set |= b.set & set_parse("oom");
	}
	if (!set && b.set)
		set = b.set & -b.set;
	return put(str("%s/cgroup.split", top_path(top_with(a[0], ~0U))),
		   str("n%u %s", a[3] % 16 ? free_name(a[1]) : a[1],
		       set_text(set)));
}

OP(split) = {
	.name = "split",
	.fn = do_split,
	.args = { ARG_MOUNT, ARG_NAME, ARG_SET, ARG_N },
	.weight = { 8, 0 },
	.then = "mount,find,umount,merge,rmdir,remount",
};

/* Of the hierarchy that is mounted there, or of any one. */
static int hierarchy_id(uint32_t mount, uint32_t n)
{
	struct bound b = { 0, "" };
	char *text, word[48];
	const char *p;
	int id = -ENOENT, nr = n / 8 % 4;

	if (read_all("/proc/self/cgroup", &text) < 0)
		return -EIO;
	look_at(mount, &b);
	snprintf(word, sizeof(word), "name=%s:", b.name);
	if (!*b.name && b.set)
		snprintf(word, sizeof(word), "%s",
			 subsystems[__builtin_ctz(b.set)]);
	for (p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (n % 8 == 0
			    ? !nr--
			    : !!memmem(p, strcspn(p, "\n"), word, strlen(word)))
			id = strtol(p, NULL, 10);
	free(text);
	return id;
}

static int do_merge(const uint32_t *a)
{
	uint32_t from = other_mount(a[0], a[1]);

	if (!top_path(a[0]))
		return -ENODEV;
	if (!(shared->mounted & (1U << from)))
		find(from, a[2] / 8);
	/* Others than the same trees are refused. */
	if (a[2] / 8 % 4)
		align_groups(a[0], from);
	return put(str("%s/cgroup.merge", top_path(a[0])),
		   str("%d", hierarchy_id(from, a[2])));
}

OP(merge) = {
	.name = "merge",
	.fn = do_merge,
	.args = { ARG_MOUNT, ARG_MOUNT, ARG_N },
	.weight = { 10, 0 },
	.then = "remount,mount,find,split,rmdir",
};

static int do_inherit(const uint32_t *a)
{
	const char *path = group_path(a[0], a[1]);
	uint32_t subsys = a[2];
	struct bound b;

	if (!path)
		return -ENODEV;
	if (look_at(a[0], &b) && b.set && !(b.set & (1U << subsys)))
		subsys = __builtin_ctz(b.set);
	return put(str("%s/%s.inherit", path, subsystems[subsys]),
		   a[3] % 2 ? "1" : "0");
}

OP(inherit) = {
	.name = "inherit",
	.fn = do_inherit,
	.args = { ARG_TOP, ARG_DIR, ARG_SUBSYS, ARG_N },
	.weight = { 8, 8 },
	.then = "inherit,attach,write,split,merge,remount",
};
