/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernels between two: one for each patch of a series, or for each commit
 * of a range.
 */
#ifndef CGMARK_PATH_H
#define CGMARK_PATH_H

#include "exit-status.h"
#include "kernel-spec.h"

/* A kernel, and what it has that the one before has not. */
struct path_node {
	struct kernel_spec spec;
	char *change; /* "patch 17 of 44", "commit 0123456789ab"; "": the base */
	char *patch;  /* path of a patch, or "" */
	char *commit;  /* id of a commit, or "" */
	char **merged; /* ids of the other parents of a merge */
	size_t nr_merged;
};

struct path {
	struct path_node *nodes; /* 0: the baseline */
	size_t nr;
};

/*
 * The kernels from base to contender, which are of the same source, with more
 * patches of a series, or of one git repository, with commits that descend from
 * the baseline's.  Other differences, as in the configuration, come first, as a
 * change of their own.  Errors are logged, with a way out.
 */
enum exit_status path_find(const struct kernel_spec *base,
			   const struct kernel_spec *contender,
			   struct path *ret);
void path_release(struct path *p);

/*
 * The kernels from where a branch left to where it was merged: its last commit
 * is parent number i of those that the merge brought in.  The first kernel is
 * the common ancestor with the parent before.  Errors are logged.
 */
enum exit_status path_find_merged(const struct path_node *before,
				  const struct path_node *merge, size_t i,
				  struct path *ret);

/* The subject of the patch or commit, without "[PATCH 1/9]"; caller frees. */
char *path_subject(const struct path_node *node);

#endif
