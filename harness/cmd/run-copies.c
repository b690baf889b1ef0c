/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-copies.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "log.h"
#include "run-id.h"
#include "run.h"

struct copy {
	const char *dir;
	char *id;	  /* NULL: unknown */
	size_t index;	  /* in the caller's list */
	unsigned damaged; /* files; only known of those that have copies */
};

/* By id, those of one in the caller's order. */
static int compare(const void *pa, const void *pb)
{
	const struct copy *a = pa, *b = pb;
	int r = strcmp(a->id ? a->id : "", b->id ? b->id : "");

	if (r != 0)
		return r;
	return a->index < b->index ? -1 : a->index > b->index;
}

static unsigned count_damaged(const char *dir)
{
	_cleanup_(run_freep) struct run *run = NULL;
	unsigned damaged = 0;

	return run_load(dir, &run, &damaged) < 0 ? UINT_MAX : damaged;
}

static bool has_own_name(const struct copy *c)
{
	const char *slash = strrchr(c->dir, '/');

	return strcmp(slash ? slash + 1 : c->dir, c->id) == 0;
}

static bool is_better(const struct copy *a, const struct copy *b)
{
	if (a->damaged != b->damaged)
		return a->damaged < b->damaged;
	return has_own_name(a) && !has_own_name(b);
}

/* Two names of one directory are no copies to tell of. */
static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static void choose(struct copy *copies, size_t nr, bool *left_out)
{
	struct copy *best = &copies[0];

	for (size_t i = 0; i < nr; i++) {
		copies[i].damaged = count_damaged(copies[i].dir);
		if (is_better(&copies[i], best))
			best = &copies[i];
	}
	for (size_t i = 0; i < nr; i++) {
		if (&copies[i] == best)
			continue;
		left_out[copies[i].index] = true;
		if (!is_same(copies[i].dir, best->dir))
			log_warn("%s is left out: run %s is in %s, too",
				 copies[i].dir, best->id, best->dir);
	}
}

bool *run_copies_find(char *const *dirs, size_t nr)
{
	bool *left_out = xcalloc(nr + 1, sizeof(*left_out));
	struct copy *copies = xcalloc(nr + 1, sizeof(*copies));

	for (size_t i = 0; i < nr; i++)
		copies[i] = (struct copy){ .dir = dirs[i],
					   .id = run_id_read(dirs[i]),
					   .index = i };
	if (nr)
		qsort(copies, nr, sizeof(*copies), compare);
	for (size_t i = 0, next; i < nr; i = next) {
		for (next = i + 1; next < nr && copies[i].id; next++)
			if (!copies[next].id ||
			    strcmp(copies[next].id, copies[i].id) != 0)
				break;
		if (next > i + 1)
			choose(&copies[i], next - i, left_out);
	}
	for (size_t i = 0; i < nr; i++)
		free(copies[i].id);
	free(copies);
	return left_out;
}
