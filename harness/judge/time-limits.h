/* SPDX-License-Identifier: GPL-2.0-only */
/* The limits of the procedure for machines that measure time: time-judge.h. */
#ifndef CGMARK_TIME_LIMITS_H
#define CGMARK_TIME_LIMITS_H

/* Smallest relative change that counts: of medians, of the 99th percentile. */
#define TIME_THRESHOLD 0.02
#define TIME_THRESHOLD_P99 0.05
/*
 * Rate of false alarms over the whole family of points: 4% by the theory of
 * normal values is less than 5% with those that machines give.
 */
#define TIME_ALPHA 0.04
/* Coverage of the interval: both sides of a TOST at 5%. */
#define TIME_LEVEL 0.90
/* A point is flagged for confirmation at this p, which costs boots only. */
#define TIME_SCREEN_LEVEL 0.10
/* With fewer boots of a kernel there is no verdict. */
#define TIME_MIN_BOOTS 4
/* Boots of each kernel that screen all points, and fresh ones that confirm. */
#define TIME_SCREEN_BOOTS 6
/*
 * 10 find a change of three spreads of 1% in 98.9% of cases, as the estimate of
 * 1 in 80 falls below the threshold; 14 in 99.5%.
 */
#define TIME_CONFIRM_BOOTS 14
/* Most boots of each kernel that a verdict advises. */
#define TIME_BOOTS_MAX 64
/* How sure it should be that advised boots settle a point. */
#define TIME_ASSURANCE 0.80
/* False alarms of the test for drift, at each point. */
#define TIME_DRIFT_LEVEL 0.0002
/* Steal time and throttling, as a share of a boot's time. */
#define TIME_STEAL_MAX 0.01
/* Of the boots of a kernel, those above that which may be set aside. */
#define TIME_ASIDE_MAX 0.25
/* With fewer samples in a boot p99 is little else than the largest. */
#define TIME_P99_SAMPLES 100

#endif
