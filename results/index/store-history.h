/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the database as history: runs, what they measured, and figures that sum it
 * up and are kept beside it.  The file may come from anywhere: numbers are what it
 * says, and readers check them.
 *
 * Each function calls fn for each row, until one returns what is not 0, and returns
 * that; or -errno, logged.  Texts live until fn returns.
 */
#ifndef CGMARK_STORE_HISTORY_H
#define CGMARK_STORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run-kernel.h"
#include "store.h"

struct store_run {
	int64_t id;
	const char *name, *created, *job, *night, *status, *version, *machine,
		*machine_detail, *host, *guest_sha256, *suite;
	int64_t summed; /* by which version of the procedure; 0: not yet */
};

/* All that are not still running, by created and name. */
int store_runs(struct store *st,
	       int (*fn)(const struct store_run *row, void *arg), void *arg);

struct store_kernel {
	int64_t run;
	int64_t idx;
	const char *field[NR_KERNEL_FIELDS]; /* as in kernel_fields */
};

/* By run and idx. */
int store_kernels(struct store *st,
		  int (*fn)(const struct store_kernel *row, void *arg),
		  void *arg);

struct store_point {
	int64_t id;
	const char *bench, *params;
	int64_t version;
};

int store_points(struct store *st,
		 int (*fn)(const struct store_point *row, void *arg),
		 void *arg);

struct store_metric {
	int64_t id;
	const char *name;
};

int store_metrics(struct store *st,
		  int (*fn)(const struct store_metric *row, void *arg),
		  void *arg);

/* Successive samples of one boot, which ended well and was not damaged. */
struct store_list {
	int64_t kernel, point, metric;
	int64_t boot; /* rises in the order of the run */
	int64_t perturbation;
	bool repeat; /* else of role measure */
	bool kept;   /* an earlier run measured the boot */
	int64_t nr_ops;
	const char *list; /* "[1,2,3]" */
};

/* Of one run, by kernel, point, metric, boot and the number of the sample. */
int store_lists(struct store *st, int64_t run,
		int (*fn)(const struct store_list *row, void *arg), void *arg);

/* Doubles are NaN where there is no number. */
struct store_figure {
	int64_t run, kernel, point, metric;
	double value, p99, spread;
	bool kept, repeated;
	const char *boots; /* "[[0,12.5],[1,12.75]]": perturbation, value */
};

/* Of all runs summed by that version, by run. */
int store_figures(struct store *st, int64_t version,
		  int (*fn)(const struct store_figure *row, void *arg),
		  void *arg);

/*
 * Keeps all figures of a run in place of those that there are.  A database that
 * cannot be written stays as it is: that is no error.
 */
int store_keep_figures(struct store *st, int64_t run, int64_t version,
		       const struct store_figure *figures, size_t nr);

#endif
