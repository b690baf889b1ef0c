/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures on their way from the database into series.  Private to history/. */
#ifndef CGMARK_HISTORY_NIGHTS_H
#define CGMARK_HISTORY_NIGHTS_H

#include "history.h"
#include "store-history.h"

/* A figure with all that it is of; what it points to outlives it. */
struct figure {
	const struct history_run *run;
	const struct run_kernel *kernel;
	const char *bench, *params, *metric;
	unsigned version;
	double value, p99, spread;
	bool kept, repeated;
	struct history_boot *boots; /* owned, until they are a night's */
	size_t nr_boots;
};

/* Takes a row's numbers; false: there are none to take. */
bool figure_fill(struct figure *f, const struct store_figure *row);
/* Sorts the figures, and makes series of them that have steps. */
void nights_make(struct figure *figures, size_t nr,
		 const struct history_wish *wish, struct history *ret);

#endif
