/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of the plan that a guest gets.
 */
#ifndef CGMARK_PLAN_FORMAT_H
#define CGMARK_PLAN_FORMAT_H

#include <stddef.h>

#include "boots.h"
#include "run.h"
#include "strbuf.h"

/*
 * The bytes of plan.tsv.  They depend on nothing but the points, the clock
 * ("insns" or "ns") and the perturbation.  0 or -EINVAL for a field that the
 * format cannot hold.
 */
int plan_format(const struct run_point *points, size_t nr, const char *clock,
		const struct perturbation *p, struct strbuf *ret);

#endif
