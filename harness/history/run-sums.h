/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums up the samples of a run, by kernel, point and metric.  Private to history/. */
#ifndef CGMARK_RUN_SUMS_H
#define CGMARK_RUN_SUMS_H

#include "store-history.h"

/* Of the procedure: raised when the same samples give other figures. */
#define RUN_SUMS_VERSION 1

struct run_sums {
	struct store_figure *v; /* their .boots are owned */
	size_t nr;
};

/* is_time says what a metric is by its id.  0 or -errno, logged. */
int run_sums_make(struct store *st, int64_t run,
		  bool (*is_time)(int64_t metric, const void *arg),
		  const void *arg, struct run_sums *ret);
void run_sums_release(struct run_sums *f);

#endif
