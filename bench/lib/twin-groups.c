/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cg-tree.h"
#include "twin-groups.h"

static struct cg parents[TURNS_MAX];
static bool one_group;

static int make_parents(struct bench_ctx *ctx, const struct cg *top, bool apart)
{
	char name[16];
	int r = 0;

	for (unsigned i = 0; i < TURNS_MAX && r == 0; i++) {
		snprintf(name, sizeof(name), "twin-%u", i);
		if (i && !apart)
			parents[i] = parents[0];
		else
			r = cg_tree_child(top, name, &parents[i]);
	}
	return r ? ctx_fail(ctx, r, "make a parent: %s", strerror(-r)) : 0;
}

int twin_groups_setup(struct bench_ctx *ctx, int version)
{
	const char *group = ctx_param(ctx, "group");
	bool apart = !strcmp(group, "apart");
	struct cg top;
	int r;

	one_group = !strcmp(group, "same");
	if (!apart && !one_group && strcmp(group, "siblings"))
		return ctx_bad_param(ctx, "group");
	if (version == 1) {
		r = ctx_hierarchy_of(ctx, "none", &top);
	} else {
		r = ctx_controllers(ctx, "all");
		top = *ctx_subtree(ctx);
	}
	return r ? r : make_parents(ctx, &top, apart);
}

int twin_groups_make(struct bench_ctx *ctx, const char *name,
		     struct cg ret[TURNS_MAX])
{
	char text[32];
	int r = 0;

	for (unsigned i = 0; i < TURNS_MAX && r == 0; i++) {
		snprintf(text, sizeof(text), "%s-%u", name, i);
		if (i && one_group)
			ret[i] = ret[0];
		else
			r = cg_create(&parents[i], text, &ret[i]);
	}
	return r ? ctx_fail(ctx, r, "make a group: %s", strerror(-r)) : 0;
}
