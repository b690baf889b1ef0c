/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The published site: files that need no server, no scripts and no other host, for
 * readers of the figures of many nights (cgmark.1, cgmark site).
 */
#ifndef CGMARK_SITE_H
#define CGMARK_SITE_H

#include "history.h"

struct site_opts {
	const char *out;
	const char *plots_dir;
	const char *calibration_dir;
	const char *url; /* where it will be found, without a slash; "" */
	const char *const *dirs; /* of runs */
	size_t nr_dirs;
	const struct history *history; /* or NULL */
	bool fresh;		       /* make everything again */
};

struct site_counts {
	size_t runs, benches, kernels, plots;
	size_t failed; /* runs that could not be read, and were left out */
};

/*
 * Writes the site, or what has changed of it.  Returns 0 or -errno (logged);
 * -EEXIST: the folder has an index.html of somebody else.
 */
int site_write(const struct site_opts *o, struct site_counts *ret);

#endif
