/* SPDX-License-Identifier: GPL-2.0-only */
/* Where cgmark finds its own files, and where it keeps results. */
#ifndef CGMARK_DIRS_H
#define CGMARK_DIRS_H

enum dir {
	DIR_KERNEL,
	DIR_BENCH,
	DIR_SUITES,
	DIR_RESULTS,
	DIR_PLOTS,
	DIR_TCG_PLUGIN, /* a file */
	DIR_BOOTS,	/* NULL: no home to keep them in */
	NR_DIRS,
};

/* All owned. */
struct dirs {
	char *path[NR_DIRS];
};

/*
 * Paths from the environment.  Defaults: the source tree for a program in its
 * build folder; folders below its prefix for an installed one, wherever it was
 * moved to.
 */
void dirs_find(struct dirs *ret);
void dirs_release(struct dirs *d);

#endif
