/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the result of each point, and its samples. */
#ifndef CGMARK_POINT_REPORT_H
#define CGMARK_POINT_REPORT_H

#include "points.h"
#include "stage.h"
#include "tap.h"

/* What the program runs, and where the results go. */
struct runner {
	struct points points;
	const struct measure_clock *clock;
	int status_fd;	  /* KTAP */
	int samples_fd;	  /* records; -1: shown as KTAP comments */
	char scratch[64]; /* directory for mount points */
	struct cg v2;	  /* root of v2 */
	unsigned serial;  /* of the next subtree */
	unsigned not_ok;  /* points that failed */
};

/* The point begins; a point without a result thereafter has crashed the boot. */
void report_start(const struct runner *rn, unsigned i);
/* How point i ended; text says why if not TAP_OK. */
void report_result(struct runner *rn, unsigned i, enum tap_result result,
		   const char *text);
/* Writes what the stage measured of point i, and its result. */
void report_samples(struct runner *rn, const struct stage *st, unsigned i);

#endif
