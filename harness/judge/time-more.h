/* SPDX-License-Identifier: GPL-2.0-only */
/* What further boots are good for, on a machine that measures time. */
#ifndef CGMARK_TIME_MORE_H
#define CGMARK_TIME_MORE_H

#include "compare.h"
#include "settle-need.h"

/*
 * Does a point need more?  One that the screening boots flagged gets fresh boots,
 * once, as to add some until they please would be a way to a false alarm.  Another
 * one in doubt gets, once, as many as would settle it.  Where some boots were
 * disturbed and too many for setting them aside, others come in their place.
 */
bool time_need(const struct comparison *c, const struct effect *e,
	       struct settle_need *n);

#endif
