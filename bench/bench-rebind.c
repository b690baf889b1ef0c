/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hierarchies with cgroups and tasks in them get a controller, lose one, are
 * merged and split.
 *
 * way=new: one remount, or one write to cgroup.merge or cgroup.split (and the
 * mount of the hierarchy that this makes).
 *
 * way=mainline: a hierarchy that has cgroups cannot be changed, so userspace
 * builds the wanted one beside it, or tears down and builds again:
 *
 *   add     mount a hierarchy with the controller, make all directories, read
 *           who is in each cgroup and attach each process to its counterpart
 *   remove  remove all directories of such a hierarchy, whose processes have
 *           to go to its root first, unmount it, and wait until the kernel let
 *           go of the controller; with way=new it has when remount returns
 *   merge   note who is in each cgroup, and its limit; remove both
 *           hierarchies and wait until the kernel let go of their controllers;
 *           mount one with both, make directories, set limits, attach
 *   split   the same with one hierarchy that becomes two
 *
 * That is the least that userspace needs: a process that forks meanwhile can
 * be missed, and all would have to be read again until nothing is new.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "idle-procs.h"

#define MAIN_NAME "name=cgmark-main"
#define SIDE_NAME "name=cgmark-side"
#define TASKS_MAX 16384
/* Well above the number of tasks in any cgroup. */
#define LIMIT_BASE 100000

struct hierarchy {
	char options[64];
	const char *path;
	struct cg root, top;
};

/* Who is in a cgroup, and how many may be. */
struct group_note {
	unsigned at, len; /* lines in notes_text */
	char limit[16];
};

static struct hierarchy main_h, side_h;
static struct group_note notes[IDLE_PROCS_GROUPS_MAX];
static char notes_text[IDLE_PROCS_PROCS_BYTES];
static bool new_way, done;
static uint64_t groups, tasks;
static char controller[32], control_file[64];
static char main_alone[64], main_both[64], side_opts[64];
static bool want_both; /* add and merge; else remove and split */

static int pause_ms(unsigned ms)
{
	const struct timespec ts = { .tv_nsec = ms * 1000000L };

	return nanosleep(&ts, NULL) < 0 ? -errno : 0;
}

/* --- hierarchies by userspace ---------------------------------------------- */

static int open_h(struct bench_ctx *ctx, struct hierarchy *h)
{
	int r = cg_open(h->path, 1, &h->root);

	if (r < 0)
		return r;
	r = cg_open_file(&h->root, ctx_name(ctx), O_RDONLY | O_DIRECTORY);
	if (r < 0)
		return r;
	h->top = (struct cg){ .fd = r, .version = 1 };
	return 0;
}

/*
 * Points open again what they need: a directory that is open in the set-up's
 * process would keep its hierarchy from being unmounted.
 */
static void close_h(struct hierarchy *h)
{
	cg_close(&h->top);
	cg_close(&h->root);
}

static int build(struct bench_ctx *ctx, struct hierarchy *h,
		 const char *options)
{
	int r;

	if (mount("cgmark", h->path, "cgroup", 0, options) < 0)
		return -errno;
	r = cg_open(h->path, 1, &h->root);
	if (r == 0)
		r = cg_create(&h->root, ctx_name(ctx), &h->top);
	return r ? r : idle_procs_mkdirs(&h->top, groups);
}

/* Processes of group i, if it has any, to the root; then it can go. */
static int clear_group(struct hierarchy *h, unsigned i, int root_procs)
{
	char path[IDLE_PROCS_PATH_MAX], list[4096];
	ssize_t n;
	int r;

	idle_procs_path(path, i, "");
	while (unlinkat(h->top.fd, path, AT_REMOVEDIR) < 0) {
		if (errno != EBUSY)
			return -errno;
		idle_procs_path(path, i, "cgroup.procs");
		n = cg_read(&h->top, path, list, sizeof(list));
		/* What did not fit is there in the next round. */
		while (n > 0 && list[n - 1] != '\n')
			n--;
		r = n < 0 ? n : idle_procs_attach_list(root_procs, list, n);
		if (r < 0)
			return r;
		idle_procs_path(path, i, "");
	}
	return 0;
}

