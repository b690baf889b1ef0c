/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness plans from.  Each benchmark has a line
 *   B  NAME  VERSION  KCONFIG  SAMPLES  WARMUP  NR_OPS  SUMMARY
 * then, for each of its params in order,
 *   A  NAME  KEY  VALUES  VARIANT
 * for each param with values beyond the default sweep
 *   M  NAME  KEY  IMPLIED  VALUES  AT
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
#ifndef CGMARK_LIST_H
#define CGMARK_LIST_H

#include <stdio.h>

/* 0, or -errno of the write. */
int list_print(FILE *out);

#endif
