/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>

#include "holds-names.h"
#include "holds-output.h"
#include "record.h"

static void write_hold(struct stream *s, const char *name, const struct hold *h,
		       const struct symbols *symbols)
{
	stream_add(s,
		   "H\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		   "\t%s\n",
		   name, h->holds, h->total, h->most, h->idled,
		   h->holds ? symbols_name(symbols, h->most_by) : "-");
	s->records++;
}

static void write_lock(struct stream *s, const struct lock *l,
		       const struct symbols *symbols)
{
	if (!l->why) {
		write_hold(s, l->name, &l->hold, symbols);
		return;
	}
	stream_add(s, "N\t%s\t%s\n", l->name, l->why);
	s->records++;
}

void holds_output_begin(struct stream *s)
{
	stream_add(s, "V\t%d\t%s\n", REC_VERSION, HOLDS_KIND);
}

void holds_output_point(struct stream *s, const struct holds_point *p)
{
	if (!stream_add_point(s, p->text, p->samples))
		return;
	if (p->error) {
		stream_add(s, "X\t%s\n", p->error);
		s->records++;
		return;
	}
	write_hold(s, HOLDS_IRQS_OFF, p->irqs_off, p->symbols);
	for (unsigned i = 0; i < NR_LOCKS; i++)
		write_lock(s, &p->locks[i], p->symbols);
}
