/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the run and the kernels that words on the command line mean. */
#ifndef CGMARK_SELECT_H
#define CGMARK_SELECT_H

#include "cmd.h"
#include "run.h"

/*
 * The directory of a run: by its path, its id below the results or a prefix of
 * one id alone; the latest one for "latest" and NULL.  Errors were logged; the
 * caller frees.
 */
enum exit_status find_run(const struct env *env, const char *word, char **ret);

/* Loads it.  *damaged counts damaged files (logged by name). */
enum exit_status select_run(const struct env *env, const char *word,
			    struct run **ret, unsigned *damaged);

struct selection {
	unsigned base;
	unsigned *contenders; /* owned */
	size_t nr;
};

/* The index of a kernel by its name.  Errors were logged. */
enum exit_status find_kernel(const struct run *run, const char *name,
			     unsigned *ret);

void selection_release(struct selection *s);

/*
 * Selects baseline and contenders by name.  No name: the first kernel against
 * all others; one name: that kernel against all others.  Errors were logged.
 */
enum exit_status select_kernels(const struct run *run, char *const *names,
				size_t nr, struct selection *ret);

#endif
