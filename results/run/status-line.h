/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses one line of a status stream (KTAP). */
#ifndef CGMARK_STATUS_LINE_H
#define CGMARK_STATUS_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "run.h"

enum status_line_kind {
	STATUS_LINE_EMPTY,
	STATUS_LINE_VERSION, /* "KTAP version 1" */
	STATUS_LINE_PLAN,    /* "1..N" */
	STATUS_LINE_RESULT,  /* "ok 1 NAME", "not ok 1 NAME # WHY" */
	STATUS_LINE_START,   /* "# start NAME" */
	STATUS_LINE_END,     /* "# cgmark: end" */
	STATUS_LINE_COMMENT, /* any other line with '#' */
	STATUS_LINE_BAIL,    /* "Bail out! WHY" */
	STATUS_LINE_OTHER,   /* not KTAP */
};

/* All strings point into the line and end with it; only name may be NULL. */
struct status_line {
	enum status_line_kind kind;
	bool nested;	  /* indented: about a point, not a program */
	const char *text; /* the line without its indentation */
	const char *name; /* of RESULT and START; NULL: it has no number */
	size_t name_len;
	bool ok;		  /* RESULT: does not start with "not" */
	enum point_status status; /* RESULT: see status.h */
	const char *directive;	  /* RESULT: everything after '#' */
	const char *why;	  /* RESULT, BAIL: the reason */
};

/* line has no LF.  A stream may contain anything, so parsing never fails. */
void status_line_parse(const char *line, struct status_line *ret);

#endif
