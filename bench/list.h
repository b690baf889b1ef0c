/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness plans from: for every benchmark a line
 *   B  NAME  VERSION  KCONFIG  SAMPLES  WARMUP  NR_OPS  SUMMARY
 * and for every param of it, in order, a line
 *   A  NAME  KEY  VALUES  VARIANT
 * with fields separated by one TAB, VARIANT 0 or 1.
 */
#ifndef CGMARK_LIST_H
#define CGMARK_LIST_H

#include <stdio.h>

/* -errno if it could not be written. */
int list_print(FILE *out);

#endif