static int tear_down(struct bench_ctx *ctx, struct hierarchy *h)
{
	int root_procs = cg_open_file(&h->root, "cgroup.procs", O_WRONLY);
	int r = root_procs < 0 ? root_procs : 0;

	for (unsigned i = 0; i < groups && r == 0; i++)
		r = clear_group(h, i, root_procs);
	if (r == 0 && unlinkat(h->root.fd, ctx_name(ctx), AT_REMOVEDIR) < 0)
		r = -errno;
	if (root_procs >= 0)
		close(root_procs);
	close_h(h);
	if (r == 0 && umount2(h->path, 0) < 0)
		r = -errno;
	return r;
}

/*
 * Until the controllers of an unmounted hierarchy can be mounted elsewhere.  It
 * stays for good if one of its cgroups was not yet freed when it was unmounted;
 * mounting and unmounting it again is the remedy.
 */
static int wait_gone(struct hierarchy *h, const char *name)
{
	for (unsigned i = 0; i < 5000; i++) {
		if (!cg_is_live_v1(name))
			return 0;
		pause_ms(1);
		if (i % 20 == 19 &&
		    mount("cgmark", h->path, "cgroup", 0, name) == 0 &&
		    umount2(h->path, 0) < 0)
			return -errno;
	}
	return -EBUSY;
}

/* --- notes of who is where ------------------------------------------------- */

static int note_group(struct hierarchy *h, unsigned i, unsigned at, bool limit)
{
	struct group_note *g = &notes[i];
	char path[IDLE_PROCS_PATH_MAX];
	ssize_t n;

	idle_procs_path(path, i, "cgroup.procs");
	n = cg_read(&h->top, path, notes_text + at, sizeof(notes_text) - at);
	if (n < 0)
		return n;
	g->at = at;
	g->len = n;
	if (!limit)
		return 0;
	idle_procs_path(path, i, "pids.max");
	n = cg_read(&h->top, path, g->limit, sizeof(g->limit));
	return n < 0 ? n : 0;
}

static int note_all(struct hierarchy *members, struct hierarchy *limits)
{
	unsigned at = 0;
	char path[IDLE_PROCS_PATH_MAX];
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++) {
		r = note_group(members, i, at, limits == members);
		at += notes[i].len;
		if (r || !limits || limits == members)
			continue;
		idle_procs_path(path, i, "pids.max");
		r = cg_read(&limits->top, path, notes[i].limit,
			    sizeof(notes[i].limit));
		r = r < 0 ? r : 0;
	}
	return r;
}

static int attach_noted(struct hierarchy *h)
{
	char path[IDLE_PROCS_PATH_MAX];
	int fd, r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++) {
		if (!notes[i].len)
			continue;
		idle_procs_path(path, i, "cgroup.procs");
		fd = cg_open_file(&h->top, path, O_WRONLY);
		if (fd < 0)
			return fd;
		r = idle_procs_attach_list(fd, notes_text + notes[i].at,
					   notes[i].len);
		close(fd);
	}
	return r;
}

static int set_noted_limits(struct hierarchy *h)
{
	char path[IDLE_PROCS_PATH_MAX];
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++)
		r = cg_write(&h->top, idle_procs_path(path, i, "pids.max"),
			     notes[i].limit);
	return r;
}

/* --- add and remove -------------------------------------------------------- */

static int remount_main(const char *options)
{
	return mount("cgmark", main_h.path, NULL, MS_REMOUNT, options) < 0
		       ? -errno
		       : 0;
}

static int add_mainline(struct bench_ctx *ctx)
{
	int r = build(ctx, &side_h, side_opts);

	if (r == 0)
		r = note_all(&main_h, NULL);
	return r ? r : attach_noted(&side_h);
}

