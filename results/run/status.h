/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the status stream of a boot: nested KTAP 1, in which every indented
 * result line is a planned point, named "BENCH PARAMS" or "BENCH".
 *
 *   ok 1 NAME                    DONE
 *   ok 1 NAME # SKIP reason      SKIP
 *   not ok 1 NAME # reason       FAIL
 *   not ok 1 NAME # ERROR reason ERROR (TIMEOUT likewise)
 *
 * The stream comes from the kernel under test and may contain anything.
 */
#ifndef CGMARK_STATUS_H
#define CGMARK_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include "run.h"

/* Faults kept as text, each with its line; any more are only counted. */
#define STATUS_FAULTS_MAX 8

struct status {
	size_t nr_points;
	enum point_status *status; /* MISSING without a result line */
	char **text;		   /* reason, clean (clean.h), or "" */
	bool ended;		   /* "# cgmark: end" was there */
	char *bail;		   /* text of "Bail out!", or NULL */
	struct run_facts facts;	   /* the last such comment */
	char *unset; /* RUN_UNSET_HEAD, likewise, clean; NULL: none */
	char *faults[STATUS_FAULTS_MAX];
	size_t nr_faults; /* may be above STATUS_FAULTS_MAX */
};

/* Never fails, whatever buf holds; the caller releases *ret. */
void status_parse(const char *buf, size_t len, const struct run_point *points,
		  size_t nr_points, struct status *ret);
void status_release(struct status *st);

/* "BENCH PARAMS", or "BENCH" without params; caller frees. */
char *status_point_name(const struct plan_point *p);

#endif
