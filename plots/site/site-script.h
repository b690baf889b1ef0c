/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scripts of all plots begin with: title, legend, axes. */
#ifndef CGMARK_SITE_SCRIPT_H
#define CGMARK_SITE_SCRIPT_H

#include "site-model.h"
#include "site-plot.h"

/* Kernels of a plot, in the order of its curves. */
struct legend {
	const char **names;
	size_t nr;
};

void legend_add(struct legend *l, const char *name);
void legend_release(struct legend *l);
/* Pixels that title and legend take at the top. */
unsigned script_head_px(const struct legend *l);

/*
 * Size, title, second line and legend; sets top_px, col_K and pt_K, kernels.
 */
void script_begin(struct strbuf *out, const struct site *s,
		  const struct site_plot *p, const char *second,
		  const struct legend *l);
/* y_min, y_max, log_y and ticks for values in lo..hi. */
void script_y_axis(struct strbuf *out, double lo, double hi, bool log_y);
/* "5,100" at a tick; quoted. */
void script_tick(struct strbuf *out, double at, bool first);
/* Is an axis over these values clearer as a logarithm? */
bool script_wants_log(double lo, double hi);

#endif
