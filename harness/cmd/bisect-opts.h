/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of cgmark bisect. */
#ifndef CGMARK_BISECT_OPTS_H
#define CGMARK_BISECT_OPTS_H

#include <stdbool.h>
#include <stddef.h>

struct bisect_opts {
	const char *base; /* specs */
	const char *contender;
	const char *bench;
	const char *point; /* NULL: the one that changes most */
	const char *machine;
	unsigned perturbations; /* of each kernel on the way */
	unsigned steps;		/* answers at most; 0: all */
	unsigned jobs;		/* 0: as many as there are cores */
	bool fresh;
	bool quiet;
	bool verbose;
};

/*
 * Like argp, exits for --help and on usage errors (status 2).  Returns 0.
 */
int bisect_opts_parse(int argc, char **argv, struct bisect_opts *ret);

#endif
