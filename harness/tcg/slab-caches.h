/* SPDX-License-Identifier: GPL-2.0-only */
/* The slab caches of a guest, from its memory (objects.h). */
#ifndef CGMARK_TCG_SLAB_CACHES_H
#define CGMARK_TCG_SLAB_CACHES_H

#include "objects.h"

/* Adds those to o->caches that it does not have; none if they are not found. */
void slab_caches_find(struct objects *o);

#endif
