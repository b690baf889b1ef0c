/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness plans from: for every benchmark a line
 *   B  NAME  VERSION  KCONFIG  SAMPLES  WARMUP  NR_OPS  SUMMARY
 * and for every param of it, in order, a line
 *   A  NAME  KEY  VALUES  VARIANT
 * for every param that has values beyond the default sweep a line
 *   M  NAME  KEY  IMPLIED  VALUES  AT
 * for every benchmark that is extra a line
 *   X  NAME
 * for every program of the host that it runs a line
 *   T  NAME  PROGRAM
 * and for every benchmark of which some points come before all others a line
 *   F  NAME  PARAMS, or *: all of its points
 * with fields separated by one TAB, VARIANT and IMPLIED 0 or 1.  An implied
 * param has one value in its A line, which points leave out of their names.
 * AT, "k=v,k=v" or nothing, is what other params have then.
 */
#ifndef CGMARK_LIST_H
#define CGMARK_LIST_H

#include <stdio.h>

/* -errno if it could not be written. */
int list_print(FILE *out);

#endif
