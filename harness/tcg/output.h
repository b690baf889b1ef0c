/* SPDX-License-Identifier: GPL-2.0-only */
/* profile.tsv in the making. */
#ifndef CGMARK_TCG_OUTPUT_H
#define CGMARK_TCG_OUTPUT_H

#include "context.h"
#include "model.h"
#include "places.h"
#include "stream.h"
#include "symbols.h"

struct output {
	struct stream stream;
	unsigned nr_events;
};

/* The head; false if no file was set. */
bool output_begin(struct output *o, const struct symbols *s, bool with_model);
void output_model(struct output *o, const struct cache_shape *l1i,
		  const struct cache_shape *l1d, const struct cache_shape *ll);
/* text: as the runner announces a point (mark.h); what is none is left out. */
void output_point(struct output *o, const char *text, uint64_t samples,
		  const struct contexts *c, const struct places *p,
		  const struct symbols *s);

#endif