static int remove_mainline(struct bench_ctx *ctx)
{
	int r = tear_down(ctx, &side_h);

	return r ? r : wait_gone(&side_h, SIDE_NAME);
}

static int add_new(struct bench_ctx *ctx)
{
	return remount_main(main_both);
}

static int remove_new(struct bench_ctx *ctx)
{
	return remount_main(main_alone);
}

/* --- merge and split ------------------------------------------------------- */

static int merge_mainline(struct bench_ctx *ctx)
{
	int r = note_all(&main_h, &side_h);

	if (r == 0)
		r = tear_down(ctx, &side_h);
	if (r == 0)
		r = tear_down(ctx, &main_h);
	if (r == 0)
		r = wait_gone(&side_h, SIDE_NAME);
	if (r == 0)
		r = wait_gone(&main_h, MAIN_NAME);
	if (r == 0)
		r = build(ctx, &main_h, main_both);
	if (r == 0)
		r = set_noted_limits(&main_h);
	return r ? r : attach_noted(&main_h);
}

static int split_mainline(struct bench_ctx *ctx)
{
	int r = note_all(&main_h, &main_h);

	if (r == 0)
		r = tear_down(ctx, &main_h);
	if (r == 0)
		r = wait_gone(&main_h, MAIN_NAME);
	if (r == 0)
		r = build(ctx, &main_h, main_alone);
	if (r == 0)
		r = build(ctx, &side_h, side_opts);
	if (r == 0)
		r = set_noted_limits(&side_h);
	if (r == 0)
		r = attach_noted(&main_h);
	return r ? r : attach_noted(&side_h);
}

/* The id of the hierarchy of that name. */
static int hierarchy_id(const char *name, char *buf, size_t size)
{
	char text[4096];
	struct cg none = { .fd = AT_FDCWD };
	char *line, *save = NULL;
	ssize_t n = cg_read(&none, "/proc/self/cgroup", text, sizeof(text));

	if (n < 0)
		return n;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!strstr(line, name))
			continue;
		snprintf(buf, size, "%.*s", (int)strcspn(line, ":"), line);
		return 0;
	}
	return -ENOENT;
}

static int merge_new(struct bench_ctx *ctx)
{
	char id[16];
	int r = hierarchy_id(SIDE_NAME ":", id, sizeof(id));

	if (r == 0)
		r = cg_write(&main_h.root, "cgroup.merge", id);
	close_h(&side_h);
	if (r == 0 && umount2(side_h.path, 0) < 0)
		r = -errno;
	return r;
}

static int split_new(struct bench_ctx *ctx)
{
	int r = cg_write(&main_h.root, "cgroup.split", "cgmark-side pids");

	if (r == 0 && mount("cgmark", side_h.path, "cgroup", 0, SIDE_NAME) < 0)
		r = -errno;
	return r ? r : open_h(ctx, &side_h);
}

/* --- what came of it ------------------------------------------------------- */

static int expect_tasks(struct bench_ctx *ctx, struct hierarchy *h, unsigned i)
{
	unsigned want = idle_procs_share(i, groups, tasks);
	char path[IDLE_PROCS_PATH_MAX];
	long n;

	n = idle_procs_count(&h->top, idle_procs_path(path, i, "cgroup.procs"));
	if (n != (long)want)
		return ctx_fail(ctx, -EIO, "%s %s has %ld tasks, not %u",
				h->options, path, n, want);
	return 0;
}

static int expect_number(struct bench_ctx *ctx, struct hierarchy *h, unsigned i,
			 const char *file, unsigned want)
{
	char path[IDLE_PROCS_PATH_MAX], text[32];
	ssize_t n;

	idle_procs_path(path, i, file);
	n = cg_read(&h->top, path, text, sizeof(text));
	if (n < 0 || strtoul(text, NULL, 10) != want)
		return ctx_fail(ctx, -EIO, "%s %s is %s, not %u", h->options,
				path, n < 0 ? strerror(-n) : text, want);
	return 0;
}

