/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_SITE_GROWTH_H
#define CGMARK_SITE_GROWTH_H

#include "site-model.h"
#include "site-plot.h"

/* How a benchmark grows over its params: a plot for each combination of others. */
void site_growth(const struct site *s, const struct site_line *l,
		 const char *bench, struct site_plots *ret);

#endif
