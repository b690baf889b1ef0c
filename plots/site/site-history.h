/* SPDX-License-Identifier: GPL-2.0-only */
/* How figures went from night to night. */
#ifndef CGMARK_SITE_HISTORY_H
#define CGMARK_SITE_HISTORY_H

#include "site-model.h"
#include "site-plot.h"

/* A plot for each point of a benchmark, with a curve for each kernel. */
void site_history(const struct site *s, const char *bench,
		  struct site_plots *ret);
/* All nights of a benchmark as CSV. */
void site_history_csv(const struct site *s, const char *bench,
		      struct strbuf *out);

/* A thumbnail of a series for a row of a table; no plot of its own. */
void site_spark(struct strbuf *out, const struct history_series *h);

#endif
