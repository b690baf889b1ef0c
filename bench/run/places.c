/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "places.h"
#include "polite.h"

/* For files outside of cgroups, by their path. */
static const struct cg here = { .fd = AT_FDCWD, .version = 1 };

const struct cg *ctx_subtree(const struct bench_ctx *ctx)
{
	return &ctx->subtree;
}

const struct cg *ctx_setup_cgroup(const struct bench_ctx *ctx)
{
	return &ctx->setup_leaf;
}

static struct ctx_mount *free_mount(struct bench_ctx *ctx)
{
	for (unsigned i = 0; i < CTX_MOUNTS_MAX; i++)
		if (!ctx->traces->mounts[i].used)
			return &ctx->traces->mounts[i];
	return NULL;
}

static int note_mount(struct bench_ctx *ctx, const char *options,
		      struct ctx_mount **ret)
{
	struct ctx_mount *m = free_mount(ctx);

	if (!m || strlen(options) >= sizeof(m->options))
		return ctx_fail(ctx, -ENOSPC, "no room to note hierarchy '%s'",
				options);
	strcpy(m->options, options);
	snprintf(m->path, sizeof(m->path), "%s/v1-%u", ctx->scratch,
		 (unsigned)(m - ctx->traces->mounts));
	m->was_there = false;
	m->used = true;
	*ret = m;
	return 0;
}

const char *ctx_name(const struct bench_ctx *ctx)
{
	return ctx->name;
}

int ctx_place(struct bench_ctx *ctx, const char *options, const char **path)
{
	struct ctx_mount *m = NULL;
	int r;

	if (cg_is_live_v1(options))
		return ctx_skip(ctx, "there is a v1 hierarchy '%s'", options);
	r = note_mount(ctx, options, &m);
	if (r < 0)
		return r;
	if (mkdir(m->path, 0755) < 0 && errno != EEXIST)
		return ctx_fail(ctx, -errno, "make '%s': %s", m->path,
				strerror(errno));
	*path = m->path;
	return 0;
}

/* A new cpuset is empty and takes no tasks unless it is cloned. */
static int clone_children(const struct cg *root)
{
	int r = cg_write(root, "cgroup.clone_children", "1");

	return r == -ENOENT ? 0 : r;
}

/*
 * Once memory was on v2, v1 returns by other rules what the kernel charged in
 * advance, and the kernel warns of a counter below zero.  So memory on v1 has
 * to come first in a boot.
 */
#define MEMORY_MARK "/run/cgmark-memory-on-v2"

