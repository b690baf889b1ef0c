/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds segments and steps of a series whose nights are there.  Private to history/. */
#ifndef CGMARK_HISTORY_STEPS_H
#define CGMARK_HISTORY_STEPS_H

#include "history.h"

/* segments.c: fills s->segments. */
void segments_find(struct history_series *s);

/* steps.c: fills s->steps, of all segments. */
void steps_find(struct history_series *s);
/* Appends one, with .at, .found, .before and .after; the rest is filled in. */
void steps_add(struct history_series *s, const struct history_step *step);

/* steps-exact.c, steps-time.c: those of one segment. */
void steps_find_exact(struct history_series *s,
		      const struct history_segment *seg);
void steps_find_time(struct history_series *s,
		     const struct history_segment *seg);

/* causes.c: fills .cause and .why of a step. */
void cause_find(const struct history_series *s, struct history_step *step);

#endif
