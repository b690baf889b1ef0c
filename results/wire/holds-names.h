/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the writer and the readers of a boot's holds.tsv share (libc only).  The
 * format is in cgmark-run(5).
 */
#ifndef CGMARK_HOLDS_NAMES_H
#define CGMARK_HOLDS_NAMES_H

#include <stdbool.h>
#include <string.h>

#define HOLDS_FILE "holds.tsv"
#define HOLDS_KIND "cgmark-holds"

/* Interrupts off, among the names of locks. */
#define HOLDS_IRQS_OFF "irqs_off"

/* The metrics that come from it; of locks with the name behind. */
#define HOLDS_METRIC_MAX "hold_max:"
#define HOLDS_METRIC_MEAN "hold_mean:"
#define HOLDS_METRIC_IRQS_OFF "irqs_off_max"

/* The lock, or HOLDS_IRQS_OFF; NULL: another metric. */
static inline const char *holds_metric_lock(const char *metric)
{
	if (strncmp(metric, HOLDS_METRIC_MAX, strlen(HOLDS_METRIC_MAX)) == 0)
		return metric + strlen(HOLDS_METRIC_MAX);
	if (strncmp(metric, HOLDS_METRIC_MEAN, strlen(HOLDS_METRIC_MEAN)) == 0)
		return metric + strlen(HOLDS_METRIC_MEAN);
	return strcmp(metric, HOLDS_METRIC_IRQS_OFF) == 0 ? HOLDS_IRQS_OFF
							  : NULL;
}

#endif
