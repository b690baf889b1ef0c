/* SPDX-License-Identifier: GPL-2.0-only */
/* What further boots did, in words. */
#ifndef CGMARK_SETTLE_NOTE_H
#define CGMARK_SETTLE_NOTE_H

#include "effect.h"
#include "notes.h"

/* Notes which estimates are confirmed, and what was left at a limit. */
void settle_note(struct notes *n, const struct run *run,
		 const struct effect *effects, size_t nr);

#endif
