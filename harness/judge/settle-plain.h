/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes whose size needs no confirming. */
#ifndef CGMARK_SETTLE_PLAIN_H
#define CGMARK_SETTLE_PLAIN_H

#include "effect.h"

/*
 * Is it an improvement of JUDGE_FLOOR_PART and more, with an interval that leaves a
 * small part of it open?  Being chosen for its size cannot have made that up, and
 * nobody has to act on it.  A regression never is: somebody may be asked to mend it.
 */
bool settle_is_plain(const struct effect *e);

#endif
