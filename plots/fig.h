/* SPDX-License-Identifier: GPL-2.0-only */
/* What there is to draw; one fig-*.c each. */
#ifndef CGMARK_FIG_H
#define CGMARK_FIG_H

#include "compare.h"
#include "explain.h"
#include "figures.h"

/* Each appends to f and fills in the scripts. */
void fig_effects(const struct comparison *c, struct figures *f);
void fig_scaling(const struct comparison *c, struct figures *f);
void fig_boots(const struct comparison *c, struct figures *f);
/* For the contender of that list; comes with its SVG, without a script. */
void fig_flame(const struct comparison *c, const struct row_list *l,
	       struct figures *f);

#endif
