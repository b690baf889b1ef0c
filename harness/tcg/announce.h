/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of a point, which comes bit by bit (mark.h). */
#ifndef CGMARK_TCG_ANNOUNCE_H
#define CGMARK_TCG_ANNOUNCE_H

#include <stdbool.h>

#include "record.h"

struct announce {
	bool open; /* bits come */
	unsigned bits;
	char text[REC_LINE_MAX];
};

void announce_begin(struct announce *a);
/* Ignored if none was begun, and beyond the longest text. */
void announce_bit(struct announce *a, unsigned bit);
void announce_end(struct announce *a);

#endif
