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
	NR_DIRS,
};

/* All owned. */
struct dirs {
	char *path[NR_DIRS];
};

/*
 * What the environment says, and otherwise: for the program in its build folder
 * the tree that it was built from; for one that was installed the folders below
 * the prefix that it lies in, which need not be the one it was configured for.
 */
void dirs_find(struct dirs *ret);
void dirs_release(struct dirs *d);

#endif
