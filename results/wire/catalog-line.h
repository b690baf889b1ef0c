/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness plans from: lines that guest programs print with --list.
 * Each benchmark has a line
 *   B  NAME  VERSION  KCONFIG  SAMPLES  WARMUP  NR_OPS  SUMMARY
 * then, for each of its params in order,
 *   A  NAME  KEY  VALUES  VARIANT
 * for each param with values beyond the default sweep
 *   M  NAME  KEY  IMPLIED  VALUES  AT
 * for each param with values that are planned only where somebody names them
 *   N  NAME  KEY  VALUES
 * if the benchmark is extra
 *   X  NAME
 * for each host program that it runs
 *   T  NAME  PROGRAM
 * and if some of its points come before all others
 *   F  NAME  PARAMS, or *: all of its points
 * One TAB separates fields; VARIANT and IMPLIED are 0 or 1.  An implied param
 * has one value in its A line, which the names of points omit.  AT is what the
 * other params have then: "k=v,k=v" or nothing.
 */
#ifndef CGMARK_CATALOG_LINE_H
#define CGMARK_CATALOG_LINE_H

#include <stdbool.h>
#include <stdio.h>

enum catalog_kind {
	CATALOG_BENCH,
	CATALOG_PARAM,
	CATALOG_MORE,
	CATALOG_NAMED,
	CATALOG_EXTRA,
	CATALOG_PROGRAM,
	CATALOG_FIRST,
	NR_CATALOG_KINDS,
};

/* Only the fields of its kind count. */
struct catalog_line {
	enum catalog_kind kind;
	const char *bench;
	unsigned version, samples, warmup, nr_ops;
	const char *kconfig, *summary; /* "" if none */
	const char *key, *values;
	bool variant, implied;
	const char *at; /* "" if none */
	const char *program;
	const char *params;
};

#define CATALOG_WHY_MAX 160

void catalog_line_print(FILE *out, const struct catalog_line *l);

/*
 * Parses a line without its LF; *ret points into text, which is modified.
 * -EBADMSG: malformed, and why says how.
 */
int catalog_line_parse(char *text, struct catalog_line *ret,
		       char why[CATALOG_WHY_MAX]);

#endif
