/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "output.h"
#include "profile-names.h"
#include "record.h"

static void out_of_memory(void)
{
	fprintf(stderr, "cgmark-tcg: out of memory\n");
	exit(EXIT_FAILURE);
}

/* Those that rows of reports are made of, if the host said what there is. */
static void add_symbols(struct output *o, const struct symbols *s)
{
	const char *name;

	for (unsigned i = 0; s->nr && (name = profile_row_function(i)); i++)
		stream_add(&o->stream, "S\t%s\t%d\n", name,
			   symbols_has(s, name));
}

bool output_begin(struct output *o, const struct symbols *s, bool with_model)
{
	if (!o->stream.path)
		return false;
	o->nr_events = with_model ? NR_PROFILE_EVENTS : NR_PROFILE_PLAIN_EVENTS;
	stream_add(&o->stream, "V\t%d\t%s\nH", REC_VERSION, PROFILE_KIND);
	for (unsigned i = 0; i < o->nr_events; i++)
		stream_add(&o->stream, "\t%s", profile_event_name(i));
	stream_add(&o->stream, "\n");
	add_symbols(o, s);
	return true;
}

static void add_cache(struct output *o, const char *name,
		      const struct cache_shape *s)
{
	stream_add(&o->stream,
		   "M\t%s %" PRIu32 " KiB, %" PRIu32 " ways, lines of %" PRIu32
		   " bytes, least recently used\n",
		   name, s->bytes >> 10, s->ways, s->line);
}

void output_model(struct output *o, const struct cache_shape *l1i,
		  const struct cache_shape *l1d, const struct cache_shape *ll)
{
	add_cache(o, "L1I", l1i);
	add_cache(o, "L1D", l1d);
	add_cache(o, "LL", ll);
	stream_add(
		&o->stream,
		"M\tbranches: 2^%d two-bit counters by address xor history\n",
		PREDICTOR_BITS);
}

static bool has_counts(const struct context *x)
{
	for (unsigned i = 0; i < NR_PROFILE_EVENTS; i++)
		if (x->count[i])
			return true;
	return false;
}

static void add_node(struct output *o, uint32_t id, uint32_t parent,
		     const char *function, const uint64_t *count)
{
	stream_add(&o->stream, "N\t%" PRIu32 "\t%" PRIu32 "\t%s", id, parent,
		   function);
	for (unsigned i = 0; i < o->nr_events; i++)
		stream_add(&o->stream, "\t%" PRIu64, count[i]);
	stream_add(&o->stream, "\n");
	o->stream.records++;
}

static void add_nodes(struct output *o, const struct contexts *c,
		      const struct symbols *s)
{
	uint32_t *id, nr = 0;

	id = calloc(c->nr, sizeof(*id));
	if (!id)
		out_of_memory();
	/* Callers of what counted are wanted too, and come before it. */
	for (uint32_t i = c->nr - 1; i > 0; i--)
		if (id[i] || has_counts(&c->list[i]))
			id[i] = id[c->list[i].parent] = 1;
	id[CONTEXT_ROOT] = 0;
	for (uint32_t i = 1; i < c->nr; i++) {
		const struct context *x = &c->list[i];

		if (!id[i])
			continue;
		id[i] = ++nr;
		add_node(o, nr, id[x->parent], symbols_name(s, x->function),
			 x->count);
	}
	free(id);
}

static void add_ranges(struct output *o, const struct places *p,
		       const struct symbols *s)
{
	struct range *list;
	size_t nr;

	list = places_ranges(p, &nr);
	for (size_t i = 0; i < nr; i++) {
		const struct range *r = &list[i];

		stream_add(&o->stream,
			   "I\t%s\t%" PRIx64 "\t%" PRIu32 "\t%" PRIu32
			   "\t%" PRIu64 "\n",
			   symbols_name(s, r->function), r->at, r->bytes, r->nr,
			   r->count);
		o->stream.records++;
	}
	free(list);
}

void output_point(struct output *o, const char *text, uint64_t samples,
		  const struct contexts *c, const struct places *p,
		  const struct symbols *s)
{
	if (!stream_add_point(&o->stream, text, samples))
		return;
	add_nodes(o, c, s);
	add_ranges(o, p, s);
}
