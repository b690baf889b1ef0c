/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often each point calls the functions that pay a cost, from the profile of
 * kernel `calibrate`.
 */
#ifndef CGMARK_CALIB_CALLS_H
#define CGMARK_CALIB_CALLS_H

#include "cost.h"
#include "run.h"

struct calls {
	size_t nr_points;
	double *per_op; /* [place * nr_points + point] */
};

/*
 * From the profiled boot of a run's first kernel.  -errno: there is none, or it
 * is damaged; logged.  Release *ret in any case.
 */
int calls_read(const struct run *run, struct calls *ret);
void calls_release(struct calls *c);

static inline double calls_at(const struct calls *c, unsigned place,
			      size_t point)
{
	return c->per_op[place * c->nr_points + point];
}

#endif
