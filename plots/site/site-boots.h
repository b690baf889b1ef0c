/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_SITE_BOOTS_H
#define CGMARK_SITE_BOOTS_H

#include "site-model.h"
#include "site-plot.h"

/* A dot for each boot of the points of a benchmark. */
void site_boots(const struct site *s, const struct site_line *l,
		const char *bench, struct site_plots *ret);
/* How slow the slow operations are: quantiles of all samples, point by point. */
void site_tails(const struct site *s, const struct site_line *l,
		const char *bench, struct site_plots *ret);

/* The metric that a kernel measured at a point; NULL: none. */
const char *site_metric(const struct site_line *l, unsigned point);

#endif
