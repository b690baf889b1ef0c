/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "steps.h"
#include "strbuf.h"

static void add_change(struct strbuf *why, const char *what, const char *from,
		       const char *to)
{
	if (strcmp(from, to) == 0)
		return;
	strbuf_addf(why, "%s%s: %s -> %s", why->len ? "; " : "", what,
		    *from ? from : "unknown", *to ? to : "unknown");
}

/*
 * What makes the night one that cannot be compared with the one before; "": nothing.
 * Counts of an exact machine are the same on any host.
 */
static char *what_changed(const struct history_series *s,
			  const struct history_night *from,
			  const struct history_night *to)
{
	struct strbuf why = STRBUF_INIT;

	add_change(&why, "compiler", from->kernel->toolchain,
		   to->kernel->toolchain);
	add_change(&why, "machine", from->run->machine_detail,
		   to->run->machine_detail);
	if (!s->exact)
		add_change(&why, "host", from->run->host, to->run->host);
	return strbuf_steal(&why);
}

static void begin_segment(struct history_series *s, size_t first, char *why)
{
	s->segments = xreallocarray(s->segments, s->nr_segments + 1,
				    sizeof(*s->segments));
	s->segments[s->nr_segments++] = (struct history_segment){
		.first = first,
		.why = why,
	};
}

void segments_find(struct history_series *s)
{
	for (size_t i = 0; i < s->nr_nights; i++) {
		char *why = i == 0 ? xstrdup("")
				   : what_changed(s, &s->nights[i - 1],
						  &s->nights[i]);

		if (i == 0 || *why)
			begin_segment(s, i, why);
		else
			free(why);
		s->segments[s->nr_segments - 1].nr++;
	}
}
