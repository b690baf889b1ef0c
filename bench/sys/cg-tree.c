/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cg-tree.h"

int cg_tree_enable(const struct cg *cg)
{
	char text[256], plus[64];
	char *word, *save = NULL;
	int r;

	if (cg->version == 1)
		return 0;
	r = cg_read(cg, "cgroup.controllers", text, sizeof(text));
	if (r < 0)
		return r;
	for (word = strtok_r(text, " \n", &save); word;
	     word = strtok_r(NULL, " \n", &save)) {
		snprintf(plus, sizeof(plus), "+%s", word);
		r = cg_write(cg, "cgroup.subtree_control", plus);
		if (r < 0 && r != -EOPNOTSUPP)
			return r;
	}
	return 0;
}

int cg_tree_child(const struct cg *parent, const char *name, struct cg *ret)
{
	struct cg cg;
	int r = cg_create(parent, name, &cg);

	if (r < 0)
		return r;
	r = cg_tree_enable(&cg);
	if (r < 0)
		cg_close(&cg);
	else
		*ret = cg;
	return r;
}

int cg_tree_chain(const struct cg *top, unsigned levels, struct cg *ret)
{
	struct cg at = *top, next;
	char name[16];
	int r = 0;

	for (unsigned i = 1; i <= levels; i++) {
		snprintf(name, sizeof(name), "%u", i);
		/* The last one takes tasks and must not enable anything. */
		r = i < levels ? cg_tree_child(&at, name, &next)
			       : cg_create(&at, name, &next);
		if (at.fd != top->fd)
			cg_close(&at);
		if (r < 0)
			return r;
		at = next;
	}
	*ret = at;
	return 0;
}
