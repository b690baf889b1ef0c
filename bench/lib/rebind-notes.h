/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes who is in each cgroup of a hierarchy and its limit (pids.max), to
 * restore both elsewhere.  There is one set of notes.
 */
#ifndef CGMARK_REBIND_NOTES_H
#define CGMARK_REBIND_NOTES_H

#include "rebind-hierarchy.h"

/* All return 0 or -errno. */

/* limits: the hierarchy with pids, or NULL: note no limits. */
int rebind_note(struct rebind_hierarchy *members,
		struct rebind_hierarchy *limits, unsigned groups);
int rebind_attach_noted(struct rebind_hierarchy *h, unsigned groups);
int rebind_set_noted_limits(struct rebind_hierarchy *h, unsigned groups);

#endif
