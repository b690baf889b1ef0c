/* SPDX-License-Identifier: GPL-2.0-only */
/* Formats figures and foreign text, for text and HTML. */
#ifndef CGMARK_PRINT_H
#define CGMARK_PRINT_H

#include <stdio.h>

#include "clean.h" /* print_clean() */
#include "strbuf.h"

#define PRINT_MAX 48 /* enough for every number below */
#define PRINT_COLUMNS 78

/*
 * With thousands separators, in at most width columns (5 or more): shortens a
 * value that is too long to "12.35M", at last "1.2e+21"; rounds from 100 on.
 * "-" for NaN.
 */
const char *print_value(char buf[PRINT_MAX], double v, int width);
/* The same in full, always signed: "-635,912", "+0.25", "0". */
const char *print_difference(char buf[PRINT_MAX], double v);
/* Ratio as change: "+5.03%", "-99.17%", "=", "+inf" (from zero), "-". */
const char *print_change(char buf[PRINT_MAX], double ratio);
/* Interval "-99.18..-99.16%", "=" if it is the value 1 alone. */
const char *print_interval(char buf[PRINT_MAX], double lo, double hi);

/* Prints foreign text behind a head, wrapped at PRINT_COLUMNS and indented. */
void print_wrapped(FILE *out, const char *head, const char *text);
/* The same at another number of columns, more than the head has. */
void print_wrapped_at(FILE *out, const char *head, const char *text,
		      size_t columns);
/* Columns of cleaned text: characters, not bytes. */
size_t print_width(const char *s);
/* "css_set/lookup find=hit,sets=16", cleaned; caller frees. */
char *print_point(const char *bench, const char *params);

#endif
