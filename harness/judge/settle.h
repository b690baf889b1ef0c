/* SPDX-License-Identifier: GPL-2.0-only */
/* What further boots are good for; where time is measured: time-more.h. */
#ifndef CGMARK_SETTLE_H
#define CGMARK_SETTLE_H

#include "compare.h"
#include "settle-need.h"

/*
 * Points in doubt that a known number of boots would settle, and those that
 * changed and are not confirmed, but for plain improvements (settle-plain.h).  A run that was to have fewer perturbations than
 * a verdict takes needs none: it is a look at the figures.  The caller frees *ret.
 */
size_t settle_needs(const struct comparison *c, struct settle_need **ret);

#endif
