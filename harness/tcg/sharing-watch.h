/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plugin on several CPUs: it records who shares what (sharing.h) in the
 * operations that workers mark, and writes it to sharing.tsv (sharing-names.h).
 */
#ifndef CGMARK_TCG_SHARING_WATCH_H
#define CGMARK_TCG_SHARING_WATCH_H

#include "api.h"
#include "stream.h"
#include "symbols.h"

struct sharing_watch {
	const struct symbols *symbols;
	const char *objects; /* path: objects.h; NULL: none */
	struct stream *stream;
	unsigned max_lines; /* 0: as many as usual */
};

/* False with a message on stderr. */
bool sharing_watch_start(qemu_plugin_id_t id, const struct sharing_watch *how);

#endif