static void mark_memory(void)
{
	int fd = open(MEMORY_MARK, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static bool has_memory(const char *options)
{
	return !strncmp(options, "all", 3) || strstr(options, "memory");
}

int ctx_hierarchy(struct bench_ctx *ctx, const char *options, struct cg *ret)
{
	struct ctx_mount *m = NULL;
	struct cg root;
	int r;

	if (has_memory(options) && access(MEMORY_MARK, F_OK) == 0)
		return ctx_skip(ctx, "memory was on v2 before, in this boot");
	r = polite_hierarchy(ctx, options);
	if (r)
		return r;
	r = note_mount(ctx, options, &m);
	if (r < 0)
		return r;
	r = cg_mount_v1(options, m->path, &m->was_there);
	/* Not permitted: in a container with a cgroup namespace. */
	if (r == -EINVAL || r == -ENOENT || r == -ENODEV || r == -EBUSY ||
	    r == -EPERM)
		return ctx_skip(ctx, "cannot mount a v1 hierarchy '%s': %s",
				options, strerror(-r));
	if (r < 0)
		return ctx_fail(ctx, r, "mount hierarchy '%s': %s", options,
				strerror(-r));
	r = cg_open(m->path, 1, &root);
	if (r == 0) {
		r = m->was_there ? 0 : clone_children(&root);
		if (r == 0)
			r = cg_create(&root, ctx->name, ret);
		cg_close(&root);
	}
	if (r < 0)
		return ctx_fail(ctx, r, "make a cgroup in '%s': %s", options,
				strerror(-r));
	return 0;
}

int ctx_options_of(struct bench_ctx *ctx, const char *which, char *buf,
		   size_t size)
{
	char all[256];
	int r = strcmp(which, "all") ? 0 : cg_list_v1(all, sizeof(all));

	if (r < 0)
		return ctx_fail(ctx, r, "list controllers: %s", strerror(-r));
	if (!strcmp(which, "all"))
		which = all;
	else if (!strcmp(which, "every"))
		which = "all";
	if ((size_t)snprintf(buf, size, "%s," CTX_HIERARCHY, which) >= size)
		return ctx_fail(ctx, -ENOSPC, "no room for '%s'", which);
	/* Commas separate params, so "cpu+pids" stands for both. */
	for (char *p = buf; (p = strchr(p, '+'));)
		*p = ',';
	return 0;
}

int ctx_hierarchy_of(struct bench_ctx *ctx, const char *which, struct cg *ret)
{
	char options[CTX_OPTIONS_MAX];
	int r = ctx_options_of(ctx, which, options, sizeof(options));

	return r ? r : ctx_hierarchy(ctx, options, ret);
}

/* Is the controller among the words of a control file? */
static bool listed(const struct cg *cg, const char *file, const char *name)
{
	char text[256];
	char *word, *save = NULL;

	if (cg_read(cg, file, text, sizeof(text)) < 0)
		return false;
	for (word = strtok_r(text, " \n", &save); word;
	     word = strtok_r(NULL, " \n", &save))
		if (!strcmp(word, name))
			return true;
	return false;
}

static int enable(struct bench_ctx *ctx, const char *name)
{
	char plus[64];
	char *undo = ctx->traces->enabled;
	size_t used = strlen(undo), size = sizeof(ctx->traces->enabled);
	int r;

	snprintf(plus, sizeof(plus), "+%s", name);
	if (!strcmp(name, "memory"))
		mark_memory();
	if (!listed(&ctx->v2, "cgroup.subtree_control", name)) {
		r = polite_enable(ctx, name);
		if (r)
			return r;
		if (used + strlen(name) + 3 > size)
			return ctx_fail(ctx, -ENOSPC,
					"no room to note controller '%s'",
					name);
		/* Noted first: disabling what is not enabled does no harm. */
		snprintf(undo + used, size - used, "-%s ", name);
		r = cg_write(&ctx->v2, "cgroup.subtree_control", plus);
		if (r < 0)
			return ctx_fail(ctx, r, "enable '%s' in v2's root: %s",
					name, strerror(-r));
	}
	r = cg_write(&ctx->subtree, "cgroup.subtree_control", plus);
	if (r < 0)
		return ctx_fail(ctx, r, "enable '%s' in the subtree: %s", name,
				strerror(-r));
	return 0;
}

int ctx_controllers(struct bench_ctx *ctx, const char *which)
{
	char text[256];
	char *word, *save = NULL;
	int r = 0;

	if (!strcmp(which, "none"))
		return 0;
	if (strcmp(which, "all")) {
		if (!listed(&ctx->v2, "cgroup.controllers", which))
			return ctx_skip(ctx, "v2 has no controller '%s'",
					which);
		return enable(ctx, which);
	}
	if (cg_read(&ctx->v2, "cgroup.controllers", text, sizeof(text)) <= 1)
		return ctx_skip(ctx, "v2 has no controllers");
	for (word = strtok_r(text, " \n", &save); word && r == 0;
	     word = strtok_r(NULL, " \n", &save))
		r = enable(ctx, word);
	return r;
}

int ctx_make_subtree(struct bench_ctx *ctx)
{
	int r;

	r = cg_create(&ctx->v2, ctx->name, &ctx->subtree);
	if (r == 0)
		r = cg_create(&ctx->subtree, CTX_SETUP_LEAF, &ctx->setup_leaf);
	if (r == 0)
		r = cg_create(&ctx->subtree, CTX_POINT_LEAF, &ctx->point_leaf);
	if (r < 0)
		return ctx_fail(ctx, r, "make cgroup '%s': %s", ctx->name,
				strerror(-r));
	return 0;
}

static void note(struct bench_ctx *ctx, int *first, int r, const char *what)
{
	if (r < 0 && *first == 0)
		*first = ctx_fail(ctx, r, "clean-up: %s: %s", what,
				  strerror(-r));
}

static int undo_mount(const struct bench_ctx *ctx, const struct ctx_mount *m)
{
	struct cg root, sub;
	int r;

	r = m->was_there ? 0 : cg_catch_v1(m->options, m->path);
	if (r == 0)
		r = cg_open(m->path, 1, &root);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	/*
	 * Every task below was in the v2 subtree too and is dead by now, unless
	 * there was no cgroup.kill.
	 */
	r = cg_open_file(&root, ctx->name, 0);
	if (r >= 0) {
		sub = (struct cg){ .fd = r, .version = 1 };
		r = cg_kill(&sub, NULL);
		cg_close(&sub);
		if (r == 0)
			r = cg_remove(&root, ctx->name);
	} else if (r == -ENOENT) {
		r = 0;
	}
	cg_close(&root);
	return r < 0 ? r : cg_umount_v1(m->options, m->path, m->was_there);
}

static int undo_controllers(struct bench_ctx *ctx)
{
	char *enabled = ctx->traces->enabled;
	int r;

	if (!*enabled)
		return 0;
	r = cg_write(&ctx->v2, "cgroup.subtree_control", enabled);
	*enabled = '\0';
	return r;
}

/* --- RCU --- */

#define RCU_EXPEDITED "/sys/kernel/rcu_expedited"

int ctx_rcu(struct bench_ctx *ctx)
{
	const char *how = ctx_param(ctx, "rcu");
	char *was = ctx->traces->rcu;
	int r;

	if (!strcmp(how, "normal"))
		return 0;
	if (strcmp(how, "expedited"))
		return ctx_bad_param(ctx, "rcu");
	r = cg_read(&here, RCU_EXPEDITED, was, sizeof(ctx->traces->rcu));
	if (r == -ENOENT)
		return ctx_skip(ctx, "no " RCU_EXPEDITED);
	if (r >= 0)
		r = cg_write(&here, RCU_EXPEDITED, "1");
	if (r < 0)
		return ctx_fail(ctx, r, RCU_EXPEDITED);
	return 0;
}

static int undo_rcu(struct bench_ctx *ctx)
{
	char *was = ctx->traces->rcu;
	int r;

	if (!*was)
		return 0;
	was[strcspn(was, "\n")] = '\0';
	r = cg_write(&here, RCU_EXPEDITED, was);
	*was = '\0';
	return r;
}

int ctx_check_moved(struct bench_ctx *ctx, pid_t tid, const char *hierarchy,
		    const char *name)
{
	char path[512];
	const char *last;
	int r = cg_of(tid, hierarchy, path, sizeof(path));

	if (r < 0)
		return r;
	last = strrchr(path, '/');
	if (!last || strcmp(last + 1, name))
		return ctx_fail(ctx, -EIO, "moved to '%s' but is in '%s'", name,
				path);
	return 0;
}

void ctx_thaw(const struct bench_ctx *ctx)
{
	char path[256];

	for (unsigned i = 0; i < CTX_MOUNTS_MAX; i++) {
		const struct ctx_mount *m = &ctx->traces->mounts[i];

		if (!m->used)
			continue;
		snprintf(path, sizeof(path), "%s/%s/freezer.state", m->path,
			 ctx->name);
		/* On failure, whoever cannot be killed is reported anyway. */
		cg_write(&here, path, "THAWED");
	}
}

int ctx_undo(struct bench_ctx *ctx)
{
	int first = 0;

	if (ctx->subtree.fd >= 0)
		note(ctx, &first, cg_kill(&ctx->subtree, NULL),
		     "kill the subtree");
	cg_close(&ctx->point_leaf);
	cg_close(&ctx->setup_leaf);
	cg_close(&ctx->subtree);
	for (unsigned i = CTX_MOUNTS_MAX; i-- > 0;) {
		struct ctx_mount *m = &ctx->traces->mounts[i];

		if (m->used)
			note(ctx, &first, undo_mount(ctx, m), m->options);
		m->used = false;
	}
	note(ctx, &first, cg_remove(&ctx->v2, ctx->name), "remove the subtree");
	note(ctx, &first, undo_controllers(ctx), "disable controllers in v2");
	note(ctx, &first, undo_rcu(ctx), "let RCU wait again");
	return first;
}
