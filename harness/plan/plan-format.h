/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes the plan that a guest gets.
 */
#ifndef CGMARK_PLAN_FORMAT_H
#define CGMARK_PLAN_FORMAT_H

#include <stddef.h>

#include "boots.h"
#include "run.h"
#include "strbuf.h"

/*
 * Appends the bytes of plan.tsv.  They depend only on the points, the clock
 * ("insns" or "ns") and the perturbation.  Returns -EINVAL for a field that the
 * format cannot hold.
 */
int plan_format(const struct run_point *points, size_t nr, const char *clock,
		const struct perturbation *p, struct strbuf *ret);

#endif
