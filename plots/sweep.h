/* SPDX-License-Identifier: GPL-2.0-only */
/* What one benchmark costs over the values of one numeric param. */
#ifndef CGMARK_SWEEP_H
#define CGMARK_SWEEP_H

#include "compare.h"

struct spot {
	double x, y, lo, hi;
};

struct curve {
	unsigned kernel;
	struct spot *spots; /* by x */
	size_t nr;
	double label_y; /* on the (logarithmic) axis */
};

struct panel {
	char *rest; /* "op=hit" */
	const char *metric;
	struct curve *curves; /* one a kernel, may be empty */
	size_t nr_curves;
};

struct sweep {
	const struct comparison *c;
	const char *bench;
	char *key;
	struct panel *panels;
	size_t nr_panels;
	size_t left_out; /* panels that sweep_cut() took */
	double *xs;	 /* distinct, sorted */
	size_t nr_xs;
	double min, max; /* of y */
	bool log_x, log_y;
};

/*
 * Takes key.  False, with nothing to draw, unless the param has three values or
 * more, all numbers, and any of them was measured; to be released either way.
 */
bool sweep_build(struct sweep *ret, const struct comparison *c,
		 const char *bench, char *key);
/* Keeps the first panels only. */
void sweep_cut(struct sweep *s, size_t most);
void sweep_release(struct sweep *s);

#endif
