/* SPDX-License-Identifier: GPL-2.0-only */
/* What was found of each point, in tables. */
#ifndef CGMARK_HTML_VERDICTS_H
#define CGMARK_HTML_VERDICTS_H

#include "compare.h"
#include "strbuf.h"

/* The name of a point; metric "": not measured. */
void html_point(struct strbuf *out, const char *bench, const char *params,
		const char *metric);
/*
 * The max most severe verdicts on a contender; bench NULL: on all benchmarks.
 * Returns how many were left out.
 */
size_t html_effects(struct strbuf *out, const struct comparison *c,
		    unsigned contender, const char *bench, size_t max);
/* What the baseline costs, where there is nothing to compare it with. */
void html_costs(struct strbuf *out, const struct comparison *c,
		const char *bench);

#endif
