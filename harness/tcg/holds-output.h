/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes holds.tsv (holds-names.h). */
#ifndef CGMARK_TCG_HOLDS_OUTPUT_H
#define CGMARK_TCG_HOLDS_OUTPUT_H

#include "locks.h"
#include "stream.h"
#include "symbols.h"

struct holds_point {
	const char *text; /* as the runner announces it */
	uint64_t samples;
	const char *error; /* why there are no figures; NULL: there are */
	const struct hold *irqs_off;
	const struct lock *locks; /* NR_LOCKS of them */
	const struct symbols *symbols;
};

void holds_output_begin(struct stream *s);
void holds_output_point(struct stream *s, const struct holds_point *p);

#endif
