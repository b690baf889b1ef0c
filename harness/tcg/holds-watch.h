/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plugin that records how long locks are held and interrupts are off, in the
 * measured parts of each point, and writes it to holds.tsv (holds-names.h).
 *
 * A hold counts if it begins in a system call or fault of a task that is in user
 * space otherwise, and ends in the same measured part.  Those of interrupts and
 * kernel threads do not: when these run is up to the clock.  For the same reason
 * what interrupts execute is not part of a hold that they come into.
 */
#ifndef CGMARK_TCG_HOLDS_WATCH_H
#define CGMARK_TCG_HOLDS_WATCH_H

#include "api.h"
#include "stream.h"
#include "symbols.h"

struct holds_watch {
	const struct symbols *symbols;
	const char *objects; /* path: objects.h */
	struct stream *stream;
};

/* False with a message on stderr. */
bool holds_watch_start(qemu_plugin_id_t id, const struct holds_watch *how);

#endif
