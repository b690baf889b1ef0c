/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measures kernels for a bisection, and remembers what came out: by kernel key,
 * in the folder of the bisection.
 */
#ifndef CGMARK_BISECT_KERNELS_H
#define CGMARK_BISECT_KERNELS_H

#include "measure.h"
#include "path.h"
#include "state.h"

struct bisect_kernels {
	struct measure m;
	const char *dir; /* of the bisection */
	struct bisect_state state;
	unsigned perturbations; /* boots of a kernel on the way */
	const struct run_point *point;
	const char *metric;
};

/* What is known of a kernel: values, or why there are none. */
struct bisect_value {
	double *v;  /* per perturbation, per operation */
	char *skip; /* one line */
};

void bisect_value_release(struct bisect_value *v);

/*
 * Builds and measures a kernel at the point, unless it is known.  ST_OK: *ret
 * has either values or a reason, and the caller releases it.  Otherwise there is
 * no going on; errors were logged.
 */
enum exit_status bisect_measure(struct bisect_kernels *b,
				const struct kernel_spec *spec,
				struct bisect_value *ret);

/*
 * A run, with all that a verdict takes, of two kernels at these points: made
 * now, or read if it is there.  ST_SUBJECT: a kernel does not build, or failed;
 * errors were logged.
 */
enum exit_status bisect_compare(struct bisect_kernels *b,
				const struct kernel_spec *base,
				const struct kernel_spec *contender,
				const struct run_point *points,
				size_t nr_points, struct run **ret);

#endif
