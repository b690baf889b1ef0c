/* SPDX-License-Identifier: GPL-2.0-only */
/* sharing.tsv in the making. */
#ifndef CGMARK_TCG_SHARING_OUTPUT_H
#define CGMARK_TCG_SHARING_OUTPUT_H

#include "objects.h"
#include "sharing.h"
#include "stream.h"
#include "symbols.h"

struct sharing_point {
	const char *text; /* as the runner announces it (mark.h) */
	uint64_t samples;
	const struct sharing *sharing; /* settled */
	const struct owner *owners;    /* by line */
	const struct objects *objects;
	const struct symbols *symbols;
	const char *error; /* why it is not complete; NULL: it is */
};

void sharing_output_begin(struct stream *s);
void sharing_output_point(struct stream *s, const struct sharing_point *p);

#endif