/* Group i of h has the controller, and that counts its tasks. */
static int expect_controller(struct bench_ctx *ctx, struct hierarchy *h,
			     unsigned i)
{
	char path[IDLE_PROCS_PATH_MAX];

	idle_procs_path(path, i, control_file);
	if (faccessat(h->top.fd, path, F_OK, 0) < 0)
		return ctx_fail(ctx, -EIO, "%s has no %s", h->options, path);
	if (strcmp(controller, "pids"))
		return 0;
	return expect_number(ctx, h, i, "pids.current",
			     idle_procs_share(i, groups, tasks));
}

static int expect_none(struct bench_ctx *ctx, struct hierarchy *h, unsigned i)
{
	char path[IDLE_PROCS_PATH_MAX];

	idle_procs_path(path, i, control_file);
	if (faccessat(h->top.fd, path, F_OK, 0) == 0)
		return ctx_fail(ctx, -EIO, "%s still has %s", h->options, path);
	return 0;
}

static int verify_binding(struct bench_ctx *ctx, bool bound)
{
	struct hierarchy *with = new_way ? &main_h : &side_h;
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++) {
		r = expect_tasks(ctx, &main_h, i);
		if (r == 0 && bound && with != &main_h)
			r = expect_tasks(ctx, with, i);
		if (r == 0 && bound)
			r = expect_controller(ctx, with, i);
		else if (r == 0)
			r = expect_none(ctx, &main_h, i);
	}
	return r;
}

static int verify_union(struct bench_ctx *ctx, bool merged)
{
	struct hierarchy *with = merged ? &main_h : &side_h;
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++) {
		r = expect_tasks(ctx, &main_h, i);
		if (r == 0)
			r = expect_tasks(ctx, with, i);
		if (r == 0)
			r = expect_controller(ctx, with, i);
		if (r == 0)
			r = expect_number(ctx, with, i, "pids.max",
					  LIMIT_BASE + i);
		if (r == 0 && !merged)
			r = expect_none(ctx, &main_h, i);
	}
	return r;
}

/* --- the benchmarks -------------------------------------------------------- */

struct steps {
	/* To both controllers in one hierarchy (or one added), and back. */
	int (*join)(struct bench_ctx *ctx);
	int (*part)(struct bench_ctx *ctx);
};

/* By way: mainline, new. */
static const struct steps binding_steps[2] = {
	{ add_mainline, remove_mainline },
	{ add_new, remove_new },
};
static const struct steps union_steps[2] = {
	{ merge_mainline, split_mainline },
	{ merge_new, split_new },
};

static const struct steps *steps;
static int (*verify)(struct bench_ctx *ctx, bool joined);
static bool joined;

static int change_to(struct bench_ctx *ctx, bool want)
{
	int r = want ? steps->join(ctx) : steps->part(ctx);

	if (r < 0)
		return ctx_fail(ctx, r, "%s: %s", want ? "join" : "part",
				strerror(-r));
	joined = want;
	return r;
}

static int take_params(struct bench_ctx *ctx)
{
	const char *way = ctx_param(ctx, "way");
	int r;

	r = ctx_param_u64(ctx, "groups", &groups);
	if (r == 0)
		r = ctx_param_u64(ctx, "tasks", &tasks);
	if (r)
		return r;
	if (groups < 1 || groups > IDLE_PROCS_GROUPS_MAX)
		return ctx_bad_param(ctx, "groups");
	if (tasks > TASKS_MAX)
		return ctx_bad_param(ctx, "tasks");
	new_way = !strcmp(way, "new");
	if (!new_way && strcmp(way, "mainline"))
		return ctx_bad_param(ctx, "way");
	ctx_may_idle(ctx);
	return 0;
}

