/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What makes a step, see cgmark.1 (TREND).  How often these alarm for nothing, and how
 * soon they find what is there, is measured by test-history-year.c.
 */
#ifndef CGMARK_HISTORY_LIMITS_H
#define CGMARK_HISTORY_LIMITS_H

/* Nights that a test looks back on, the last one among them. */
#define HISTORY_WINDOW 60
/*
 * p of a split of these at which it is a step: with up to HISTORY_RECENT nights behind
 * it, and with more.  A split is tested again every night, so that at 1e-5 throughout
 * 0.39 to 0.58 series of 40 alarm for nothing in 100 nights; a step of three spreads
 * is found among the first nights or not at all.
 */
#define HISTORY_LEVEL 1e-5
#define HISTORY_RECENT 8
#define HISTORY_LEVEL_LATER 1e-6
/* Coverage of the interval for the next night, and nights that it takes. */
#define HISTORY_PREDICTION 0.99
#define HISTORY_PREDICTION_NIGHTS 10

#endif
