/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The runs of the site: each has a page, a table for programs, its raw files in one
 * archive, and what other pages tell of it in data/run/RUN.json.  All of these are
 * made once, and again when the run or cgmark has changed.
 */
#ifndef CGMARK_SITE_RUNS_H
#define CGMARK_SITE_RUNS_H

#include <stdbool.h>

#include "site-run.h"

struct site_runs {
	struct site_run *list; /* the newest first */
	size_t nr;
};

/*
 * Brings the runs in these directories up to date on the site, and loads all that
 * it has, also those whose directory is gone.  A damaged run is logged, counted in
 * *failed and left out.  -errno: the site cannot be written; logged.
 */
int site_runs_update(const char *site, const char *const *dirs, size_t nr,
		     bool fresh, struct site_runs *ret, size_t *failed);
void site_runs_release(struct site_runs *r);

/* By id; NULL: none. */
const struct site_run *site_runs_find(const struct site_runs *r,
				      const char *id);

#endif