static int take_places(struct bench_ctx *ctx)
{
	int r;

	strcpy(main_h.options, MAIN_NAME);
	strcpy(side_h.options, SIDE_NAME);
	r = ctx_place(ctx, MAIN_NAME, &main_h.path);
	return r ? r : ctx_place(ctx, SIDE_NAME, &side_h.path);
}

static int fill_main(struct bench_ctx *ctx)
{
	int r = idle_procs_populate(&main_h.top, groups, tasks);

	return r ? ctx_fail(ctx, r, "make %u tasks: %s", (unsigned)tasks,
			    strerror(-r))
		 : 0;
}

/* A file of each controller; any will do, it shows that the css is there. */
static int take_controller(struct bench_ctx *ctx)
{
	static const char *const files[][2] = {
		{ "pids", "pids.current" },
		{ "cpu", "cpu.shares" },
		{ "cpuacct", "cpuacct.usage" },
		{ "cpuset", "cpuset.cpus" },
		{ "memory", "memory.usage_in_bytes" },
		{ "freezer", "freezer.state" },
		{ "devices", "devices.list" },
	};
	const char *which = ctx_param(ctx, "controller");

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(which, files[i][0]))
			continue;
		strcpy(controller, which);
		strcpy(control_file, files[i][1]);
		return 0;
	}
	return ctx_bad_param(ctx, "controller");
}

/* Mounts a hierarchy for a moment: is the controller there, and free? */
static int try_controller(struct bench_ctx *ctx, const char *options)
{
	bool was_there;
	int r = cg_mount_v1(options, side_h.path, &was_there);

	if (r < 0)
		return ctx_skip(ctx, "cannot mount a v1 hierarchy '%s': %s",
				options, strerror(-r));
	if (umount2(side_h.path, 0) < 0)
		return -errno;
	return wait_gone(&side_h, SIDE_NAME);
}

static int binding_setup(struct bench_ctx *ctx)
{
	int r = take_controller(ctx);

	if (r == 0)
		r = take_params(ctx);
	if (r == 0)
		r = take_places(ctx);
	if (r)
		return r;
	snprintf(main_alone, sizeof(main_alone), "none," MAIN_NAME);
	snprintf(main_both, sizeof(main_both), "%s," MAIN_NAME, controller);
	snprintf(side_opts, sizeof(side_opts), "%s," SIDE_NAME, controller);
	r = try_controller(ctx, side_opts);
	if (r == 0)
		r = build(ctx, &main_h, main_alone);
	if (r == 0 && new_way) {
		r = add_new(ctx);
		if (r < 0)
			return ctx_skip(ctx,
					"a remount cannot add '%s' here: %s",
					controller, strerror(-r));
		r = remove_new(ctx);
	}
	if (r == 0)
		r = fill_main(ctx);
	close_h(&main_h);
	return r;
}

static int add_setup(struct bench_ctx *ctx)
{
	want_both = true;
	return binding_setup(ctx);
}

static int remove_setup(struct bench_ctx *ctx)
{
	want_both = false;
	return binding_setup(ctx);
}

static int union_setup(struct bench_ctx *ctx)
{
	char path[IDLE_PROCS_PATH_MAX], text[16];
	int r = take_params(ctx);

	strcpy(controller, "pids");
	strcpy(control_file, "pids.current");
	strcpy(main_alone, "freezer," MAIN_NAME);
	strcpy(main_both, "pids,freezer," MAIN_NAME);
	strcpy(side_opts, "pids," SIDE_NAME);
	if (r == 0)
		r = take_places(ctx);
	if (r)
		return r;
	r = try_controller(ctx, "pids,freezer," SIDE_NAME);
	if (r == 0)
		r = build(ctx, &main_h, main_alone);
	if (r == 0 && new_way &&
	    faccessat(main_h.root.fd, "cgroup.merge", F_OK, 0) < 0)
		return ctx_skip(ctx, "this kernel has no cgroup.merge");
	if (r == 0)
		r = build(ctx, &side_h, side_opts);
	for (unsigned i = 0; i < groups && r == 0; i++) {
		snprintf(text, sizeof(text), "%u", LIMIT_BASE + i);
		r = cg_write(&side_h.top, idle_procs_path(path, i, "pids.max"),
			     text);
	}
	if (r == 0)
		r = fill_main(ctx);
	if (r == 0)
		r = note_all(&main_h, NULL);
	if (r == 0)
		r = attach_noted(&side_h);
	close_h(&main_h);
	close_h(&side_h);
	return r;
}

