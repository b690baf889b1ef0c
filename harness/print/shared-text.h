/* SPDX-License-Identifier: GPL-2.0-only */
/* What CPUs share, as text and as JSON. */
#ifndef CGMARK_SHARED_TEXT_H
#define CGMARK_SHARED_TEXT_H

#include <stdio.h>

#include "fields.h"
#include "shared.h"

/* Kernels may be the same: then the lines are listed. */
struct shared_view {
	const struct run *run;
	const struct shared_kernel *kernels; /* EX_BOTH */
	size_t top;			     /* lines of a point; 0: all */
	struct fields *const *fields; /* by kernel; NULL: not asked for */
};

void shared_print_text(FILE *out, const struct shared_view *v,
		       const struct shared_diff *d);
/* What these figures are, and what they cannot say. */
extern const char shared_limits[];
/* All points.  0 or -errno. */
int shared_print_json(FILE *out, const struct shared_view *v,
		      struct shared_diff *const *list, size_t nr);

#endif
