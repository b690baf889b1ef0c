/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a line of a stream is refused, for a rec_line_fn. */
#ifndef CGMARK_LINE_WHY_H
#define CGMARK_LINE_WHY_H

#include "record.h"

/* Writes the cause and returns -EBADMSG. */
int line_bad(char why[REC_WHY_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
