/* SPDX-License-Identifier: GPL-2.0-only */
/* All that the pages of the site are made of. */
#ifndef CGMARK_SITE_MODEL_H
#define CGMARK_SITE_MODEL_H

#include "colours.h"
#include "findings.h"
#include "history.h"
#include "site-runs.h"

/*
 * Runs that measure the same kernels by the same plan on one machine, night after
 * night, with the newest of them loaded.  One that has only some of the benchmarks
 * stands beside an older one that has the others.
 */
struct site_line {
	const struct site_run *info;
	struct run *run;
	struct findings *fd;
	char *slug;
	bool *newest; /* by info->benches: no later run of the line has it */
	char *title;  /* "suite nightly on sim"; foreign */
};

struct site {
	const char *out, *plots_dir;
	struct site_runs runs;
	struct site_line *lines; /* the newest first */
	size_t nr_lines;
	const struct history *history;
	const char **kernels; /* names */
	unsigned *ranks;      /* by which each has its colour; 0: a baseline */
	size_t nr_kernels;
	const char **benches; /* names, sorted */
	size_t nr_benches;
};

/* Needs runs and history; loads the newest run of each line. */
void site_model_fill(struct site *s);
void site_model_release(struct site *s);

/* The same in all plots. */
enum colour site_kernel_colour(const struct site *s, const char *name);
int site_kernel_point(const struct site *s, const char *name);

/* Is it the newest run of its line that has the benchmark? */
bool site_line_has(const struct site_line *l, const char *bench);

#endif
