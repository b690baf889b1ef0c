/* SPDX-License-Identifier: GPL-2.0-only */
/* How long locks are held at a point on two kernels, as text and as JSON. */
#ifndef CGMARK_LOCKS_TEXT_H
#define CGMARK_LOCKS_TEXT_H

#include <stdio.h>

#include "explain.h"
#include "holds.h"

/* Kernels may be the same: then there is one column. */
struct locks_view {
	const struct run *run;
	unsigned kernels[EX_BOTH];
	const struct run_boot *boots[EX_BOTH]; /* whose figures they are */
};

/* A point that both boots have figures of. */
struct locks_point {
	const struct plan_point *plan;
	const struct held_point *held[EX_BOTH];
};

/* What these figures are, and what they cannot say. */
extern const char locks_limits[];

/* Locks that neither kernel held are left out. */
void locks_print_text(FILE *out, const struct locks_view *v,
		      const struct locks_point *p);
/* All points, and all locks.  0 or -errno. */
int locks_print_json(FILE *out, const struct locks_view *v,
		     const struct locks_point *list, size_t nr);

#endif
