/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What CPUs share at a point on two kernels, line by line, from the records of
 * both (sharing.h): which lines account for the difference in moves.
 */
#ifndef CGMARK_SHARED_H
#define CGMARK_SHARED_H

#include "effect.h"
#include "exit-status.h"
#include "explain.h"
#include "sharing.h"

struct shared_kernel {
	unsigned index; /* in run.kernels */
	unsigned boot;	/* in run.boots; its first of those that are judged */
	struct sharing sharing;
};

/* Errors were logged.  The caller releases ret's sharing in both cases. */
enum exit_status shared_load(const struct run *run, unsigned kernel,
			     struct shared_kernel *ret);
/* Has the run a trusted record for this kernel?  Logs nothing. */
bool shared_is_recorded(const struct run *run, unsigned kernel);

/* Lines of one name, or those that took their place; all per operation. */
struct shared_pair {
	const char *name; /* the contender's, if it has it */
	const char *was;  /* the baseline's, if that is another */
	const struct shared_line *line[EX_BOTH]; /* NULL: not shared there */
	double moves[EX_BOTH];
	double falsely[EX_BOTH]; /* of these */
	double diff;		 /* of the moves */
};

struct shared_diff {
	const struct plan_point *point;
	const struct effect *effect; /* of the moves; NULL: not judged */
	struct shared_pair *pairs;   /* largest difference first, then moves */
	size_t nr_pairs;
	double moves[EX_BOTH];
	double most[EX_BOTH];
	double touches[EX_BOTH]; /* of lines that are shared */
};

/* NULL if one of them has no figures for the point.  Keeps pointers into k. */
struct shared_diff *shared_diff_new(const struct plan_point *point,
				    const struct shared_kernel k[EX_BOTH]);
void shared_diff_free(struct shared_diff *d);
/* The use of a line with the most accesses of that kind; NULL: none. */
const struct shared_use *shared_main_use(const struct shared_line *l,
					 bool writes);

#endif
