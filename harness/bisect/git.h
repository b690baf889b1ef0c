/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads git repositories through git(1). */
#ifndef CGMARK_GIT_H
#define CGMARK_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"

/* A commit by any of its names, as its id; caller frees.  Errors are logged. */
enum exit_status git_commit(const char *repo, const char *ref, char **ret);
/* Is a an ancestor of b, or b itself?  Both are ids.  Errors are logged. */
enum exit_status git_is_ancestor(const char *repo, const char *a, const char *b,
				 bool *ret);
/* Their nearest common ancestor; NULL if they have none.  Errors are logged. */
enum exit_status git_merge_base(const char *repo, const char *a, const char *b,
				char **ret);
/* The first line of the message of a commit; "" if there is none. */
char *git_subject(const char *repo, const char *id);

/* A commit on a chain, and the other parents of a merge. */
struct git_link {
	char *id;
	char **merged; /* ids of parents that are not the link before */
	size_t nr_merged;
};

struct git_chain {
	struct git_link *links; /* oldest first */
	size_t nr;
};

/*
 * The commits from a, which is an ancestor, to b, without a itself: each one is
 * a parent of the next, the first parent where several descend from a.  What a
 * merge brings in besides is not on the chain.  Errors are logged.
 */
enum exit_status git_chain_find(const char *repo, const char *a, const char *b,
				struct git_chain *ret);
void git_chain_release(struct git_chain *c);

#endif