static int merge_setup(struct bench_ctx *ctx)
{
	want_both = true;
	return union_setup(ctx);
}

static int split_setup(struct bench_ctx *ctx)
{
	want_both = false;
	return union_setup(ctx);
}

static int binding_begin(struct bench_ctx *ctx)
{
	ctx_may_idle(ctx);
	steps = &binding_steps[new_way];
	verify = verify_binding;
	return open_h(ctx, &main_h);
}

static int union_begin(struct bench_ctx *ctx)
{
	int r;

	ctx_may_idle(ctx);
	steps = &union_steps[new_way];
	verify = verify_union;
	r = open_h(ctx, &main_h);
	return r ? r : open_h(ctx, &side_h);
}

/* Look at what the last sample did and undo it. */
static int rebind_between(struct bench_ctx *ctx)
{
	int r = 0;

	if (done)
		r = verify(ctx, want_both);
	if (r == 0 && joined == want_both)
		r = change_to(ctx, !want_both);
	if (r)
		return r;
	/* What the kernel puts off to later is not to fall into the sample. */
	pause_ms(100);
	return verify(ctx, !want_both);
}

static int rebind_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = nr == 1 ? change_to(ctx, want_both) : -EINVAL;

	done = true;
	return r;
}

static int rebind_check(struct bench_ctx *ctx)
{
	return verify(ctx, want_both);
}

BENCH_DEFINE(rebind_add) = {
	.name = "rebind/add",
	.summary = "add a controller to a hierarchy with cgroups and tasks",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(PARAM("way", "mainline,new"),
			 PARAM("groups", "1,16,128,1024"),
			 PARAM_MORE_AT("tasks", "0,256", "16,64,1024,4096",
				       "groups=16"),
			 PARAM("controller", "pids")),
	.setup = add_setup,
	.begin = binding_begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};

BENCH_DEFINE(rebind_remove) = {
	.name = "rebind/remove",
	.summary = "remove a controller from a hierarchy with cgroups",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(PARAM("way", "mainline,new"),
			 PARAM("groups", "1,16,128,1024"),
			 PARAM_MORE_AT("tasks", "0,256", "16,64,1024,4096",
				       "groups=16"),
			 PARAM("controller", "pids")),
	.setup = remove_setup,
	.begin = binding_begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};

BENCH_DEFINE(rebind_merge) = {
	.name = "rebind/merge",
	.summary = "make one of two hierarchies with the same cgroups",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(PARAM("way", "mainline,new"),
			 PARAM("groups", "1,16,128,1024"),
			 PARAM_MORE_AT("tasks", "0,256", "16,64,1024,4096",
				       "groups=16")),
	.setup = merge_setup,
	.begin = union_begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};

BENCH_DEFINE(rebind_split) = {
	.name = "rebind/split",
	.summary = "split a hierarchy with cgroups and tasks in two",
	.version = 1,
	.kconfig = "CGROUPS CGROUP_PIDS CGROUP_FREEZER",
	.samples = 7,
	.warmup = 1,
	.extra = true,
	.params = PARAMS(PARAM("way", "mainline,new"),
			 PARAM("groups", "1,16,128,1024"),
			 PARAM_MORE_AT("tasks", "0,256", "16,64,1024,4096",
				       "groups=16")),
	.setup = split_setup,
	.begin = union_begin,
	.run = rebind_run,
	.between = rebind_between,
	.check = rebind_check,
};
