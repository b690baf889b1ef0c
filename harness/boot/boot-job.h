/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot to carry out, and how long it may take. */
#ifndef CGMARK_BOOT_JOB_H
#define CGMARK_BOOT_JOB_H

#include "machine.h"
#include "run.h"

/* Host-time deadlines in milliseconds; 0 means the default in brackets. */
struct deadlines {
	unsigned hello_ms;   /* until the first status line [60 s] */
	unsigned silence_ms; /* without a byte on any channel [120 s] */
	unsigned point_ms;   /* for one point [300 s] */
	unsigned boot_ms;    /* for the whole boot [1200 s] */
};

struct boot_job {
	struct boot_image img;
	const char *dir;       /* RUN/boots/ID, exists */
	struct run_boot *boot; /* result goes here, and to boot.json */
	unsigned nr_points;    /* planned, for "ended early" and progress */
	unsigned patience;     /* deadlines are so many times longer; 0: once */
	bool complete;	       /* result: each point was measured or skipped */
};

#endif
