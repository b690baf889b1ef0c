/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the result of each point, and its samples. */
#ifndef CGMARK_POINT_REPORT_H
#define CGMARK_POINT_REPORT_H

#include "points.h"
#include "stage.h"
#include "tap.h"

/* What the program runs, and where results go. */
struct runner {
	struct points points;
	const struct measure_clock *clock;
	int status_fd;	   /* KTAP */
	int samples_fd;	   /* records; -1: shown as KTAP comments */
	char scratch[64];  /* directory for mount points */
	struct cg v2;	   /* root of v2 */
	const char *group; /* what names of subtrees begin with */
	bool polite;	   /* see polite.h */
	unsigned serial;   /* of the next subtree */
	unsigned not_ok;   /* points that failed */
};

/* Announce the point.  If no result follows, it crashed the boot. */
void report_start(const struct runner *rn, unsigned i);
/* Report how point i ended; text says why unless TAP_OK. */
void report_result(struct runner *rn, unsigned i, enum tap_result result,
		   const char *text);
/* Write what the stage measured for point i, and its result. */
void report_samples(struct runner *rn, const struct stage *st, unsigned i);

#endif
